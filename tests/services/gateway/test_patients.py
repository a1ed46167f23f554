"""Patients of other systems: sealed, found again by id and phone, changed when repeated."""

import json

import pytest

from tests.services.gateway.conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

RIVERA = {
    "external_id": "mrn-500",
    "name": "Rosa Rivera",
    "phone": "(202) 555-0141",
    "language": "es",
    "address": "1 Elm Street",
    "safety_plan": "call sister",
    "therapist": "ben",
    "site": "north",
}


async def alias(site: Site, key: str) -> str | None:
    found = await site.admin.jetstream().get_last_msg("KV_aliases", f"$KV.aliases.{key}")
    return json.loads(found.data)["patient"] if found.data else None


async def test_a_patient_is_sealed_and_findable_by_id_and_phone(site: Site) -> None:
    reply = await site.system("/v1/patients", RIVERA)

    name = str(reply.json["patient"])
    patient = await site.patient(name)
    assert reply.status == 201 and set(reply.json) == {"patient"}
    sealed = (patient.name, patient.phone, patient.address, patient.safety_plan)
    assert [await site.seals.opened(s) for s in sealed if s] == [
        "Rosa Rivera", "+12025550141", "1 Elm Street", "call sister",
    ]  # fmt: skip
    assert (patient.language, patient.therapist, patient.site) == ("es", "ben", "north")
    assert not any(word in patient.model_dump_json() for word in ("Rosa", "5550141", "Elm", "sister"))
    assert await alias(site, site.seals.alias("ehr", "mrn-500")) == name
    assert await alias(site, site.seals.phone_ref("+12025550141")) == name


async def test_a_repetition_changes_what_it_names_and_keeps_the_rest(site: Site) -> None:
    first = await site.system("/v1/patients", {**RIVERA, "external_id": "mrn-501", "phone": "+12025550142"})

    again = await site.system(
        "/v1/patients", {"external_id": "mrn-501", "phone": "+12025550143", "safety_plan": None}
    )

    patient = await site.patient(str(first.json["patient"]))
    assert again.status == 200 and again.json["patient"] == first.json["patient"]
    assert patient.name and await site.seals.opened(patient.name) == "Rosa Rivera"
    assert patient.safety_plan is None and patient.therapist == "ben"
    assert await alias(site, site.seals.phone_ref("+12025550143")) == patient.id
    assert await alias(site, site.seals.phone_ref("+12025550142")) is None


async def test_somebody_who_texted_before_keeps_the_id_when_enrolled(site: Site) -> None:
    ref = site.seals.phone_ref("+12025550144")
    await texted(site, ref, "pt_early")

    reply = await site.system("/v1/patients", {**RIVERA, "external_id": "mrn-502", "phone": "+12025550144"})

    assert reply.status == 201 and reply.json["patient"] == "pt_early"


async def test_an_enrolled_patient_whose_new_phone_texted_before_is_linked(site: Site) -> None:
    enrolled = await site.system("/v1/patients", {"external_id": "mrn-503", "name": "R"})
    ref = site.seals.phone_ref("+12025550145")
    await texted(site, ref, "pt_earlier")

    await site.system("/v1/patients", {"external_id": "mrn-503", "phone": "+12025550145"})

    linked = await site.last("PROGRAMME", "programme.patient_linked.pt_earlier")
    assert linked == {"patient": "pt_earlier", "into": enrolled.json["patient"]}
    assert await alias(site, ref) == enrolled.json["patient"]


async def test_a_phone_of_another_enrolled_patient_stays_theirs_and_that_is_said(site: Site) -> None:
    first = await site.system("/v1/patients", {"external_id": "m1", "name": "M", "phone": "+12025550146"})

    reply = await site.system("/v1/patients", {"external_id": "m2", "name": "N", "phone": "+12025550146"})

    assert reply.status == 201 and "phone" in str(reply.json["warnings"])
    assert await alias(site, site.seals.phone_ref("+12025550146")) == first.json["patient"]


async def test_a_therapist_who_is_not_on_the_roster_is_accepted_and_said(site: Site) -> None:
    reply = await site.system("/v1/patients", {"external_id": "m3", "name": "M", "therapist": "nobody"})

    assert reply.status == 201 and "therapist" in str(reply.json["warnings"])


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"external_id": None}, 422, "external_id"),
        ({"external_id": " "}, 422, "external_id"),
        ({"phone": "12"}, 422, "phone"),
        ({"phone": "call me"}, 422, "phone"),
        ({"language": "Klingon"}, 422, "language"),
        ({"therapist": "Dr. No"}, 422, "therapist"),
        ({"name": ["Rosa"]}, 422, "name"),
    ],
)
async def test_what_is_wrong_is_named_and_never_quoted(
    site: Site, changed: dict[str, object], status: int, field: str
) -> None:
    before = await site.ends()

    reply = await site.system("/v1/patients", {**RIVERA, "external_id": "mrn-900"} | changed)

    assert (reply.status, reply.json["field"]) == (status, field)
    assert not any(word in reply.body for word in ("Rosa", "mrn", "Klingon", "call me", "Dr. No"))
    assert await site.ends() == before


async def test_without_a_token_nobody_is_enrolled(site: Site) -> None:
    assert (await site.system("/v1/patients", RIVERA, token="guess")).status == 401
    assert (await site.system("/v1/patients", b"[]")).status == 400


async def texted(site: Site, ref: str, patient: str) -> None:
    """Let the crisis line have met somebody unknown."""
    aliases = await site.admin.jetstream().key_value("aliases")
    patients = await site.admin.jetstream().key_value("patients")
    await aliases.put(ref, f'{{"patient":"{patient}","since":"2026-11-24T01:00:00Z"}}'.encode())
    await patients.put(patient, f'{{"id":"{patient}"}}'.encode())
