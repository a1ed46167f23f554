"""`vigil recipients`: who is told as FHIR, on what ground; consents; what waits."""

import json
import shlex
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client

from contracts.deliveries import (
    Accepted,
    DeliveryBrief,
    DeliveryStatus,
    Parked,
    Recipient,
    Resource,
    subject_of,
)
from contracts.people import Patient
from contracts.privacy import Ground
from contracts.values import Sealed
from services.runtime.sealing import load_or_create
from tests.support.site import DEPLOY, Site

URL = "https://fhir.example.org/r4"
NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def patient(empty_site: Site) -> str:
    async def work(nc: Client) -> None:
        bucket = await nc.jetstream().key_value("patients")
        await bucket.put("pt_told", Patient(id="pt_told").model_dump_json().encode())

    empty_site.as_admin(work)
    return "pt_told"


def read(site: Site, bucket: str, key: str) -> bytes:
    async def work(nc: Client) -> bytes:
        return (await (await nc.jetstream().key_value(bucket)).get(key)).value or b""

    found = site.as_admin(work)
    assert isinstance(found, bytes)
    return found


def test_a_recipient_is_put_listed_and_removed_and_a_dry_run_does_nothing(empty_site: Site) -> None:
    vigil = empty_site.vigil
    dry = vigil("recipients", "put", "county", "--url", URL, "--consent", "--dry-run")
    assert "county would be added" in dry.output
    assert "Nobody: nothing leaves." in vigil("recipients", "list").output

    put = vigil(
        "recipients", "put", "county", "--url", f"{URL}/", "--consent", "--substance", "--least", "urgent"
    )
    assert put.exit_code == 0, put.output
    stored = Recipient.model_validate_json(read(empty_site, "recipients", "county"))
    assert (stored.base_url, stored.ground, stored.substance) == (URL, Ground.CONSENT, True)
    (listed,) = json.loads(vigil("recipients", "list", "--json").output)
    assert listed["least"] == "urgent" and "token" not in json.dumps(listed)

    assert "would be told nothing more" in vigil("recipients", "remove", "county", "--dry-run").output
    assert "county" in vigil("recipients", "list").output
    assert vigil("recipients", "remove", "county").exit_code == 0
    assert "county" not in vigil("recipients", "list").output
    assert "there is no recipient 'county'" in vigil("recipients", "remove", "county").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--url", "http://fhir.example.org", "--consent"), "--url: must be https"),
        (("--url", URL), "on what ground?"),
        (("--url", URL, "--consent", "--exception", "audit"), "not both"),
        (("--url", URL, "--exception", "emergency", "--basis", "x"), "single case"),
        (("--url", URL, "--exception", "service_organization"), "--basis"),
        (("--url", URL, "--exception", "friendship"), "is none of"),
    ],
)
def test_what_can_not_stand_is_refused_with_what_to_do(
    empty_site: Site, words: tuple[str, ...], says: str
) -> None:
    refused = empty_site.vigil("recipients", "put", "clinic", *words)
    assert refused.exit_code == 1 and says in refused.output


def test_a_consent_is_recorded_sealed_and_taken_back(empty_site: Site, patient: str) -> None:
    vigil = empty_site.vigil
    vigil("recipients", "put", "clinic", "--url", URL, "--consent")
    consent = ("recipients", "consent", patient, "clinic")
    assert "--covers" in vigil(*consent, "--until", "2099-01-01").output
    said = ("--document", "cabinet 3", "--covers", "addiction records")
    assert "is past" in vigil(*consent, *said, "--until", "2020-01-01").output
    assert (
        "no recipient 'nobody'"
        in vigil("recipients", "consent", patient, "nobody", *said, "--until", "2099-01-01").output
    )

    assert vigil(*consent, *said, "--until", "2099-01-01", "--substance").exit_code == 0

    raw = read(empty_site, "patients", patient)
    (given,) = Patient.model_validate_json(raw).sharing
    assert (given.recipient, given.substance, given.identity) == ("clinic", True, False)
    assert b"addiction" not in raw
    assert vigil(*consent, "--revoke").exit_code == 0
    (given,) = Patient.model_validate_json(read(empty_site, "patients", patient)).sharing
    assert given.revoked_at is not None
    assert "no consent to clinic" in vigil(*consent, "--revoke").output
    assert "consent to clinic taken back" in vigil("patient", "reads", patient).output


def test_the_example_of_the_chapter_works(empty_site: Site, patient: str) -> None:
    chapter = (DEPLOY.parent / "services" / "gateway" / "README.md").read_text()
    lines = [line for line in chapter.splitlines() if line.startswith("vigil recipients ")]
    assert len(lines) == 2
    for line in lines:
        _, *words = shlex.split(line.replace("pt_a1b2", patient).replace("2027-", "2099-"))
        done = empty_site.vigil(*words)
        assert done.exit_code == 0, done.output


def test_what_waits_is_shown_where_ops_look_and_what_was_told_is_accounted_for(
    empty_site: Site, patient: str
) -> None:
    seals = load_or_create(empty_site.var / "secrets" / "seal.json")
    brief = DeliveryBrief(
        patient=patient,
        resource=Resource.TASK,
        status=DeliveryStatus.PARKED,
        why="refused",
        attempts=1,
        ground=Ground.CONSENT,
        at=NOW,
    )
    parked = Parked(at=NOW, attempt=1, why="refused", status=422, diagnostics=seals.seal("not known here"))
    empty_site.append(subject_of("clinic", "task-1"), (parked,), brief)
    done = brief.model_copy(update={"status": DeliveryStatus.ACCEPTED, "why": ""})
    empty_site.append(subject_of("clinic", "flag-1"), (Accepted(at=NOW, attempt=1, status=201),), done)

    (waits,) = json.loads(empty_site.vigil("recipients", "parked", "--json").output)
    assert (waits["recipient"], waits["delivery"], waits["why"]) == ("clinic", "task-1", "refused")
    assert "task-1" in empty_site.vigil("parked", "list").output
    assert "gateway was asked to try 1 again" in empty_site.vigil("parked", "retry", "gateway").output
    export = empty_site.vigil(
        "patient", "export", patient, "--to", "x", "--purpose", "y", "--exception", "patient", "--yes"
    )
    told = [
        one
        for one in json.loads(export.output)["accounting_of_disclosures"]
        if one["what"] == "OtherSystemTold"
    ]
    assert [(one["to"], one["told"], one["ground"]) for one in told] == [("clinic", "Task", "consent")]


def test_what_a_recipient_answered_is_shown_on_record(empty_site: Site, patient: str) -> None:
    refused = empty_site.vigil("recipients", "answer", "clinic", "task-9", "--why", "mending")
    assert "has refused no task-9" in refused.output
    seals = load_or_create(empty_site.var / "secrets" / "seal.json")
    put_state(empty_site, patient, seals.seal("subject is not known here"))

    shown = empty_site.vigil("recipients", "answer", "clinic", "task-2", "--why", "mending")

    assert shown.output.strip() == "HTTP 422: subject is not known here"
    assert "read in full: disclosures (mending)" in empty_site.vigil("patient", "reads", patient).output


def put_state(site: Site, patient: str, diagnostics: Sealed) -> None:
    """Append a commit whose state is a refused delivery."""
    state = {"patient": patient, "http": 422, "diagnostics": diagnostics.model_dump()}
    commit = {"at": NOW.isoformat(), "cause": "test", "version": 1, "events": [], "state": state}

    async def work(nc: Client) -> None:
        await nc.jetstream().publish(subject_of("clinic", "task-2"), json.dumps(commit).encode())

    site.as_admin(work)
