"""Patients are sealed, shown masked, and revealed on record."""

from nats.aio.client import Client

from contracts.programme import PatientRevealed
from tests.support.site import Site


def test_a_patient_is_masked_until_it_is_revealed_and_that_is_on_record(site: Site) -> None:
    name = site.vigil(
        "patient", "add", "--name", "Robin Example", "--phone", "+12025550131", "--therapist", "clinician_1"
    ).output.strip()

    masked = site.vigil("patient", "show", name).output
    revealed = site.vigil("patient", "show", name, "--reveal", "--why", "test").output

    assert "Robin" not in masked and "+12025550131" not in masked and "ends in 31" in masked
    assert "--reveal shows it in full and puts that on record" in masked
    assert "name: Robin Example" in revealed and "phone: +12025550131" in revealed

    async def recorded(nc: Client) -> PatientRevealed:
        stored = await nc.jetstream().get_last_msg("PROGRAMME", f"programme.patient_revealed.{name}")
        return PatientRevealed.model_validate_json(stored.data or b"")

    fact = site.as_admin(recorded)
    assert fact.patient == name and fact.by and fact.shown == ("name", "phone")


def test_address_and_safety_plan_are_sealed_too(site: Site) -> None:
    name = site.vigil(
        "patient", "add", "--address", "1 Main St", "--safety-plan", "call Sam", "--language", "es"
    ).output.strip()

    masked = site.vigil("patient", "show", name).output
    revealed = site.vigil("patient", "show", name, "--reveal", "--why", "test").output

    assert "address: sealed" in masked and "Main" not in masked and "Sam" not in masked
    assert "address: 1 Main St" in revealed and "safety plan: call Sam" in revealed
    assert "language: es" in revealed


def test_a_phone_belongs_to_one_patient(site: Site) -> None:
    owner = site.vigil("patient", "add", "--phone", "+12025550132").output.strip()

    result = site.vigil("patient", "add", "--phone", "+12025550132")

    assert result.exit_code == 1
    assert f"--phone: belongs to patient {owner} already" in result.stderr


def test_wrong_words_about_a_patient_are_told_one_by_one(site: Site) -> None:
    assert "--phone: is no number in E.164" in site.vigil("patient", "add", "--phone", "555").stderr
    assert "there is no responder 'x'" in site.vigil("patient", "add", "--therapist", "x").stderr
    assert "belong together" in site.vigil("patient", "add", "--source", "ehr").stderr
    assert "there is no patient pt_none" in site.vigil("patient", "show", "pt_none").stderr
    assert "is no id" in site.vigil("patient", "show", "pt none").stderr


def test_linked_patients_are_one_from_then_on(site: Site) -> None:
    one = site.vigil("patient", "add", "--source", "ehr", "--outside-id", "7").output.strip()
    other = site.vigil("patient", "add").output.strip()

    refused = site.vigil("patient", "link", one, one)
    linked = site.vigil("patient", "link", one, other, "--yes")

    assert "both ids are the same" in refused.stderr
    assert linked.exit_code == 0 and f"{one} is {other} from now on" in linked.output
    again = site.vigil("patient", "add", "--source", "ehr", "--outside-id", "7")
    assert f"belongs to patient {other}" in again.stderr
