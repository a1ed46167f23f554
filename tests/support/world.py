"""Vigil whole, on real parts, with a clock that stands still until all is quiet.

A real nats-server with JetStream on disk, every service with its own connection and rights, the
real Twilio SDK, and the carrier emulator over HTTP: one process, so that they share a clock.
"""

import asyncio
import contextlib
import functools
import json
import os
import random
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import nats
from nats.aio.client import Client

from contracts.commits import BRIEF, DUE, Commit
from contracts.escalations import EscalationBrief
from contracts.people import Patient, Person
from contracts.policies import Policy
from contracts.schedules import Every, Override, Rotation, Schedule
from contracts.streams import STREAMS
from services.administration import Administration
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.entries import LegsBridged
from services.carrier_emulator.numbers import SenderNumber
from services.carrier_emulator.phones import Phone
from services.process import Services
from services.programme import MethodDraft, PatientDraft, PersonDraft, load_policies
from services.runtime import pins, provision
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import load_or_create
from services.runtime.settings import Settings

ZONE = ZoneInfo("America/New_York")
DAY = (2026, 11, 24)
LINE = "+12025550100"
"""Our one number."""
SID, TOKEN = "AC" + "0" * 31 + "1", "test-auth-token"
SOURCE, SOURCE_TOKEN = "ehr", "ehr-token"
POLICIES = Path(__file__).parents[2] / "deploy" / "policies"

PEOPLE: dict[str, tuple[str, str]] = {
    "ana": ("Ana", "+12025550111"),
    "ben": ("Ben", "+12025550112"),
    "cal": ("Cal", "+12025550113"),
    "dee": ("Dee", "+12025550114"),
    "ops": ("Olga", "+12025550115"),
}
ON_CALL = {"primary": "ana", "backup": "ben", "supervisor": "cal", "director": "dee", "ops": "ops"}
PATIENTS = {"rivera": "+12025550121", "stone": "+12025550122", "moss": "+12025550123"}
PIN = "4711"
SPINE = ("escalation", "paging", "roster", "conversation", "gateway")
"""What runs unless a test asks for more."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, below those the kernel gives to clients."""
    for port in random.sample(range(15000, 32000), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port below 32000")


_hashed = functools.cache(pins.hash_pin)
"""A PIN's hash, once: it is slow on purpose, and the tests' people all have the same."""


@functools.cache
def _shipped() -> tuple[Policy, ...]:
    return load_policies(POLICIES)


class World:
    """The system under test, and hands to act in it as its users do."""

    def __init__(self, folder: Path, start: str = "03:10") -> None:
        self.folder = folder
        self.clock = SteppedClock(self._moment(start))
        self.emulator = CarrierEmulator(
            self.clock, account_sid=SID, auth_token=TOKEN, numbers=(SenderNumber(LINE),), admin_token="t"
        )
        self.server = EmbeddedServer(folder / "var")
        self.patients: dict[str, str] = {}
        self._read: dict[str, int] = {}
        self._port = free_port()
        self._environment: dict[str, str] = {}
        self._signals = 0

    # -- setting up -------------------------------------------------------------------------

    async def open(
        self,
        *,
        people: Mapping[str, PersonDraft] | None = None,
        on_call: Mapping[str, str | None] | None = None,
        overrides: Mapping[str, tuple[Override, ...]] | None = None,
        policies: tuple[Policy, ...] | None = None,
        services: tuple[str, ...] = SPINE,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Start everything and set up the programme."""
        await self.server.start()
        await self.emulator.start()
        self._environment = self._settings() | dict(settings or {})
        os.environ.update(self._environment)
        self.settings = Settings()
        self.seals = load_or_create(self.settings.seal_file())
        self.admin = await self.connect("admin")
        await provision.provision(self.admin, first=True, marks_file=self.folder / "var" / "marks.json")
        self.administration = Administration(self.admin, self.seals, self.clock.now, _hashed)
        await self._programme(people or {}, on_call or ON_CALL, overrides or {}, policies)
        self.emulator.numbers.configure(
            LINE, sms_url=f"{self.url}/twilio/sms", voice_url=f"{self.url}/twilio/call"
        )
        self.http = aiohttp.ClientSession()
        self.vigil = Services(self.clock, self.settings, self.seals)
        await self.vigil.start(services)
        await self.settle()

    async def close(self) -> None:
        """Stop everything, and check that the emulator found no fault in itself."""
        await self.vigil.stop()
        await self.http.close()
        await self.admin.close()
        await self.emulator.stop()
        # Nothing is read after this, and an orderly end takes it a third of a second.
        self.server.kill()
        for name in self._environment:
            os.environ.pop(name, None)
        assert self.emulator.crashes == ()

    async def connect(self, user: str) -> Client:
        """Return a connection with the rights of that user."""
        return await nats.connect(
            self.server.url,
            user=user,
            password=self.settings.password(user),
            inbox_prefix=f"_INBOX_{user}",
            error_cb=_quiet,
        )

    @property
    def url(self) -> str:
        """The gateway."""
        return f"http://127.0.0.1:{self._port}"

    def _settings(self) -> dict[str, str]:
        return {
            "VIGIL_VAR": str(self.folder / "var"),
            "VIGIL_NATS_URL": self.server.url,
            "VIGIL_TWILIO_ACCOUNT_SID": SID,
            "VIGIL_TWILIO_AUTH_TOKEN": TOKEN,
            "VIGIL_CARRIER_URL": self.emulator.base_url,
            "VIGIL_CARRIER_TIMEOUT_SECONDS": "1",
            "VIGIL_LANES": "6",  # making a hundred more takes longer than most tests
            # Each round is a step of the clock: only the tests that are about them have them.
            "VIGIL_ROSTER_COMPILE_EVERY_SECONDS": "21600",  # hourly looks only cost simulated days
            "VIGIL_GATEWAY_RECOVER_EVERY_SECONDS": "0",
            "VIGIL_CARRIER_REDACT_AFTER_HOURS": "0",
            "VIGIL_PUBLIC_URL": self.url,
            "VIGIL_GATEWAY_PORT": str(self._port),
            "VIGIL_STAFF_NUMBER": LINE,
            "VIGIL_PATIENT_NUMBER": LINE,
            "VIGIL_SOURCE_TOKENS": json.dumps({SOURCE: SOURCE_TOKEN}),
        }

    async def _programme(
        self,
        people: Mapping[str, PersonDraft],
        on_call: Mapping[str, str | None],
        overrides: Mapping[str, tuple[Override, ...]],
        policies: tuple[Policy, ...] | None,
    ) -> None:
        drafts = {name: person(name) for name in PEOPLE} | dict(people)
        await self.administration.put_people(drafts.values(), verified=self.clock.now())
        await self.administration.put_schedules(
            _schedule(name, who, self.clock.now(), overrides.get(name, ())) for name, who in on_call.items()
        )
        await self.administration.apply_policies(policies or _shipped(), by="test")
        for name, phone in PATIENTS.items():
            draft = PatientDraft(
                id=f"pt_{name}", name=name.title(), phone=phone, therapist="ben", safety_plan="call sister"
            )
            patient = await self.administration.put_patient(draft, SOURCE, name)
            self.patients[name] = patient.id

    # -- time -------------------------------------------------------------------------------

    def _moment(self, wall: str) -> datetime:
        day, _, clock = wall.rpartition(" ")
        offset = int(day.removeprefix("+").removesuffix("d")) if day else 0
        hour, minute, *second = (int(part) for part in clock.split(":"))
        local = datetime(*DAY, hour, minute, second[0] if second else 0, tzinfo=ZONE)
        return (local + timedelta(days=offset)).astimezone(UTC)

    @property
    def now(self) -> str:
        """The wall clock in the programme's zone."""
        return f"{self.clock.now().astimezone(ZONE):%H:%M:%S}"

    async def until(self, wall: str) -> None:
        """Let time pass, stopping at each moment somebody waits for, until the wall clock reads so."""
        target = self._moment(wall)
        await self.settle()
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            await self.clock.step(wake)
            await self.settle()
        await self.clock.step(target)
        await self.settle()

    async def later(self, **span: float) -> None:
        """Let that much time pass."""
        local = (self.clock.now() + timedelta(**span)).astimezone(ZONE)
        days = (local.date() - datetime(*DAY, tzinfo=ZONE).date()).days
        await self.until(f"+{days}d {local:%H:%M:%S}")

    async def settle(self, timeout: float = 90.0) -> None:
        """Return when nothing can happen before the clock moves on."""
        quiet = 0
        async with asyncio.timeout(timeout):
            while quiet < 2:
                begun = (self.vigil.activity.begun, self.emulator.activity.total)
                busy = self.vigil.activity.now > 0 or self.emulator.busy or not await self._drained()
                # A consumer learns of a stored message a moment after the publisher.
                await asyncio.sleep(0.002)
                same = begun == (self.vigil.activity.begun, self.emulator.activity.total)
                quiet = quiet + 1 if not busy and same else 0
                if busy:
                    await asyncio.sleep(0.003)

    async def _drained(self) -> bool:
        hearing = {(s.name, d.name) for s in STREAMS for d in s.durables if d.service in self.vigil.shells}
        waiting = await asyncio.gather(*(self._waiting(name) for name in sorted({s for s, _ in hearing})))
        if any(count for counts in waiting for which, count in counts.items() if which in hearing):
            return False
        ends = await self._ends()
        return all(
            seen >= ends[stream]
            for shell in self.vigil.shells.values()
            for stream, seen in (position() for position in shell.followers)
        )

    async def _waiting(self, stream: str) -> dict[tuple[str, str], int]:
        """What each consumer of a stream has still to hear, in one request for all of them."""
        reply = await self.admin.request(f"$JS.API.CONSUMER.LIST.{stream}", b"", timeout=30)
        return {
            (stream, one["name"]): int(one["num_pending"]) + int(one["num_ack_pending"])
            for one in json.loads(reply.data)["consumers"]
        }

    async def _ends(self) -> dict[str, int]:
        """The last sequence of every stream, in one request for all of them."""
        reply = await self.admin.request("$JS.API.STREAM.LIST", b"", timeout=30)
        found = json.loads(reply.data)
        assert len(found["streams"]) == found["total"]
        return {one["config"]["name"]: int(one["state"]["last_seq"]) for one in found["streams"]}

    # -- acting -----------------------------------------------------------------------------

    async def signal(
        self,
        kind: str = "screen_positive",
        urgency: str = "urgent",
        patient: str = "rivera",
        *,
        id: str | None = None,
        settle: bool = True,
        **data: object,
    ) -> int:
        """Post a signal as another system would; return the HTTP status."""
        self._signals += 1
        event = {
            "specversion": "1.0",
            "id": id or f"s{self._signals}",
            "source": SOURCE,
            "type": f"vigil.signal.{kind}",
            "subject": patient,
            "time": self.clock.now().isoformat(),
            "data": {"urgency": urgency, **data},
        }
        async with self.http.post(
            f"{self.url}/v1/signals",
            data=json.dumps(event),
            headers={
                "Authorization": f"Bearer {SOURCE_TOKEN}",
                "Content-Type": "application/cloudevents+json",
            },
        ) as reply:
            status = reply.status
        if settle:
            await self.settle()
        return status

    def phone(self, who: str) -> Phone:
        """Return somebody's phone: a responder's, or a patient's."""
        return self.emulator.phone(PEOPLE[who][1] if who in PEOPLE else PATIENTS.get(who, who))

    async def reply(self, who: str, text: str) -> list[str]:
        """Text from that phone, and return what came back by the time all is quiet."""
        await self.phone(who).text(text, LINE)
        return await self.texts_soon(who)

    async def texts_soon(self, who: str) -> list[str]:
        """Return new texts, giving the carrier its two seconds to deliver."""
        await self.settle()
        await self.later(seconds=2)
        return self.texts(who)

    def texts(self, who: str) -> list[str]:
        """Return the texts that phone got since it was last asked."""
        phone = self.phone(who)
        start = self._read.get(phone.number, 0)
        self._read[phone.number] = len(phone.inbox)
        return [text.body for text in phone.inbox[start:]]

    def nobody_else_heard(self, *known: str) -> None:
        """Assert that no other staff phone got a new text or rings."""
        for who in PEOPLE:
            if who not in known:
                assert self.texts(who) == [], f"{who} was told"
                assert self.phone(who).ringing is None, f"{who}'s phone rings"

    async def brief(self, patient: str = "rivera", subject: str = "") -> EscalationBrief | None:
        """Return where the patient's escalation stands."""
        stored = await self.stored(subject or f"escalations.{self.patients[patient]}")
        return EscalationBrief.model_validate_json(stored[1][BRIEF]) if stored else None

    async def open_brief(self, patient: str = "rivera") -> EscalationBrief:
        """Return where the patient's escalation stands; there must be one."""
        brief = await self.brief(patient)
        assert brief is not None, f"nothing is open for {patient}"
        return brief

    async def code(self, patient: str = "rivera") -> str:
        """Return the code of the patient's escalation."""
        return (await self.open_brief(patient)).code

    def bridged(self) -> list[set[str]]:
        """Return who was connected with whom, in order."""
        names = {phone: who for who, (_, phone) in PEOPLE.items()} | {p: who for who, p in PATIENTS.items()}
        return [
            {names.get(phone, phone) for phone in entry.phones}
            for entry in self.emulator.ledger.entries
            if isinstance(entry, LegsBridged)
        ]

    async def due(self, patient: str = "rivera", subject: str = "") -> datetime | None:
        """Return when the escalation acts again."""
        stored = await self.stored(subject or f"escalations.{self.patients[patient]}")
        raw = stored[1].get(DUE) if stored else None
        return datetime.fromisoformat(raw) if raw else None

    async def stored(self, subject: str) -> tuple[Commit, Mapping[str, str]] | None:
        """Return the last commit of an escalation or fault, with its headers."""
        reply = await self.admin.request(f"$JS.API.DIRECT.GET.ESCALATIONS.{subject}", b"", timeout=30)
        headers = reply.headers or {}
        return None if "Status" in headers else (Commit.model_validate_json(reply.data), headers)

    async def events(self, subject: str, stream: str = "ESCALATIONS") -> list[dict[str, object]]:
        """Return every event of a subject, oldest first."""
        js = self.admin.jetstream()
        found: list[dict[str, object]] = []
        end = (await self._ends())[stream]
        sequence = 1
        while sequence <= end:
            ask = json.dumps({"seq": sequence, "next_by_subj": subject}).encode()
            reply = await self.admin.request(f"$JS.API.DIRECT.GET.{stream}", ask, timeout=30)
            if "Status" in (reply.headers or {}):
                break
            found += Commit.model_validate_json(reply.data).events
            sequence = int((reply.headers or {})["Nats-Sequence"]) + 1
        del js
        return found

    async def speaks(self, who: str, language: str) -> None:
        """Note in a patient's record which language they speak."""
        bucket = await self.admin.jetstream().key_value("patients")
        entry = await bucket.get(self.patients[who])
        record = Patient.model_validate_json(entry.value or b"").model_copy(update={"language": language})
        await bucket.put(record.id, record.model_dump_json().encode())

    async def enrol_phone(self, who: str) -> None:
        """Enrol a responder as a patient, with the same phone."""
        draft = PatientDraft(id=f"pt_{who}", name=PEOPLE[who][0], phone=PEOPLE[who][1])
        self.patients[who] = (await self.administration.put_patient(draft, SOURCE, f"as-{who}")).id

    async def person(self, who: str) -> Person:
        """Return a responder as stored."""
        bucket = await self.admin.jetstream().key_value("people")
        return Person.model_validate_json((await bucket.get(who)).value or b"")


def person(name: str, *, methods: tuple[tuple[str, str], ...] | None = None, pin: str = PIN) -> PersonDraft:
    """Return somebody of the test programme, by default with SMS and voice on one phone."""
    shown, phone = PEOPLE[name]
    ways = methods if methods is not None else (("sms", phone), ("voice", phone))
    return PersonDraft(
        id=name,
        name=shown,
        methods=tuple(MethodDraft(**{channel: number}) for channel, number in ways),
        pin=pin,
        active=bool(ways),
    )


def _schedule(name: str, who: str | None, now: datetime, overrides: tuple[Override, ...]) -> Schedule:
    rotations = (
        (Rotation(people=(who,), every=Every.WEEK, starts_on=(now - timedelta(days=30)).date()),)
        if who
        else ()
    )
    return Schedule(id=name, rotations=rotations, overrides=overrides)


async def _quiet(_error: Exception) -> None:
    """Tests look at what happens, not at what the client prints."""


@contextlib.asynccontextmanager
async def world(folder: Path, start: str = "03:10", **options: object) -> AsyncIterator[World]:
    """Open a world, and close it whatever happens."""
    opened = World(folder, start)
    await opened.open(**options)  # type: ignore[arg-type]
    try:
        yield opened
    finally:
        await opened.close()
