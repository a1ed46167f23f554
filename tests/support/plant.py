"""Vigil as it runs in a clinic: processes that can be killed, in real time, with short policies."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import nats
from nats.aio.client import Client

from contracts.commits import BRIEF, DUE, Commit
from contracts.escalations import EscalationBrief
from contracts.open_work import WITH_DEADLINES, is_open
from contracts.policies import Policy, Round, Step, Target
from contracts.schedules import Every, Rotation, Schedule
from services.administration import Administration
from services.attendance.aggregate import RULES as ATTENDANCE_RULES
from services.carrier_emulator.emulator import CarrierEmulator
from services.carrier_emulator.entries import SmsReachedPhone
from services.carrier_emulator.numbers import SenderNumber
from services.conversation.aggregate import RULES as CONVERSATION_RULES
from services.escalation.app import RULES as ESCALATION_RULES
from services.followup.aggregate import RULES as FOLLOWUP_RULES
from services.gateway.outgoing.aggregate import RULES as DELIVERY_RULES
from services.paging.app import RULES as PAGE_RULES
from services.programme import MethodDraft, PersonDraft
from services.runtime import provision
from services.runtime.aggregates import Rules, read_events
from services.runtime.clock import ScaledClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import load_or_create
from services.runtime.settings import Settings
from services.triage.aggregate import RULES as TRIAGE_RULES
from tests.support.world import LINE, SID, SOURCE, SOURCE_TOKEN, SPINE, TOKEN, free_port

ROOT = Path(__file__).parents[2]
_WHEN = ("NOW", "WITHIN", "TODAY")
_RULES: tuple[Rules, ...] = (  # type: ignore[type-arg]
    ESCALATION_RULES,
    PAGE_RULES,
    CONVERSATION_RULES,
    TRIAGE_RULES,
    ATTENDANCE_RULES,
    FOLLOWUP_RULES,
    DELIVERY_RULES,
)


class Copy:
    """One process with all services."""

    def __init__(
        self,
        environment: dict[str, str],
        log: Path,
        services: Sequence[str] = SPINE,
        module: str = "services.process",
    ) -> None:
        self._environment = environment
        self._log = log
        self._module = module
        self._services = services
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, without waiting until it is ready."""
        with self._log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, *self._services,
                cwd=ROOT, env=os.environ | self._environment, stdout=out, stderr=out,
            )  # fmt: skip

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    def freeze(self, on: bool) -> None:
        """Stop it in its tracks, or let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)


class Plant:
    """nats-server, the carrier, and one or more copies of the services."""

    def __init__(self, folder: Path, *, wait: float = 2.0, responders: int = 4, seed: int = 0) -> None:
        self.folder = folder
        self.clock = ScaledClock()
        self.server = EmbeddedServer(folder / "var")
        self.emulator = CarrierEmulator(
            self.clock,
            account_sid=SID,
            auth_token=TOKEN,
            numbers=(SenderNumber(LINE),),
            admin_token="t",
            seed=seed,
        )
        self.port = free_port()
        self.copies: list[Copy] = []
        self.apart: Copy | None = None
        self.vigil_ids: dict[str, str] = {}
        self._wait = timedelta(seconds=wait)
        self._people = [f"r{number}" for number in range(responders)]

    async def open(
        self,
        copies: int = 1,
        apart: Sequence[str] = (),
        services: Sequence[str] = SPINE,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Start everything and wait until it answers.

        `apart`: services that live in a process of their own, beside the copies of all others.
        `settings`: more of the environment.
        """
        await self.server.start()
        await self.emulator.start()
        self.environment = environment = {
            "VIGIL_VAR": str(self.folder / "var"),
            "VIGIL_NATS_URL": self.server.url,
            "VIGIL_TWILIO_ACCOUNT_SID": SID,
            "VIGIL_TWILIO_AUTH_TOKEN": TOKEN,
            "VIGIL_CARRIER_URL": self.emulator.base_url,
            "VIGIL_CARRIER_TIMEOUT_SECONDS": "1",
            "VIGIL_PUBLIC_URL": self.url,
            "VIGIL_STAFF_NUMBER": LINE,
            "VIGIL_PATIENT_NUMBER": LINE,
            "VIGIL_SOURCE_TOKENS": json.dumps({SOURCE: SOURCE_TOKEN}),
            "VIGIL_LOG_FORMAT": "json",
            "VIGIL_LANES": "8",
            "PYTHONPATH": str(ROOT),
        } | dict(settings or {})
        self.settings = Settings(var=self.folder / "var", nats_url=self.server.url)
        self.seals = load_or_create(self.settings.seal_file())
        self.admin = await self._connect()
        await provision.provision(self.admin, first=True, marks_file=self.folder / "var" / "marks.json")
        await self._programme()
        self.emulator.numbers.configure(
            LINE, sms_url=f"{self.url}/twilio/sms", voice_url=f"{self.url}/twilio/call"
        )
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3))
        if apart:
            own = environment | {"VIGIL_GATEWAY_PORT": str(self.port)}
            self.apart = Copy(own, self.folder / "apart.log", apart)
            await self.apart.start()
        others = tuple(name for name in services if name not in apart)
        for number in range(copies):
            own = environment | {"VIGIL_GATEWAY_PORT": str(self.port if number == 0 else free_port())}
            copy = Copy(own, self.folder / f"copy{number}.log", others)
            await copy.start()
            self.copies.append(copy)
        try:
            await self.until_ready()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End everything."""
        for copy in (*self.copies, *([self.apart] if self.apart else [])):
            await copy.kill()
        await self.http.close()
        await self.admin.close()
        await self.emulator.stop()
        self.server.kill()
        self.clock.stop()

    @property
    def url(self) -> str:
        """The first copy's gateway."""
        return f"http://127.0.0.1:{self.port}"

    async def until_ready(self, timeout: float = 90) -> None:
        """Wait until the gateway says that it is ready; AssertionError with its last answer if not."""
        end, answer = asyncio.get_running_loop().time() + timeout, "nothing"
        while asyncio.get_running_loop().time() < end:
            try:
                async with self.http.get(f"{self.url}/health/ready") as reply:
                    if reply.status == 200:
                        return
                    answer = await reply.text()
            except (aiohttp.ClientError, TimeoutError) as error:
                answer = type(error).__name__
            await asyncio.sleep(0.05)
        codes = [copy.process.returncode for copy in self.copies if copy.process]
        raise AssertionError(
            f"not ready after {timeout} s: {answer}; exit codes {codes}, logs in {self.folder}"
        )

    async def signal(self, patient: str, number: int, urgency: str = "urgent", tries: int = 1) -> bool:
        """Post one signal; return whether it was acknowledged."""
        event = {
            "specversion": "1.0",
            "id": f"{patient}-{number}",
            "source": SOURCE,
            "type": "vigil.signal.screen_positive",
            "subject": patient,
            "data": {"urgency": urgency},
        }
        headers = {"Authorization": f"Bearer {SOURCE_TOKEN}", "Content-Type": "application/cloudevents+json"}
        for _ in range(tries):
            try:
                async with self.http.post(
                    f"{self.url}/v1/signals", data=json.dumps(event), headers=headers
                ) as reply:
                    if reply.status == 202:
                        self.vigil_ids[patient] = (await reply.json())["patient"]
                        return True
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.05)
        return False

    def copies_of(self, code: str) -> list[SmsReachedPhone]:
        """Return the page texts with that code that reached a phone."""
        return [
            entry
            for entry in self.emulator.ledger.of(SmsReachedPhone)
            if any(said in entry.body for said in (f"VIGIL {code} ", *(f"{code} {when}" for when in _WHEN)))
        ]

    async def briefs(self) -> dict[str, EscalationBrief]:
        """Return every escalation of a patient as the log has it."""
        return {
            subject: EscalationBrief.model_validate_json(headers[BRIEF])
            for subject, (_, headers) in (await self.last("ESCALATIONS", "escalations.*")).items()
        }

    async def unpaged(self, patients: set[str]) -> set[str]:
        """Return those of the patients for whom no page has reached a phone."""
        briefs = await self.briefs()
        missing = set()
        for patient in patients:
            brief = briefs.get(f"escalations.{self.vigil_ids[patient]}")
            if brief is None or not self.copies_of(brief.code):
                missing.add(patient)
        return missing

    async def until_paged(self, patients: set[str], timeout: float = 90) -> None:
        """Wait until a page about each of them has reached a phone."""
        end = asyncio.get_running_loop().time() + timeout
        while missing := await self.unpaged(patients):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"acknowledged, but never paged: {sorted(missing)}")
            await asyncio.sleep(0.1)

    async def audit(self) -> None:
        """Assert the laws on the stored log: open means due, and the state is the fold of the events."""
        for stream in WITH_DEADLINES:
            for subject, (_, headers) in (await self.last(stream, ">")).items():
                if is_open(stream, headers.get(BRIEF, "")):
                    assert DUE in headers, f"{subject} is open and not due"
        for rules in _RULES:
            await self._folds(rules.stream, rules)
        asked = Counter(headers["Nats-Msg-Id"] for _, _, headers in await self.stored("OUTREACH"))
        assert max(asked.values(), default=1) == 1, f"asked for more often than once: {asked}"

    async def last(self, stream: str, subjects: str) -> dict[str, tuple[Commit, dict[str, str]]]:
        """Return the last commit of each subject."""
        found = await self.read(stream, subjects)
        return {subject: messages[-1] for subject, messages in found.items()}

    async def _folds(self, stream: str, rules: Rules) -> None:  # type: ignore[type-arg]
        for subject, messages in (await self.read(stream, ">")).items():
            state = rules.empty(subject)
            for commit, _ in messages:
                for event in read_events(commit.model_dump_json().encode(), rules.events):
                    state = rules.evolve(state, event)
            assert state == rules.state.model_validate(messages[-1][0].state), f"{subject}: fold differs"

    async def read(self, stream: str, subjects: str) -> dict[str, list[tuple[Commit, dict[str, str]]]]:
        """Return the commits of each subject, the oldest first."""
        found: dict[str, list[tuple[Commit, dict[str, str]]]] = {}
        for subject, data, headers in await self.stored(stream, subjects):
            found.setdefault(subject, []).append((Commit.model_validate_json(data), headers))
        return found

    async def stored(self, stream: str, subjects: str = ">") -> list[tuple[str, bytes, dict[str, str]]]:
        """Return what a stream holds, the oldest first: subject, data, headers."""
        from nats.js.api import AckPolicy, ConsumerConfig

        js = self.admin.jetstream(timeout=30)
        info = await js.add_consumer(
            stream, ConsumerConfig(ack_policy=AckPolicy.NONE, filter_subject=subjects, mem_storage=True)
        )
        pull = await js.pull_subscribe_bind(consumer=info.name, stream=stream)
        found: list[tuple[str, bytes, dict[str, str]]] = []
        left = info.num_pending or 0
        while left > 0:
            for message in await pull.fetch(min(500, left), timeout=30):
                found.append((message.subject, message.data, dict(message.headers or {})))
                left -= 1
        await js.delete_consumer(stream, info.name)
        return found

    async def _connect(self) -> Client:
        return await nats.connect(
            self.server.url,
            user="admin",
            password=self.settings.password("admin"),
            inbox_prefix="_INBOX_admin",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,  # type: ignore[arg-type]  # fractions work
            error_cb=_quiet,
        )

    async def _programme(self) -> None:
        administration = Administration(self.admin, self.seals, self.clock.now)
        await administration.put_people(
            (
                PersonDraft(
                    id=name,
                    name=name.upper(),
                    methods=(MethodDraft(sms=self.number(name)), MethodDraft(voice=self.number(name))),
                )
                for name in self._people
            ),
            verified=self.clock.now(),
        )
        start = (datetime.now(UTC) - timedelta(days=20)).date()
        await administration.put_schedules(
            Schedule(id=name, rotations=(Rotation(people=(name,), every=Every.WEEK, starts_on=start),))
            for name in self._people
        )
        targets = [Target(schedule=name) for name in self._people]
        policy = Policy(
            id="short",
            steps=tuple(Step(page=(target,), wait=self._wait) for target in targets),
            repeat=(Round(add=()),),
        )
        await administration.apply_policies([policy], by="test")

    def number(self, who: str) -> str:
        """Return a responder's phone."""
        return f"+1202555{1000 + self._people.index(who):04d}"


async def _quiet(_error: Exception) -> None:
    """Losing the connection is the point of these tests."""
