"""Consent, safe texting and contacts are recorded; what leaves carries its notice; all of it is logged."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client
from pydantic import ConfigDict

from contracts.conversations import ConversationBrief, TextReceived
from contracts.people import Patient
from contracts.privacy import Texting
from contracts.values import Sealed, Value
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import load_or_create
from tests.support.site import Site

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
ORDER = ("--exception", "court_order", "--basis", "order 17", "--yes")
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


class Raw(Value):
    """An event as it may stand in the log."""

    model_config = ConfigDict(frozen=True, extra="allow")


def stored(site: Site, name: str) -> Patient:
    async def read(nc: Client) -> Patient:
        return Patient.model_validate_json(
            (await (await nc.jetstream().key_value("patients")).get(name)).value or b""
        )

    found = site.as_admin(read)
    assert isinstance(found, Patient)
    return found


def texted(site: Site, name: str, text: str, due: datetime | None = None) -> None:
    """Let the patient have texted, as the crisis line stores it."""
    seals = load_or_create(site.var / "secrets" / "seal.json")
    at = datetime.now(UTC)

    async def seal(nc: Client) -> Sealed:
        return (await seals.with_patients(PatientKeys(nc, seals, lambda: at)).for_patient(name)).seal(text)

    event = TextReceived(at=at, sid=f"SM{abs(hash(text))}", evidence=1, body=site.as_admin(seal))
    site.append(f"conversations.{name}", (event,), ConversationBrief(), due, at)


@pytest.fixture(scope="module")
def site(empty_site: Site) -> Site:
    """Neither policies nor a roster are needed here."""
    return empty_site


@pytest.fixture
def patient(site: Site) -> Callable[[], str]:
    return lambda: site.vigil("patient", "add", "--name", "Robin Example").output.strip()


def test_everything_of_a_patient_is_sealed_with_their_own_key(site: Site, patient: Callable[[], str]) -> None:
    name = patient()
    site.vigil("patient", "contact", name, "--until", "2099-01-01", input="Sam\n+12025550177\nsister\n")
    site.vigil("patient", "safety", name, "--not-safe", "always", "--ask-note", input="partner reads it\n")
    site.vigil("patient", "consent", name, "--ask-name", input="Robbie\n")

    record = stored(site, name)
    assert record.name and record.preferred_name and record.not_safe and record.not_safe.note
    sealed = (record.name, record.preferred_name, record.not_safe.note, record.contacts[0].name)
    assert {one.key for one in sealed} == {f"p:{name}"}
    written = record.model_dump_json()
    assert not any(word in written for word in ("Robin", "Robbie", "partner", "Sam", "sister", "5550177"))
    shown = site.vigil("patient", "show", name, "--reveal", "--why", "records request").output
    assert all(word in shown for word in ("Robin", "Robbie", "partner", "Sam", "+12025550177"))
    log = site.vigil("patient", "reads", name).output
    assert "read in full: name, preferred_name, contacts, not_safe (records request)" in log
    assert "Robin" not in log


def test_consent_is_given_taken_back_and_told(site: Site, patient: Callable[[], str]) -> None:
    name = patient()
    assert "consent to be texted: none" in site.vigil("patient", "show", name).output

    given = site.vigil("patient", "consent", name, "--risk-notice", "2026-1", "--quiet", "21:00-08:00")
    shown = site.vigil("patient", "show", name).output
    record = stored(site, name)
    back = site.vigil("patient", "consent", name, "--revoke")

    assert given.exit_code == 0 and back.exit_code == 0
    assert "risk notice 2026-1" in shown and "quiet hours: 21:00-08:00 America/New_York" in shown
    assert record.is_quiet(NOW) and not record.is_quiet(NOW + timedelta(hours=8))
    assert "TAKEN BACK" in site.vigil("patient", "show", name).output
    log = site.vigil("patient", "reads", name).output
    assert "changed: consent to be texted, risk notice 2026-1; quiet hours 21:00-08:00" in log


@pytest.mark.parametrize(
    ("words", "at_night", "at_noon"),
    [
        (("--not-safe", "always"), Texting.CALL, Texting.CALL),
        (("--not-safe", "hours", "--hours", "17:00-08:00"), Texting.CALL, Texting.FREE),
        (("--not-safe", "neutral"), Texting.NEUTRAL, Texting.NEUTRAL),
        (("--not-safe", "neutral", "--hours", "17:00-08:00"), Texting.NEUTRAL, Texting.FREE),
        (("--clear",), Texting.FREE, Texting.FREE),
    ],
)
def test_a_phone_that_others_read_is_not_texted(
    site: Site, patient: Callable[[], str], words: tuple[str, ...], at_night: Texting, at_noon: Texting
) -> None:
    name = patient()
    assert site.vigil("patient", "safety", name, *words).exit_code == 0

    record = stored(site, name)
    assert record.texting(NOW) is at_night
    assert record.texting(NOW + timedelta(hours=9)) is at_noon
    assert record.model_copy(update={"opted_out_at": NOW}).texting(NOW) is Texting.CALL


def test_a_contacts_consent_has_a_scope_and_an_end(site: Site, patient: Callable[[], str]) -> None:
    name = patient()
    made = site.vigil(
        "patient", "contact", name, "--scope", "enrolled", "--until", "2027-01-31",
        input="Sam\n+12025550177\nsister\n",
    ).output.splitlines()[-1]  # fmt: skip

    contact = stored(site, name).contacts[0]
    assert contact.id in made and contact.scope == "enrolled"
    assert contact.holds(date(2027, 1, 31)) and not contact.holds(date(2027, 2, 1))
    assert site.vigil("patient", "contact", name, "--revoke", contact.id).exit_code == 0
    assert not stored(site, name).contacts[0].holds(NOW.date())
    assert "say on which day" in site.vigil("patient", "contact", name).stderr
    assert (
        "is past" in site.vigil("patient", "contact", name, "--until", "2020-01-01", input="S\n\n\n").stderr
    )


def test_wrong_words_are_told(site: Site, patient: Callable[[], str]) -> None:
    name = patient()
    assert "nothing to record" in site.vigil("patient", "consent", name).stderr
    assert "no consent that could" in site.vigil("patient", "consent", name, "--revoke").stderr
    assert "--quiet: write the hours" in site.vigil("patient", "consent", name, "--quiet", "night").stderr
    assert "--hours: say which" in site.vigil("patient", "safety", name, "--not-safe", "hours").stderr
    assert "not both" in site.vigil("patient", "safety", name).stderr
    assert "there is no patient" in site.vigil("patient", "reads", "pt_none").stderr


def test_an_emergency_disclosure_has_the_four_fields_of_the_rule(
    site: Site, patient: Callable[[], str]
) -> None:
    name = patient()
    words = ("--to", "Dr. Vale", "--affiliation", "City Hospital", "--by", "clinician_1")
    missing = site.vigil("patient", "disclosed", name, *words, "--nature", " ")
    made = site.vigil("patient", "disclosed", name, *words, input="overdose\n")

    assert "--nature: 42 CFR 2.51(c) wants it" in missing.stderr
    assert made.exit_code == 0 and NOTICE in made.output
    written = json.dumps(_facts(site, name))
    assert not any(word in written for word in ("Vale", "City", "overdose"))
    accounted = json.loads(_export(site, name))["accounting_of_disclosures"][0]
    assert (accounted["to"], accounted["affiliation"], accounted["nature"]) == (
        "Dr. Vale",
        "City Hospital",
        "overdose",
    )
    assert accounted["by"] == "clinician_1" and accounted["at"] and accounted["recorded_by"]


def test_the_record_leaves_whole_with_its_notice_and_that_is_on_record_first(
    site: Site, patient: Callable[[], str], tmp_path: Path
) -> None:
    other, name = patient(), patient()
    site.vigil("patient", "link", other, name, "--yes")
    texted(site, other, "before we were linked")
    texted(site, name, "I feel <b>awful</b>")
    site.vigil("patient", "consent", name, "--risk-notice", "2026-1", "--quiet", "21:00-08:00")
    site.vigil("patient", "safety", name, "--not-safe", "hours", "--hours", "17:00-08:00")
    site.vigil("patient", "contact", name, "--until", "2099-01-01", input="Sam\n+12025550177\nsister\n")
    site.vigil("patient", "hold", name, "--reason", "matter 12")

    record = json.loads(_export(site, name))
    page = tmp_path / "record.html"
    words = ("--to", "the patient", "--purpose", "records request", "--exception", "patient", "--yes")
    written = site.vigil("patient", "export", name, *words, "--format", "html", "--out", str(page))
    html = page.read_text()

    assert record["notice"] == NOTICE and record["patient"]["name"] == "Robin Example"
    assert [event["body"] for event in record["conversation"]] == [
        "before we were linked",
        "I feel <b>awful</b>",
    ]
    assert record["also_known_as"] == [other]
    assert written.exit_code == 0 and page.stat().st_mode & 0o777 == 0o600
    wanted = ("2026-1", "21:00:00", "17:00:00", "Sam", "sister", "matter 12", "the patient&#39;s own access")
    assert [word for word in wanted if word not in html] == []
    assert "http" not in html.replace("http-equiv", "")
    assert html.count(NOTICE) == 2 and "I feel &lt;b&gt;awful&lt;/b&gt;" in html and "Robin Example" in html
    assert "taken out as html: records request" in site.vigil("patient", "reads", name).output
    own = site.vigil("patient", "export", name, *words, VIGIL_PART2_NOTICE="Our notice.")
    assert json.loads(own.output)["notice"] == "Our notice."


def test_every_reading_is_listed_in_one_place(site: Site, patient: Callable[[], str]) -> None:
    name, other = patient(), patient()
    site.vigil("patient", "show", name, "--reveal", "--why", "call them back")
    site.vigil("patient", "show", other, "--reveal", "--why", "address")
    _export(site, name)
    events = (
        {"type": "answer_waiting", "at": NOW, "answer": "t1", "purpose": "relay", "responder": "kim"},
        {"type": "answer_waiting", "at": NOW, "answer": "t2", "purpose": "relay", "responder": "lee"},
        {"type": "answer_accepted", "at": NOW, "answer": "t1"},
        {"type": "transcript_read", "at": NOW, "responder": "kim", "texts": 8},
    )
    site.append(
        f"conversations.{name}", tuple(Raw.model_validate(one) for one in events), ConversationBrief()
    )

    listed = json.loads(site.vigil("readings", "--patient", name, "--json").output)
    mine = {(one["who"], one["what"], one["why"]) for one in listed}
    account = next(one["who"] for one in listed if one["what"].startswith("shown"))

    assert mine == {
        (account, "shown in full: name", "call them back"),
        (account, "record taken out as json", "test (court order, order 17)"),
        ("kim", "the patient's text, relayed by SMS", "holds it"),
        ("kim", "the last 8 texts of both sides, by SMS", "asked on the phone"),
    }
    assert "lee" not in {one["who"] for one in listed}, "what the carrier did not take nobody read"
    by_kim = site.vigil("readings", "--by", "kim", "--csv").output.splitlines()
    assert by_kim[0] == "when,who,patient,what,why" and len(by_kim) == 3
    everybody = json.loads(site.vigil("readings", "--json", "--since", "2026-11-24").output)
    assert {name, other} <= {one["patient"] for one in everybody}
    assert "--since: write the day" in site.vigil("readings", "--since", "monday").stderr
    assert "--why: say what for" in site.vigil("patient", "show", name, "--reveal").stderr


def test_what_belongs_to_others_stays_out_of_an_export(site: Site, patient: Callable[[], str]) -> None:
    name, other = patient(), patient()
    texted(site, other, "not hers")
    seals = load_or_create(site.var / "secrets" / "seal.json")

    async def seal(nc: Client) -> Sealed:
        return (await seals.with_patients(PatientKeys(nc, seals, lambda: NOW)).for_patient(other)).seal(
            "not hers"
        )

    event = TextReceived(at=NOW, sid="SMx", evidence=1, body=site.as_admin(seal))
    site.append(f"conversations.{name}", (event,), ConversationBrief())
    assert "not hers" not in _export(site, name)
    assert "(somebody else's)" in _export(site, name)


def _export(site: Site, name: str) -> str:
    done = site.vigil("patient", "export", name, "--to", "court", "--purpose", "test", *ORDER)
    assert done.exit_code == 0, done.output
    return done.output


def _facts(site: Site, name: str) -> list[str]:
    async def read(nc: Client) -> list[str]:
        info = await nc.jetstream().stream_info("PROGRAMME")
        found = []
        for sequence in range(1, info.state.last_seq + 1):
            message = await nc.jetstream().get_msg("PROGRAMME", sequence)
            if (message.subject or "").endswith(name):
                found.append((message.data or b"").decode())
        return found

    facts = site.as_admin(read)
    assert isinstance(facts, list)
    return facts
