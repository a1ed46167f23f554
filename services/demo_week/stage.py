"""The processes of a demo week: on which ports, with which clock; started in order, and ended."""

import asyncio
import dataclasses
import random
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import nats
from nats.aio.client import Client

from services import process
from services.demo_week import surroundings
from services.demo_week.cast import Cast
from services.nats_child import nats_child
from services.runtime.clock import Clock, SteppedClock
from services.runtime.paced_clock import PacedClock, PaceFile
from services.runtime.settings import Settings
from services.supervisor import Child, Supervisor

LEAD = timedelta(minutes=3)
"""The services start so long before the week begins; until they are ready the clock goes at their pace."""
_READY_SECONDS = 120.0
_OPS = "ops_1"
SetUp = Callable[[Client, Clock], Awaitable[None]]


class StageError(Exception):
    """Something did not start; the text says what."""


class Stage:
    """nats-server, carrier emulator, services and watchdog, with everything they write in one folder.

    `pace` sets the clock of all of them; it begins LEAD before `start`, as fast as real time.
    """

    def __init__(self, folder: Path, cast: Cast, start: datetime, speed: float, seed: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (folder / "pace").resolve()
        self.pace = PaceFile(file, create=True)
        self.pace.write(start - LEAD, 1.0, None, 1.0)
        self.clock = PacedClock(self.pace)
        self._start = start
        self._source, self._admin = secrets.token_hex(16), secrets.token_hex(16)
        gateway_port, emulator_port, nats_port = _free_ports(3)
        self.gateway, self.emulator = f"http://127.0.0.1:{gateway_port}", f"http://127.0.0.1:{emulator_port}"
        self.settings = Settings(var=folder, nats_url=f"nats://127.0.0.1:{nats_port}")
        self._environment = surroundings.environment(
            gateway_port=gateway_port,
            emulator_port=emulator_port,
            auth=secrets.token_hex(16),
            admin=self._admin,
            source=self._source,
            ops=next(one.phone for one in cast.members if one.person.id == _OPS),
            speed=speed,
            seed=seed,
        ) | {
            "VIGIL_VAR": str(folder),
            "VIGIL_NATS_URL": self.settings.nats_url,
            "VIGIL_CLOCK_FILE": str(file),
            "VIGIL_EMULATOR_CLOCK_FILE": str(file),
        }
        self._supervisor: Supervisor | None = None
        self._running: asyncio.Task[None] | None = None
        self._up = asyncio.Event()

    @property
    def headers(self) -> Mapping[str, str]:
        """What the programme's system shows the gateway."""
        return {"Authorization": f"Bearer {self._source}"}

    @property
    def admin_headers(self) -> Mapping[str, str]:
        """What moves the emulator's phones."""
        return {"X-Emulator-Token": self._admin}

    @property
    def logs(self) -> tuple[Path, ...]:
        """Where the processes write what they say."""
        return tuple(self.folder / f"{name}.log" for name in ("nats", "emulator", "services", "watchdog"))

    @property
    def restarts(self) -> int:
        """How often a process ended and had to be started again."""
        return self._supervisor.restarts if self._supervisor is not None else 0

    async def open(self, set_up: SetUp) -> None:
        """Start everything; `set_up` writes the programme before the services start, while time stands still.

        Raises StageError, and what the start of a process raises. Call `close` in any case.
        """

        async def prepare() -> None:
            nc = await self.connect()
            try:
                await set_up(nc, SteppedClock(self._start - LEAD))
            finally:
                await nc.close()

        self._supervisor = Supervisor(self._children(prepare))
        self._running = asyncio.create_task(self._supervisor.run(), name="stage")
        up = asyncio.create_task(self._up.wait())
        await asyncio.wait({self._running, up}, return_when=asyncio.FIRST_COMPLETED)
        if not up.done():
            up.cancel()
            self._running.result()
            raise StageError("it was stopped before the week began")

    async def close(self) -> None:
        """End every process, the last started first."""
        if self._supervisor is not None and self._running is not None:
            self._supervisor.stop()
            await asyncio.gather(self._running, return_exceptions=True)
        self.clock.stop()

    async def connect(self) -> Client:
        """Return a connection that may read and write everything."""
        return await nats.connect(
            self.settings.nats_url, user="admin", password=self.settings.password("admin")
        )

    def _children(self, prepare: Callable[[], Awaitable[None]]) -> list[Child]:
        server = nats_child(self.settings)

        async def provision_and_prepare() -> None:
            if server.prepare is not None:
                await server.prepare()
            await prepare()

        async def up() -> None:
            self._up.set()

        def child(name: str, module: str, *words: str) -> Child:
            argv = [sys.executable, "-m", module, *words]
            return Child(name, argv, self._environment, log=self.folder / f"{name}.log")

        return [
            dataclasses.replace(server, prepare=provision_and_prepare, log=self.folder / "nats.out"),
            dataclasses.replace(
                child("emulator", "services.carrier_emulator"), ready=lambda: self._answers(self.emulator)
            ),
            dataclasses.replace(
                child("services", "services.process", *process.APPS),
                ready=lambda: self._answers(f"{self.gateway}/health/ready"),
            ),
            dataclasses.replace(child("watchdog", "services.watchdog"), prepare=up),
        ]

    async def _answers(self, url: str) -> None:
        """Return when something answers there with less than 500. Raises StageError."""
        try:
            async with asyncio.timeout(_READY_SECONDS), aiohttp.ClientSession() as http:
                while not await _answers_now(http, url):
                    if self.restarts:
                        raise StageError("a process ended while it started" + self._last_words())
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StageError(f"{url} does not answer after {_READY_SECONDS:.0f} s") from None

    def _last_words(self) -> str:
        """Return the last line of each log that has one."""
        lines = [log.read_text(errors="replace").splitlines()[-1:] for log in self.logs if log.exists()]
        return "".join(f"; {line}" for some in lines for line in some)


async def _answers_now(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as reply:
            return reply.status < 500
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on, below those the kernel gives to clients."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(15000, 32000), 400):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise StageError("there are no free ports below 32000")
