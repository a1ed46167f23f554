"""What is deleted or was entered in error: whatever came of it is taken back, once, and nothing else."""

import pytest

from contracts.facts import CheckedIn, CheckInUndone, ScreenAnswered, SessionCancelled
from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import (
    Json,
    appointment,
    bundle,
    coded,
    cssrs,
    dose,
    end,
    facts,
    observation,
    phq9,
    post,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def deletion(*urls: str, kind: str = "transaction", changed: str = "") -> Json:
    said: Json = {"response": {"lastModified": changed}} if changed else {}
    entries = [{"request": {"method": "DELETE", "url": url}, **said} for url in urls]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def kinds(site: Site, after: int) -> list[tuple[str, str]]:
    """Return type and standing of each fact that was published since."""
    return [(one.type, getattr(one, "standing", "")) for one in await facts(site, after)]


async def test_a_deleted_form_result_or_dose_is_entered_in_error_once(site: Site) -> None:
    await post(site, cssrs("4", name="gone-1"))
    await post(site, observation("44261-6", {"valueInteger": 12}, name="gone-2"))
    await post(site, dose("not-done", "Methadone", name="gone-3"))
    before = await end(site)
    held = deletion("QuestionnaireResponse/gone-1", "Observation/gone-2", "MedicationAdministration/gone-3")

    first, again = await post(site, held), await post(site, held)

    assert (first.status, again.status) == (200, 200)
    error = "entered_in_error"
    assert await kinds(site, before) == [
        ("screen_answered", error), ("screen_answered", error), ("dose_reported", error),
    ]  # fmt: skip
    found = await facts(site, before)
    assert [one.instrument for one in found] == ["c-ssrs", "phq-9", "agonist-doses"]  # type: ignore[union-attr]


async def test_what_was_deleted_is_not_brought_back_by_a_late_repetition_but_by_a_newer_version(
    site: Site,
) -> None:
    early, late = {"lastUpdated": "2026-11-24T08:01:00Z"}, {"lastUpdated": "2026-11-24T08:09:00Z"}
    await post(site, cssrs("4", name="back", meta=early))
    await post(site, deletion("QuestionnaireResponse/back"))
    before = await end(site)

    await post(site, cssrs("4", name="back", meta=early))
    assert await facts(site, before) == []
    await post(site, cssrs("4", name="back", meta=late))

    (fact,) = await facts(site, before)
    assert isinstance(fact, ScreenAnswered) and fact.standing == "final"


async def test_a_history_may_tell_of_a_deletion_beside_the_versions_before_and_after_it(site: Site) -> None:
    old = cssrs("4", name="h1", meta={"lastUpdated": "2026-11-24T08:01:00Z"})
    new = cssrs("", name="h1", meta={"lastUpdated": "2026-11-24T08:09:00Z"})
    gone = deletion("QuestionnaireResponse/h1", changed="2026-11-24T08:05:00Z")["entry"]
    before = await end(site)

    held = bundle(new, old, kind="history")
    held["entry"] += gone  # type: ignore[operator]
    await post(site, held)

    assert await kinds(site, before) == [("screen_answered", "final")]


async def test_a_deleted_appointment_is_a_session_that_nobody_is_expected_at(site: Site) -> None:
    group = appointment("booked", name="gone-a")
    group["participant"] = [{"actor": {"reference": f"Patient/d{n}"}} for n in range(2)]
    await post(site, group)
    before = await end(site)

    await post(site, deletion("Appointment/gone-a"))
    await post(site, deletion("Appointment/gone-a"))

    found = await facts(site, before)
    assert len(found) == 2 and all(isinstance(one, SessionCancelled) for one in found)
    assert {one.session for one in found} == {site.seals.alias("ehr", "Appointment/gone-a")}  # type: ignore[union-attr]


async def test_whoever_takes_part_no_longer_is_not_expected_there(site: Site) -> None:
    one, other = ({"actor": {"reference": f"Patient/part{n}"}} for n in range(2))
    await post(site, appointment("booked", name="part", participant=[one, other]))
    before = await end(site)

    await post(site, appointment("booked", name="part", participant=[one], minutesDuration=60))
    assert await facts(site, before) == []
    await post(site, appointment("booked", name="part", participant=[one], end="2026-11-24T16:00:00Z"))

    planned, cancelled = await facts(site, before)
    assert (planned.type, cancelled.type) == ("session_planned", "session_cancelled")
    assert planned.patient != cancelled.patient


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
async def test_an_encounter_that_never_was_takes_its_check_in_back(site: Site, status: str) -> None:
    meeting: Json = {
        "resourceType": "Encounter", "id": f"never-{status}", "status": "in-progress",
        "class": {"code": "AMB"}, "subject": {"reference": "Patient/p1"},
        "appointment": [{"reference": "Appointment/a7"}],
    }  # fmt: skip
    await post(site, meeting)
    before = await end(site)

    stripped = {name: meeting[name] for name in ("resourceType", "id")} | {"status": status, "class": {}}
    await post(site, stripped)
    await post(site, stripped)

    (fact,) = await facts(site, before)
    assert isinstance(fact, CheckInUndone) and fact.by == "fhir"
    assert fact.session == site.seals.alias("ehr", "Appointment/a7")


async def test_an_arrival_that_becomes_a_no_show_is_taken_back_and_one_sent_twice_is_one(site: Site) -> None:
    soon = {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z"}
    before = await end(site)
    for status in ("booked", "arrived", "arrived", "noshow"):
        await post(site, appointment(status, name="not-there", **soon))

    planned, there, undone, again = await facts(site, before)
    assert isinstance(there, CheckedIn) and isinstance(undone, CheckInUndone)
    assert (undone.document, undone.session) == (there.document, there.session)
    assert planned.type == again.type == "session_planned"


async def test_an_appointment_in_error_may_have_lost_its_participants(site: Site) -> None:
    await post(site, appointment("booked", name="error-a"))
    before = await end(site)

    reply = await post(site, {"resourceType": "Appointment", "id": "error-a", "status": "entered-in-error"})

    assert reply.status == 200 and await kinds(site, before) == [("session_cancelled", "")]


async def test_a_discharge_is_not_taken_back_and_unknown_resources_neither(site: Site) -> None:
    stay: Json = {
        "resourceType": "Encounter", "id": "stay", "status": "finished", "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p1"}, "period": {"end": "2026-11-23T20:00:00-05:00"},
    }  # fmt: skip
    await post(site, stay)
    before = await end(site)

    kept = await post(site, deletion("Encounter/stay"))
    never = await post(site, deletion("Observation/never", "Patient/p1", "CareTeam/t1", "Practitioner/x"))
    bad = await post(site, deletion("Observation?identifier=1", kind="batch"))

    assert await facts(site, before) == []
    assert "raised risk stay" in kept.body and never.status == 200
    assert bad.json["entry"][0]["response"]["status"].startswith("422")  # type: ignore[index]


async def test_a_deleted_flag_marks_nobody(site: Site) -> None:
    flag: Json = {
        "resourceType": "Flag", "id": "fd", "status": "active", "category": [coded("safety")],
        "code": {"text": "self-harm"}, "subject": {"reference": "Patient/unflagged"},
    }  # fmt: skip
    patient = str((await site.system("/v1/patients", {"external_id": "unflagged"})).json["patient"])
    await post(site, flag)
    assert (await site.patient(patient)).high_risk is True

    await post(site, deletion("Flag/fd"))

    assert (await site.patient(patient)).high_risk is False


async def test_a_resource_can_be_deleted_by_itself(site: Site) -> None:
    await post(site, phq9("000000003", name="by-itself"))
    before = await end(site)
    headers = {"Authorization": "Bearer ehr-token"}

    statuses = []
    for path in ("QuestionnaireResponse/by-itself", "Practitioner/1"):
        async with site.http.delete(f"{site.gateway.url}/fhir/{path}", headers=headers) as reply:
            statuses.append(reply.status)

    assert statuses == [200, 404]
    assert await kinds(site, before) == [("screen_answered", "entered_in_error")]
