"""Nothing identifying gets out: not in logs, metrics, subjects, headers, staff texts or calls, nor on disk.

Every value that identifies somebody carries a mark. Vigil runs through a night with faults on, the
store without encryption of its own, so that what keeps the marks out of it is the sealing alone.
"""

import base64
import contextlib
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from contracts.streams import BUCKETS, STREAMS
from services.carrier_emulator.entries import CallHeard, DebuggerNoted, RequestHandled, WebhookTried
from services.carrier_emulator.faults import Fault
from services.runtime import logging as runtime_logging
from tests.support.world import LINE, PEOPLE, SOURCE_TOKEN, World, person
from tests.support.world import world as open_world

PATIENT_PHONE = "+12025550177"
MARKS = {
    "name": "Zyxwmarked",
    "address": "Qaddrmark Lane",
    "plan": "Qplanmark",
    "text": "Qtextmark",
    "record": "Qmrnmark",
    "confirmed by": "Qnamemark",
}
STAFF_NAMES = {who: f"Qstaff{who}" for who in PEOPLE}
UNREADABLE = "Qbadmark"
"""Stands in payloads that are no contract of ours: they are in the store as they came, and nowhere else."""
STAFF_PHONES = {phone for _, phone in PEOPLE.values()}
NIGHT = (
    Fault("http_5xx", path="Messages", prob=0.1),
    Fault("http_429", path="Messages", prob=0.1),
    Fault("timeout_after", path="Messages", times=1, nth=3),
    Fault("duplicate", path="sms-status", prob=0.3),
    Fault("extra_param", path="sms-status", prob=0.5),
    Fault("bad_signature", path="sms-status", prob=0.2),
    Fault("fail", to=PEOPLE["cal"][1], args={"code": 30007}),
)


def digits(phone: str) -> str:
    """A number as it would be found in any notation that does not part it."""
    return phone.removeprefix("+1")


PATIENTS_OWN = (*MARKS.values(), digits(PATIENT_PHONE))
NUMBERS = (digits(PATIENT_PHONE), *(digits(phone) for phone in sorted(STAFF_PHONES)))
SECRET = (*MARKS.values(), *NUMBERS, *STAFF_NAMES.values(), UNREADABLE)


def leaks(text: str | bytes, marks: tuple[str, ...]) -> list[str]:
    """Return those marks that stand in it."""
    raw = text if isinstance(text, bytes) else text.encode()
    return [mark for mark in marks if mark.encode().lower() in raw.lower()]


@contextlib.contextmanager
def logged_as_json() -> Iterator[io.StringIO]:
    """Log as in a clinic, at the most talkative level, and keep what was written."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    with contextlib.redirect_stderr(written), contextlib.redirect_stdout(written):
        runtime_logging.configure("json", "debug")
        try:
            yield written
        finally:
            root.handlers[:], root.level = before, level
            structlog.reset_defaults()


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[tuple[World, io.StringIO]]:
    """A world whose people carry marks, and what it logs."""
    people = {who: person(who).model_copy(update={"name": STAFF_NAMES[who]}) for who in PEOPLE}
    with logged_as_json() as written:
        async with open_world(tmp_path, people=people) as world:
            for fault in NIGHT:
                world.emulator.faults.add(fault)
            yield world, written


async def post(world: World, path: str, body: object, token: str = SOURCE_TOKEN) -> tuple[int, str]:
    """Post to the gateway as a programme system; return status and answer."""
    kind = "application/cloudevents+json" if path.endswith("signals") else "application/json"
    async with world.http.post(
        f"{world.url}{path}",
        data=body if isinstance(body, str | bytes) else json.dumps(body),
        headers={"Authorization": f"Bearer {token}", "Content-Type": kind},
    ) as reply:
        return reply.status, await reply.text()


async def enrol(world: World) -> None:
    """Enrol the patient with everything identifying there is."""
    status, answer = await post(
        world,
        "/v1/patients",
        {
            "external_id": MARKS["record"],
            "name": MARKS["name"],
            "phone": PATIENT_PHONE,
            "address": f"1 {MARKS['address']}",
            "safety_plan": f"call {MARKS['plan']} first",
            "therapist": "ben",
        },
    )
    assert status == 201
    assert not leaks(answer, PATIENTS_OWN)
    world.patients[MARKS["record"]] = json.loads(answer)["patient"]


async def refused_requests(world: World) -> None:
    """Send what can't be read, or only in part: nothing of it is quoted."""
    event = {"specversion": "1.0", "id": "x1", "source": "ehr", "type": "vigil.signal.screen_positive"}
    wrong: list[tuple[str, object, str]] = [
        ("/v1/patients", {"external_id": "1", "phone": f"{MARKS['name']}{PATIENT_PHONE}"}, SOURCE_TOKEN),
        ("/v1/patients", {"external_id": "1", "name": [MARKS["name"]]}, SOURCE_TOKEN),
        ("/v1/patients", f"{{{MARKS['name']}", SOURCE_TOKEN),
        ("/v1/signals", event | {"subject": {"name": MARKS["name"]}}, SOURCE_TOKEN),
        ("/v1/signals", event | {"subject": "1", "type": MARKS["name"]}, SOURCE_TOKEN),
        ("/v1/signals", MARKS["text"].encode() + b"\xff\xfe", SOURCE_TOKEN),
        ("/v1/signals", event | {"subject": MARKS["name"]}, MARKS["name"]),
        (f"/v1/{MARKS['name']}?phone={PATIENT_PHONE}", {}, SOURCE_TOKEN),
    ]
    for path, body, token in wrong:
        status, answer = await post(world, path, body, token)
        assert status < 500, (path, status)
        assert not leaks(answer, SECRET)
    form = {"MessageSid": "SM1", "From": PATIENT_PHONE, "To": LINE, "Body": MARKS["text"]}
    for path in ("/twilio/sms", "/twilio/call", f"/twilio/sms-status/page/{MARKS['name']}/p/1"):
        async with world.http.post(f"{world.url}{path}", data=form) as reply:
            assert reply.status in (403, 404)
            assert not leaks(await reply.text(), SECRET)


async def unreadable_messages(world: World) -> None:
    """Put on the bus what no handler can read."""
    gateway = await world.connect("gateway")
    js = gateway.jetstream()
    sealed = world.seals.seal(UNREADABLE).model_dump()
    for subject, body in (
        ("carrier.sms_received.patient", f"no json {UNREADABLE} {PATIENT_PHONE}".encode()),
        ("carrier.sms_received.staff", json.dumps({"type": "sms_received", "sid": UNREADABLE}).encode()),
        ("carrier.sms_status.page", json.dumps({"type": UNREADABLE}).encode()),
        (
            "carrier.sms_received.patient",
            json.dumps({"sid": "SM9", "body": sealed, "to": UNREADABLE}).encode(),
        ),
        ("signals.patient_alert", json.dumps({"patient": {"name": UNREADABLE}}).encode()),
        ("signals.patient_alert", json.dumps({"patient": "pt_unread", "urgency": UNREADABLE}).encode()),
    ):
        await js.publish(subject, body)
    await gateway.close()


async def a_night(world: World) -> None:
    """Signals, texts, calls, keys, a bridge, dispositions, and a patient who writes and calls."""
    record, patient = MARKS["record"], world.emulator.phone(PATIENT_PHONE)
    ana = world.phone("ana")
    await world.signal("screen_positive", "urgent", record, note=MARKS["text"], name=MARKS["name"])
    await world.later(seconds=5)
    code = await world.code(record)
    await patient.text(f"i want to die, {MARKS['text']}, it is {MARKS['name']} {PATIENT_PHONE}", LINE)
    await world.later(seconds=20)
    for text in ("1", f"?  {code}", f"{code} {MARKS['name']} called me {PATIENT_PHONE}", "2", "help"):
        await world.reply("ana", text)
    await world.later(seconds=100)
    await pick_up(world)
    for who in ("ben", "ana"):
        await world.reply(who, f"1 {code}")
    holder = (await world.open_brief(record)).holder or "ben"
    await world.phone(holder).text(f"call {code}", LINE)
    await world.later(seconds=4)
    await pick_up(world, "1")
    if patient.ringing is not None:
        await patient.answer()
        await world.later(seconds=5)
    await patient.call(LINE)
    await world.later(seconds=40)
    if patient.call_now is not None:
        await patient.hang_up()
    await ana.call(LINE)
    await world.later(seconds=30)
    for text in (f"3 {code}", f"4 {code} transferred_911 {MARKS['confirmed by']}", "4 9", "undo", "4 spoke"):
        await world.reply(holder, text)
    await patient.text("STOP", LINE)
    await world.later(minutes=20)
    await pick_up(world, "1")
    await world.later(minutes=5)


async def pick_up(world: World, key: str = "1") -> None:
    """Wait until a phone rings (15 minutes at most); whoever's does answers, presses a key, then another."""
    for _ in range(60):
        if any(world.phone(who).ringing is not None for who in PEOPLE):
            break
        await world.later(seconds=15)
    for who in PEOPLE:
        phone = world.phone(who)
        if phone.ringing is None:
            continue
        await phone.answer()
        await world.later(seconds=10)
        for digit in (key, "3"):
            if phone.call_now is not None:
                await phone.press(digit)
                await world.later(seconds=8)


async def stored(world: World) -> AsyncIterator[tuple[str, str, str, bytes]]:
    """Yield (stream, subject, headers, data) of everything in every stream and bucket."""
    for name in (*(s.name for s in STREAMS), *(b.stream for b in BUCKETS)):
        end = (await world._ends())[name]
        for sequence in range(1, end + 1):
            ask = json.dumps({"seq": sequence}).encode()
            reply = await world.admin.request(f"$JS.API.DIRECT.GET.{name}", ask, timeout=30)
            headers = dict(reply.headers or {})
            if "Status" not in headers:
                yield name, headers["Nats-Subject"], json.dumps(headers), reply.data


def on_disk(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file under the folder, nats.log and the secrets among them."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_bytes()


async def test_a_night_with_faults_lets_nothing_identifying_out(night: tuple[World, io.StringIO]) -> None:
    """03:10 on: every way in and every way out, then look at everything that was written anywhere."""
    world, written = night
    await enrol(world)
    await refused_requests(world)
    await a_night(world)
    await unreadable_messages(world)
    await world.later(minutes=2)

    async with world.http.get(f"{world.url}/metrics") as reply:
        metrics = await reply.text()
    everything = [entry async for entry in stored(world)]
    ledger = world.emulator.ledger

    to_staff = [
        dict(entry.params).get("Body", "")
        for entry in ledger.of(RequestHandled)
        if dict(entry.params).get("To") in STAFF_PHONES
    ]
    said = [entry.text for entry in ledger.of(CallHeard) if entry.phone in STAFF_PHONES]
    urls = [url for e in ledger.of(WebhookTried) for url in (e.url,)] + [
        e.url for e in ledger.of(DebuggerNoted)
    ]
    assert len(to_staff) > 15 and len(said) > 5, "the night must have said something"
    assert any(name in text for text in to_staff for name in STAFF_NAMES.values())
    assert sum(name == "PARKED" for name, *_ in everything) >= 5
    assert world.bridged(), "patient and clinician were connected"

    patients_and_numbers = (*MARKS.values(), *NUMBERS, UNREADABLE)
    # What a patient writes goes, behind its code, to whoever took it: the one place where words may stand.
    unasked = [text for text in to_staff if not re.match(r"[A-Z][0-9][A-Z0-9]*: ", text)]
    assert [text for text in unasked if leaks(text, patients_and_numbers)] == []
    assert [text for text in said if leaks(text, patients_and_numbers)] == []
    assert [url for url in urls if leaks(url, SECRET)] == []
    assert leaks(metrics, SECRET) == []
    assert [(subject, found) for _, subject, _, _ in everything if (found := leaks(subject, SECRET))] == []
    assert [(s, h) for _, s, h, _ in everything if leaks(h, SECRET)] == []
    sealed = tuple(mark for mark in SECRET if mark != UNREADABLE)
    bad = f"no json {UNREADABLE}".encode()
    assert [
        (name, subject, found)
        for name, subject, _, data in everything
        if bad not in data and bad not in _inside(data) and (found := leaks(data + _inside(data), sealed))
    ] == []

    await world.server.stop()
    lines = written.getvalue().splitlines()
    assert [line for line in lines if "deadline_stuck" in line] == []
    assert any("message_parked" in line for line in lines) and any(
        "request_refused" in line for line in lines
    )
    assert [line for line in lines if leaks(line, SECRET)] == []
    # The number in the unreadable message was put there by the test itself.
    of_disk = tuple(mark for mark in sealed if mark != digits(PATIENT_PHONE))
    assert [
        (file, found) for file, raw in on_disk(world.folder / "var") if (found := leaks(raw, of_disk))
    ] == []
    assert [
        file for file, raw in on_disk(world.folder / "var") if raw.count(digits(PATIENT_PHONE).encode()) > 1
    ] == []
    await world.server.start()


def _inside(data: bytes) -> bytes:
    """Return what a parked message holds, in clear."""
    with contextlib.suppress(ValueError, TypeError, AttributeError, KeyError):
        return base64.b64decode(json.loads(data)["data"])
    return b""
