"""Erasure: two people and a reason, never while the record must stand; purging: never what is open."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nats.aio.client import Client

from contracts.conversations import TextReceived
from contracts.people import Alias, Patient
from contracts.privacy import WrappedKey
from services.administration import Administration
from services.command_line.privacy_purge import class_of
from services.command_line.privacy_retention import (
    YEAR,
    Message,
    Years,
    clinical_until,
    log_below,
    purge_below,
)
from services.programme import MethodDraft, PersonDraft
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError, load_or_create
from tests.services.command_line.test_privacy_record import NOW, stored, texted
from tests.support.site import Site

NONE = {"VIGIL_RETENTION_CLINICAL_YEARS": "0", "VIGIL_RETENTION_MINOR_YEARS": "0"}
PHONES = iter(range(100))
PINS = {"ana": "4711", "ben": "0815", "cal": ""}


@pytest.fixture(scope="module")
def staffed(empty_site: Site) -> Site:
    people = [
        PersonDraft(id=name, name=name.title(), methods=(MethodDraft(sms=f"+1202555010{n}"),), pin=pin)
        for n, (name, pin) in enumerate(PINS.items())
    ]
    seals = load_or_create(empty_site.var / "secrets" / "seal.json")
    empty_site.as_admin(lambda nc: Administration(nc, seals, lambda: NOW).put_people(people))
    return empty_site


@pytest.fixture
def patient(staffed: Site) -> Callable[..., str]:
    def made(*words: str) -> str:
        given_ = ("--name", "Robin Example", "--phone", f"+120255602{next(PHONES):02d}")
        name = staffed.vigil("patient", "add", *given_, *words).output.strip()
        texted(staffed, name, "I took them all")
        staffed.vigil("patient", "contact", name, "--until", "2099-01-01", input="Sam\n\n\n")
        return name

    return made


def asked(site: Site, name: str, by: str = "ana", pin: str = "4711", **years: str) -> str:
    done = site.vigil(
        "patient", "erase", name, "--reason", "asked for it", "--by", by, input=f"{pin}\n", **(years or NONE)
    )
    assert done.exit_code == 0, done.output + done.stderr
    return done.output.split("er_")[1].split(":")[0].join(("er_", ""))


def confirm(site: Site, name: str, request: str, by: str = "ben", pin: str = "0815"):  # type: ignore[no-untyped-def]
    words = ("patient", "erase", name, "--confirm", request, "--by", by)
    return site.vigil(*words, input=f"{pin}\n", **NONE)


def opens(site: Site, name: str) -> bool:
    """Whether a process with the site's key file reads what the patient texted."""
    seals = load_or_create(site.var / "secrets" / "seal.json")

    async def read(nc: Client) -> str:
        own = seals.with_patients(PatientKeys(nc, seals, lambda: NOW))
        raw = await nc.jetstream().get_last_msg("CONVERSATIONS", f"conversations.{name}")
        event = json.loads(raw.data or b"")["events"][0]
        return await own.opened(TextReceived.model_validate(event).body)

    try:
        return site.as_admin(read) == "I took them all"
    except SealError:
        return False


def on_disk(folder: Path, what: str) -> bool:
    return any(what.encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_two_people_and_a_reason_erase_a_patient_and_the_audit_trail_stands(
    staffed: Site, patient: Callable[..., str]
) -> None:
    other, name = patient(), patient()
    staffed.vigil("patient", "link", other, name, "--yes")
    box = next(iter(_key(staffed, name).boxes.values()))
    assert on_disk(staffed.var, box) and opens(staffed, name) and opens(staffed, other)

    request = asked(staffed, name)
    assert opens(staffed, name)
    done = confirm(staffed, name, request)

    assert done.exit_code == 0 and "Backups made before still hold it" in done.output
    assert not opens(staffed, name) and not opens(staffed, other)
    assert not on_disk(staffed.var, box), "the key itself is overwritten on disk"
    record, tombstone = stored(staffed, name), _key(staffed, name).erased
    assert record == Patient(id=name, erased_at=record.erased_at)
    assert tombstone and (tombstone.by, tombstone.confirmed_by, tombstone.reason) == (
        "ana",
        "ben",
        "asked for it",
    )
    assert _events_of(staffed, name) == 1, "when they texted is still known"
    assert _aliases_of(staffed, name) == [] and _aliases_of(staffed, other) == []
    shown = staffed.vigil("patient", "show", name).output
    log = staffed.vigil("patient", "reads", name).output
    assert "ERASED" in shown and "Robin" not in shown
    assert "ERASED, confirmed by ben: asked for it" in log and "changed: contact" in log
    words = ("--to", "auditor", "--purpose", "audit", "--exception", "audit", "--basis", "letter 3", "--yes")
    left = json.loads(staffed.vigil("patient", "export", name, *words).output)
    assert "was erased on" in left["erased"] and "name" not in left["patient"]
    assert {one["text"] for one in left["transcript"]} == {"(erased; nobody can read it any more)"}
    assert "PatientErased" in {one["what"] for one in left["log"]}
    assert "already" in confirm(staffed, name, request).stderr


def test_guessing_a_pin_at_the_desk_ends_after_five(staffed: Site, patient: Callable[..., str]) -> None:
    name = patient()
    request = asked(staffed, name)

    said = [confirm(staffed, name, request, "ben", f"999{n}").stderr for n in range(4)]
    fifth, right = (confirm(staffed, name, request, "ben", pin).stderr for pin in ("9999", "0815"))

    assert all("that is not the PIN of ben" in one for one in said)
    assert "too many wrong PINs of ben" in fifth and "too many wrong PINs of ben" in right
    assert opens(staffed, name)

    async def forget(nc: Client) -> str:
        await (await nc.jetstream().key_value("pin_tries")).delete("ben")
        stored_fault = await nc.jetstream().get_last_msg("SIGNALS", "signals.system_fault")
        return (stored_fault.data or b"").decode()

    assert "ben gave five wrong PINs" in staffed.as_admin(forget), "ops are told"
    assert confirm(staffed, name, request).exit_code == 0


def test_one_person_alone_erases_nothing(staffed: Site, patient: Callable[..., str]) -> None:
    name = patient()
    request = asked(staffed, name)

    assert "ana asked for it; somebody else confirms" in confirm(staffed, name, request, "ana", "4711").stderr
    assert "that is not the PIN of ben" in confirm(staffed, name, request, "ben", "4711").stderr
    assert "cal has no PIN" in confirm(staffed, name, request, "cal", "").stderr
    assert "no active responder 'zoe'" in confirm(staffed, name, request, "zoe").stderr
    assert "there is no request 'er_x'" in confirm(staffed, name, "er_x").stderr
    assert "there is no request" in confirm(staffed, patient(), request).stderr
    assert "give --reason to ask" in staffed.vigil("patient", "erase", name, "--by", "ana").stderr
    assert opens(staffed, name)


def test_nothing_is_erased_while_it_must_be_kept(staffed: Site, patient: Callable[..., str]) -> None:
    name = patient()
    words = ("patient", "erase", name, "--reason", "x", "--by", "ana")

    kept = staffed.vigil(*words, input="4711\n")
    assert "the record is kept until" in kept.stderr and "VIGIL_RETENTION_CLINICAL_YEARS" in kept.stderr
    request = asked(staffed, name)
    staffed.vigil("patient", "hold", name, "--reason", "matter 12")
    held = confirm(staffed, name, request)
    assert "under a legal hold" in held.stderr and "matter 12" in held.stderr
    staffed.vigil("patient", "release", name, "--reason", "settled")
    texted(staffed, name, "I took them all", due=NOW)
    assert "is open; nothing is erased" in confirm(staffed, name, request).stderr
    assert opens(staffed, name)
    assert "under no legal hold" in staffed.vigil("patient", "release", name, "--reason", "x").stderr
    log = staffed.vigil("patient", "reads", name).output
    assert "legal hold set: matter 12" in log and "legal hold lifted: settled" in log


def test_an_erasure_that_was_cut_off_is_ended_by_the_same_command(
    staffed: Site, patient: Callable[..., str]
) -> None:
    name = patient()
    request = asked(staffed, name)

    async def half(nc: Client) -> None:
        js = nc.jetstream()
        erasures, keys = await js.key_value("erasures"), await js.key_value("keys")
        stands = json.loads((await erasures.get(request)).value or b"")
        stands |= {"confirmed_by": "ben", "confirmed_account": "x", "confirmed_at": NOW.isoformat()}
        await erasures.put(request, json.dumps(stands).encode())
        entry = await keys.get(name)
        await js.delete_msg("KV_keys", entry.revision or 0)

    staffed.as_admin(half)
    assert not opens(staffed, name)

    done = confirm(staffed, name, request)
    assert done.exit_code == 0, done.stderr
    assert _key(staffed, name).erased and stored(staffed, name).erased_at


def test_purging_takes_old_closed_runs_and_nothing_that_is_open_or_held(
    staffed: Site, patient: Callable[..., str]
) -> None:
    old, held, going = patient(), patient(), staffed.vigil("patient", "add").output.strip()
    texted(staffed, going, "I took them all", due=NOW)
    staffed.vigil("patient", "hold", held, "--reason", "matter 13")
    assert staffed.vigil("purge", "--dry-run").output.count(old) == 0

    dry = staffed.vigil("purge", "--dry-run", **NONE)
    going_away, left_alone = dry.output.split("Under a legal hold, and left alone: ")
    assert f"conversations.{old}" in going_away and going not in dry.output and held not in going_away
    assert held in left_alone
    assert old in dry.output.split("`vigil patient erase`:")[1]
    assert _events_of(staffed, old) == 1
    assert re.search(r"clinical +0 years +\d+ +\d+", dry.output)
    assert re.search(r"faults +6 years +0 +0", dry.output)
    done = staffed.vigil("purge", "--yes", **NONE)

    assert done.exit_code == 0, done.stderr
    assert (_events_of(staffed, old), _events_of(staffed, going), _events_of(staffed, held)) == (0, 1, 1)
    assert "changed: contact" in staffed.vigil("patient", "reads", old).output, "the log has years of its own"
    assert staffed.vigil("purge", "--dry-run", **NONE).output.count(f"conversations.{old}") == 0


# -- the rules, without a server ------------------------------------------------------------------


def day(number: int) -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number)


def test_a_run_goes_whole_or_not_at_all() -> None:
    runs = [Message(1, day(1)), Message(4, day(2), 1), Message(7, day(30)), Message(9, day(31), 7)]
    assert purge_below(runs, day(2)) == 0
    assert purge_below(runs, day(3)) == 5
    assert purge_below(runs, day(31)) == 5
    assert purge_below(runs, day(40)) == 10
    assert purge_below([*runs, Message(12, day(32), open=True)], day(40)) == 10
    assert purge_below([Message(1, day(1), open=True), *runs[2:]], day(40)) == 0


def test_a_minors_record_is_kept_longer() -> None:
    years = Years(clinical=7, minor=21, log=6, faults=6)
    assert clinical_until(day(0), years, minor=False) == day(0) + 7 * YEAR
    assert clinical_until(day(0), years, minor=True) == day(0) + 21 * YEAR
    assert clinical_until(day(0), Years(30, 21, 6, 6), minor=True) == day(0) + 30 * YEAR


RUNS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9), st.booleans()), max_size=6)


@settings(max_examples=60)
@given(RUNS, st.integers(0, 60))
def test_what_is_open_or_young_is_never_below_the_cut(runs: list[tuple[int, int, bool]], cut: int) -> None:
    messages, sequence, moment = [], 0, 0
    for length, pause, ends_open in runs:
        start = 0
        for place in range(length):
            sequence, moment = sequence + 1, moment + pause
            open_ = ends_open if place == length - 1 else True
            messages.append(Message(sequence, day(moment), start, open_))
            start = start or sequence
    below = purge_below(messages, day(cut))
    gone, stays = [m for m in messages if m.sequence < below], [m for m in messages if m.sequence >= below]
    assert all(m.at < day(cut) for m in gone)
    assert all(m.start == 0 or m.start >= below for m in stays), "what stays folds from where its run began"
    last = {m.start or m.sequence: m for m in messages}
    assert not any(last[m.start or m.sequence].open for m in gone)
    assert log_below(messages, day(cut)) >= below


def _key(site: Site, name: str) -> WrappedKey:
    async def read(nc: Client) -> WrappedKey:
        entry = await (await nc.jetstream().key_value("keys")).get(name)
        return WrappedKey.model_validate_json(entry.value or b"")

    found = site.as_admin(read)
    assert isinstance(found, WrappedKey)
    return found


def _events_of(site: Site, name: str) -> int:
    async def count(nc: Client) -> int:
        info = await nc.jetstream().stream_info("CONVERSATIONS", subjects_filter=f"conversations.{name}")
        return sum((info.state.subjects or {}).values())

    found = site.as_admin(count)
    assert isinstance(found, int)
    return found


def _aliases_of(site: Site, name: str) -> list[str]:
    async def read(nc: Client) -> list[str]:
        bucket = await nc.jetstream().key_value("aliases")
        info = await nc.jetstream().stream_info("KV_aliases", subjects_filter=">")
        keys = [subject.removeprefix("$KV.aliases.") for subject in info.state.subjects or {}]
        found = []
        for key in keys:
            if Alias.model_validate_json((await bucket.get(key)).value or b"").patient == name:
                found.append(key)
        return found

    found = site.as_admin(read)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("escalations.pt_a", "clinical"),
        ("conversations.pt_kid", "minor"),
        ("faults.roster", "faults"),
        ("programme.patient_revealed.pt_kid", "log"),
        ("programme.keys_changed.site", "log"),
        ("programme.screen_answered.pt_a", "clinical"),
        ("programme.screen_answered.pt_kid", "minor"),
        ("$KV.media.pt_kid.MM1", "minor"),
        ("$KV.media_files.pt_a.ME1.1", "clinical"),
    ],
)
def test_what_the_programme_reported_is_kept_as_long_as_the_clinical_record(subject: str, kind: str) -> None:
    patients = {"pt_a": Patient(id="pt_a"), "pt_kid": Patient(id="pt_kid", minor=True)}
    assert class_of(subject, patients) == kind
