"""Appointments, encounters, doses, patients, teams and flags: what each becomes."""

from datetime import date

import pytest

from tests.services.gateway.conftest import Site
from tests.services.gateway.fhir.resources import (
    Json,
    answers,
    appointment,
    bundle,
    coded,
    cssrs,
    dose,
    end,
    facts,
    moment,
    post,
    scored,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
CANCELS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


async def test_an_appointment_from_booked_to_arrived_is_one_session(site: Site) -> None:
    before = await end(site)

    for status in ("proposed", "booked", "arrived"):
        assert (await post(site, appointment(status, name="a1"))).status in (200, 201)

    planned, there = await facts(site, before)
    assert (planned.type, there.type) == ("session_planned", "checked_in")
    assert planned.session == there.session and planned.document == there.document
    assert planned.starts_at == moment("2026-11-24T14:00:00Z") and there.by == "fhir"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("pat-mt", "absence_excused"), ("prov", "session_cancelled"), ("", "session_cancelled")],
)
async def test_who_cancelled_decides_whether_it_is_an_absence(site: Site, code: str, kind: str) -> None:
    before = await end(site)
    reason = {"cancelationReason": coded(code, CANCELS)} if code else {}

    await post(site, appointment("cancelled", name=f"c{code}", **reason))

    (fact,) = await facts(site, before)
    assert fact.type == kind


async def test_a_no_show_is_planned_so_that_attendance_finds_it_and_an_old_one_is_history(site: Site) -> None:
    before = await end(site)

    old = {"start": "2026-10-01T14:00:00Z", "end": "2026-10-01T15:00:00Z"}
    assert (await post(site, appointment("noshow", name="n1", **old))).status == 200
    await post(
        site, appointment("noshow", name="n2", start="2026-11-24T06:00:00Z", end="2026-11-24T07:00:00Z")
    )

    (fact,) = await facts(site, before)
    assert fact.type == "session_planned"


async def test_a_group_appointment_is_one_session_of_each(site: Site) -> None:
    before = await end(site)
    group = appointment("booked", name="g1")
    group["participant"] = [{"actor": {"reference": f"Patient/g{n}"}} for n in range(3)]

    await post(site, group)
    await post(site, group)

    found = await facts(site, before)
    assert len(found) == 3 and len({one.session for one in found}) == 1
    assert len({one.patient for one in found}) == 3


def encounter(status: str, kind: str, **changed: object) -> Json:
    whole: Json = {
        "resourceType": "Encounter", "id": "e1", "status": status, "class": {"code": kind},
        "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-11-24T08:05:00Z"},
    }  # fmt: skip
    return whole | changed


async def test_an_encounter_checks_in_to_its_appointment(site: Site) -> None:
    await post(site, appointment("booked", name="a9"))
    before = await end(site)

    await post(site, encounter("in-progress", "AMB", appointment=[{"reference": "Appointment/a9"}]))
    await post(site, encounter("in-progress", "EMER", id="e2"))

    (fact,) = await facts(site, before)
    assert fact.type == "checked_in" and fact.at == moment("2026-11-24T08:05:00Z")
    assert fact.session == site.seals.alias("ehr", "Appointment/a9")


async def test_the_end_of_a_stay_in_hospital_is_a_discharge(site: Site) -> None:
    before = await end(site)

    await post(site, encounter("finished", "IMP", id="e3", period={"end": "2026-11-23T20:00:00-05:00"}))

    (fact,) = await facts(site, before)
    assert (fact.type, fact.left, fact.on) == ("patient_discharged", "hospital", date(2026, 11, 23))

    await post(site, encounter("finished", "IMP", id="e4", period={"end": "2036-11-23T20:00:00-05:00"}))
    assert (await facts(site, before))[-1].on == date(2026, 11, 24), "a day that has not come can't be meant"


async def test_doses_given_and_omitted_are_reports_about_their_day(site: Site) -> None:
    before = await end(site)

    await post(site, dose("completed", "Methadone 10 mg/mL oral solution", name="m1"))
    await post(site, dose("not-done", "Methadone 10 mg/mL oral solution", name="m2"))
    assert (await post(site, dose("completed", "Ibuprofen 800 mg", name="m3"))).status == 200
    assert (await post(site, dose("in-progress", "Methadone", name="m4"))).status == 200

    given, omitted = await facts(site, before)
    assert (given.instrument, given.taken, omitted.taken) == ("agonist-doses", True, False)
    # 02:30 in UTC is the evening before on the site's wall clock.
    assert given.day == omitted.day == date(2026, 11, 23)


async def test_an_injection_that_was_given_is_not_late(site: Site) -> None:
    for number, name in enumerate(("Naltrexone extended-release injection", "Sublocade", "Clozapine 100 mg")):
        before = await end(site)
        await post(site, dose("completed", name, name=f"inj{number}"))
        (fact,) = await facts(site, before)
        assert (await scored(site, fact)).urgency is None, (name, await answers(site, fact))


async def test_a_patient_is_enrolled_and_found_by_what_comes_with_it(site: Site) -> None:
    rosa: Json = {
        "resourceType": "Patient", "id": "rosa", "name": [
            {"use": "old", "text": "Rosa Stone"}, {"use": "official", "family": "Rivera", "given": ["Rosa"]},
            {"use": "nickname", "given": ["Rosi"]},
        ],
        "telecom": [
            {"system": "email", "value": "r@example.org"},
            {"system": "phone", "value": "(202) 555-0171", "use": "home"},
            {"system": "phone", "value": "+1 202 555 0172", "use": "mobile"},
        ],
        "communication": [{"language": {"coding": [{"code": "es"}]}, "preferred": True}],
        "address": [{"line": ["1 Elm Street"], "city": "Washington", "state": "DC"}],
    }  # fmt: skip
    before = await end(site)

    reply = await post(site, bundle(cssrs("4", patient="rosa", name="rs"), rosa, kind="batch"))

    (fact,) = await facts(site, before)
    known = await site.patient(fact.patient)
    sealed = (known.name, known.preferred_name, known.phone, known.address)
    assert [await site.seals.opened(one) for one in sealed if one] == [
        "Rosa Rivera", "Rosi", "+12025550172", "1 Elm Street, Washington, DC",
    ]  # fmt: skip
    assert known.language == "es" and "Rivera" not in reply.body and "5550172" not in reply.body


async def test_a_patient_of_the_bundle_may_be_named_by_its_urn_or_identifier(site: Site) -> None:
    who: Json = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:mrn", "value": "77"}],
        "name": [{"text": "M"}],
    }
    by_urn, by_value = cssrs("4", name="b1"), cssrs("5", name="b2")
    by_urn["subject"] = {"reference": "urn:uuid:1"}
    by_value["subject"] = {"identifier": {"system": "urn:mrn", "value": "77"}}
    held = bundle(who, by_urn, by_value, kind="transaction")
    held["entry"][0]["fullUrl"] = "urn:uuid:1"  # type: ignore[index]
    before = await end(site)

    await post(site, held)

    one, other = await facts(site, before)
    assert one.patient == other.patient and (await site.patient(one.patient)).name is not None


async def test_a_care_team_names_the_therapist_and_guesses_none(site: Site) -> None:
    def team(*members: tuple[str, str]) -> Json:
        return {
            "resourceType": "CareTeam", "id": "t1", "status": "active",
            "subject": {"reference": "Patient/team"},
            "participant": [
                {"member": {"reference": f"Practitioner/{who}"}, "role": [{"text": role}]}
                for who, role in members
            ],
        }  # fmt: skip

    await post(site, team(("ana", "Nurse"), ("ben", "Primary therapist"), ("x", "Therapist")))
    patient = (await site.system("/v1/patients", {"external_id": "team"})).json["patient"]
    assert (await site.patient(str(patient))).therapist == "ben"

    unclear = await post(site, team(("ana", "Nurse"), ("ben", "Nurse")))

    assert unclear.json["issue"][0]["severity"] == "warning"  # type: ignore[index]
    assert (await site.patient(str(patient))).therapist == "ben"


async def test_an_active_flag_marks_the_patient_until_the_last_one_ends(site: Site) -> None:
    def flag(name: str, status: str, category: str = "safety") -> Json:
        return {
            "resourceType": "Flag", "id": name, "status": status, "category": [coded(category)],
            "code": {"text": "self-harm"}, "subject": {"reference": "Patient/flagged"},
        }  # fmt: skip

    patient = str((await site.system("/v1/patients", {"external_id": "flagged"})).json["patient"])
    steps = [
        ("f1", "active", True),
        ("f2", "active", True),
        ("f1", "inactive", True),
        ("f2", "entered-in-error", False),
    ]
    for name, status, high in steps:
        await post(site, flag(name, status))
        assert (await site.patient(patient)).high_risk is high, (name, status)
    await post(site, flag("f3", "active", "diet"))
    assert (await site.patient(patient)).high_risk is False


async def test_a_mark_that_a_person_set_outlives_the_flags(site: Site) -> None:
    patient = str((await site.system("/v1/patients", {"external_id": "marked"})).json["patient"])
    await site.put_patient((await site.patient(patient)).model_copy(update={"high_risk": True}))

    for status in ("active", "inactive"):
        await post(
            site,
            {
                "resourceType": "Flag",
                "id": "fm",
                "status": status,
                "subject": {"reference": "Patient/marked"},
            },
        )

    assert (await site.patient(patient)).high_risk is True
