"""A site to measure: nats-server, the carrier emulator and all services, each in a process of its own.

The emulator has its own process because it disturbs less there: beside the load generator it would
delay the moments at which signals are posted, and be delayed by them. All of them share this
machine's cores, the emulator too, which a real carrier would not.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import nats
from nats.aio.client import Client

from contracts.people import Alias, Patient
from contracts.policies import Applies, Policy, Round, Step, Target
from contracts.values import Urgency
from services.administration import Administration
from services.programme import MethodDraft, PersonDraft
from services.runtime import provision
from services.runtime.nats_server import EmbeddedServer
from services.runtime.sealing import load_or_create
from services.runtime.settings import Settings
from tests.support.plant import Copy
from tests.support.world import LINE, SID, SOURCE, SOURCE_TOKEN, TOKEN, free_port

ROOT = Path(__file__).parents[2]
LONG = timedelta(minutes=20)
"""The wait of a step: longer than any measurement, so that nothing but the load pages."""

PAGING = Policy(
    id="therapist-first",
    order=10,
    applies=Applies(urgencies=(Urgency.IMMINENT, Urgency.URGENT, Urgency.SOON)),
    steps=(
        Step(page=(Target(therapist=True),), wait=LONG),
        Step(page=(Target(person="r0"),), wait=LONG),
        Step(page=(Target(person="r1"),), wait=LONG),
    ),
    repeat=(Round(add=(Target(person="r0"),)),),
)
WORKLIST = Policy(id="worklist", order=20, applies=Applies(urgencies=(Urgency.ROUTINE,)))


@dataclass(frozen=True)
class Post:
    """A signal that was posted: whose, when, and when its acknowledgement came."""

    patient: str
    at: datetime
    answered: datetime


def now() -> datetime:
    """Return the wall clock, which all processes here share."""
    return datetime.now(UTC)


def patient_id(number: int) -> str:
    """Return the id of a patient of the site."""
    return f"pt_bench{number:07d}"


class Site:
    """A fresh site in a folder. `rate` limits our number to so many segments a second."""

    def __init__(self, folder: Path, *, responders: int, rate: float | None = None) -> None:
        self.folder = folder
        self.server = EmbeddedServer(folder / "var")
        self.responders = responders
        self._rate = rate
        self._port = free_port()
        self._emulator_port = free_port()
        self._emulator: asyncio.subprocess.Process | None = None
        self._read = 0
        self._entries: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.server.start()
        settings = Settings(var=self.folder / "var", nats_url=self.server.url)
        self.seals = load_or_create(settings.seal_file())
        self.admin = await nats.connect(
            self.server.url,
            user="admin",
            password=settings.password("admin"),
            inbox_prefix="_INBOX_admin",
        )
        await provision.provision(self.admin, first=True, marks_file=self.folder / "var" / "marks.json")
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        await self._start_emulator()
        await self._programme()
        # As `vigil up` runs them.
        self._processes = {
            group: Copy(self._environment(), self._log_of(group), (group,))
            for group in ("back", "desk", "front")
        }
        return self

    async def __aexit__(self, *_: object) -> None:
        for services in self._processes.values():
            if services.process is not None:
                await services.kill()
        await self.http.close()
        await self.admin.close()
        if self._emulator is not None and self._emulator.returncode is None:
            self._emulator.kill()
            await self._emulator.wait()
        await self.server.stop()

    @property
    def emulator_url(self) -> str:
        """Where the carrier answers."""
        return f"http://127.0.0.1:{self._emulator_port}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers, under the name the carrier was given."""
        return f"http://127.0.0.1:{self._port}"

    async def start_services(self, timeout: float = 60) -> float:
        """Start the services; return the seconds until those that page have, and the gateway is ready."""
        before = asyncio.get_running_loop().time()
        for services in self._processes.values():
            await services.start()
        async with asyncio.timeout(timeout):
            while not (self._has_started("back") and await self._answers(f"{self.gateway_url}/health/ready")):
                await asyncio.sleep(0.02)
        return asyncio.get_running_loop().time() - before

    def memory(self) -> int:
        """Return the resident bytes of the services' processes together."""
        return sum(_resident(services) for services in self._processes.values())

    async def post(self, patient: str, urgency: Urgency = Urgency.URGENT) -> Post:
        """Post one signal about a patient of the site, and wait for its acknowledgement."""
        event = {
            "specversion": "1.0",
            "id": f"s-{patient}",
            "source": SOURCE,
            "type": "vigil.signal.screen_positive",
            "subject": patient,
            "data": {"urgency": urgency},
        }
        headers = {"Authorization": f"Bearer {SOURCE_TOKEN}", "Content-Type": "application/cloudevents+json"}
        at = now()
        async with self.http.post(
            f"http://127.0.0.1:{self._port}/v1/signals", data=json.dumps(event), headers=headers
        ) as reply:
            if reply.status != 202:
                raise RuntimeError(f"a signal was answered with {reply.status}")
            return Post(patient, at, now())

    async def enroll(self, numbers: range) -> None:
        """Enroll patients; the n-th has the n-th responder as therapist, and so round and round."""
        js = self.admin.jetstream(timeout=10)
        slots = asyncio.Semaphore(64)

        async def one(number: int) -> None:
            name = patient_id(number)
            patient = Patient(id=name, therapist=f"r{number % self.responders}")
            alias = Alias(patient=name, since=now())
            async with slots:
                await js.publish(f"$KV.patients.{name}", patient.model_dump_json().encode())
                await js.publish(
                    f"$KV.aliases.{self.seals.alias(SOURCE, name)}", alias.model_dump_json().encode()
                )

        await asyncio.gather(*(one(number) for number in numbers))

    async def carrier_log(self) -> list[dict[str, Any]]:
        """Return all that the emulator's ledger holds, read on from where it was read to before."""
        async with self.http.get(
            f"{self.emulator_url}/_emu/ledger",
            params={"after": self._read},
            headers={"X-Emulator-Token": "t"},
        ) as reply:
            new = await reply.json()
        self._read += len(new)
        self._entries += new
        return self._entries

    async def connect(self, user: str) -> Client:
        """Connect as one of the services."""
        return await nats.connect(
            self.server.url,
            user=user,
            password=self.server.passwords[user],
            inbox_prefix=f"_INBOX_{user}",
        )

    def _log_of(self, group: str) -> Path:
        return self.folder / f"{group}.log"

    def _has_started(self, group: str) -> bool:
        return '"event": "ready"' in self._log_of(group).read_text()

    def _environment(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self._port}"
        limited = {"VIGIL_SEGMENTS_PER_SECOND": str(self._rate)} if self._rate else {}
        return limited | {
            "VIGIL_VAR": str(self.folder / "var"),
            "VIGIL_NATS_URL": self.server.url,
            "VIGIL_TWILIO_ACCOUNT_SID": SID,
            "VIGIL_TWILIO_AUTH_TOKEN": TOKEN,
            "VIGIL_CARRIER_URL": self.emulator_url,
            "VIGIL_PUBLIC_URL": url,
            "VIGIL_GATEWAY_PORT": str(self._port),
            "VIGIL_CONSOLE_PORT": "0",
            "VIGIL_STAFF_NUMBER": LINE,
            "VIGIL_PATIENT_NUMBER": LINE,
            "VIGIL_SOURCE_TOKENS": json.dumps({SOURCE: SOURCE_TOKEN}),
            "VIGIL_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
        }

    async def _start_emulator(self) -> None:
        number = f"{LINE}@{self._rate}" if self._rate else LINE
        self._emulator = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.carrier_emulator", "--port", str(self._emulator_port),
            "--account-sid", SID, "--auth-token", TOKEN, "--admin-token", "t", "--number", number,
            cwd=ROOT, env=os.environ | {"VIGIL_EMULATOR_CALLS_PER_SECOND": "0"},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(20):
            while not await self._answers(f"{self.emulator_url}/_emu/health"):
                await asyncio.sleep(0.05)

    async def _answers(self, url: str) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self.http.get(url, headers={"X-Emulator-Token": "t"}) as reply:
                return reply.status == 200
        return False

    async def _programme(self) -> None:
        administration = Administration(self.admin, self.seals, now)
        await administration.put_people(
            (self._person(number) for number in range(self.responders)), verified=now()
        )
        await administration.apply_policies([PAGING, WORKLIST], by="bench")

    def _person(self, number: int) -> PersonDraft:
        phone = f"+1202555{1000 + number:04d}"
        methods = (MethodDraft(sms=phone), MethodDraft(voice=phone))
        return PersonDraft(id=f"r{number}", name=f"R{number}", methods=methods)


def _resident(services: Copy) -> int:
    assert services.process is not None
    status = Path(f"/proc/{services.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
