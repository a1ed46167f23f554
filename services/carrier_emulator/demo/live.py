"""Follows what Vigil stores, as the user `cli`: the history of each escalation, then every new commit."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import nats.errors
import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import Commit
from contracts.schedules import Shifts
from contracts.signals import Signal
from services.carrier_emulator.demo.timeline import Timeline
from services.runtime.broker import client_of, make_broker
from services.runtime.follow import Follower, ValueTable, last_sequence
from services.runtime.log import Log, Stored, Unavailable, publish_fact
from services.runtime.settings import Settings

USER = "cli"
OLD = timedelta(hours=24)
"""The history of what last changed before so long isn't read at the start."""
_TRY_AGAIN_REAL_SECONDS = 1.0

_log = structlog.get_logger()
Connect = Callable[[], Awaitable[Client]]


def connector(settings: Settings) -> Connect:
    """Return what connects with the rights of the command line; raises SystemExit before set-up."""

    async def connect() -> Client:
        return await client_of(make_broker(settings.nats_url, USER, settings.password(USER)))

    return connect


class Live:
    """Keeps a timeline up to date, from whenever Vigil is there."""

    def __init__(
        self,
        connect: Connect,
        timeline: Timeline,
        now: Callable[[], datetime],
        on_change: Callable[[Iterable[str]], None],
    ) -> None:
        self._connect = connect
        self._timeline = timeline
        self._now = now
        self._on_change = on_change
        self._arrived: asyncio.Queue[tuple[str, Stored]] = asyncio.Queue()
        self._nc: Client | None = None
        self._shifts: ValueTable[Shifts] | None = None
        self._followers: list[Follower] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether Vigil's log is being followed."""
        return self._nc is not None and self._nc.is_connected and bool(self._followers)

    def on_call(self) -> dict[str, list[str]]:
        """Return person -> schedules they are on call for at this moment."""
        found: dict[str, list[str]] = {}
        for name, shifts in sorted((self._shifts.values if self._shifts else {}).items()):
            for person in shifts.on(self._now()):
                found.setdefault(person, []).append(name)
        return found

    async def report(self, signal: Signal) -> None:
        """Publish a signal of the system itself; raises Unavailable."""
        if self._nc is None or not self._nc.is_connected:
            raise Unavailable("Vigil is not connected yet")
        await publish_fact(
            self._nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id, timeout=3
        )

    def start(self) -> None:
        """Begin in the background."""
        self._task = asyncio.create_task(self._run(), name="demo-live")

    async def stop(self) -> None:
        """End following and hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for follower in self._followers:
            await follower.stop()
        if self._shifts is not None:
            await self._shifts.stop()
        if self._nc is not None and not self._nc.is_closed:
            await self._nc.close()

    async def _run(self) -> None:
        nc = await self._vigil()
        logs = {stream: Log(nc, stream) for stream in ("ESCALATIONS", "PAGES")}
        self._shifts = ValueTable(nc, "shifts", Shifts, lambda: self._on_change(("status",)))
        followers = [Follower(nc, stream, self._keep(stream), label="demo") for stream in logs]
        reading = asyncio.create_task(self._read(logs), name="demo-read")
        try:
            await self._shifts.start()
            for follower in followers:
                await follower.start()
                self._followers.append(follower)
            self._on_change(("status",))
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _vigil(self) -> Client:
        """Return a connection once the server runs and its streams were made."""
        while True:
            try:
                if self._nc is None:
                    self._nc = await self._connect()
                for stream in ("ESCALATIONS", "PAGES", "KV_shifts"):
                    await last_sequence(self._nc, stream)
                return self._nc
            except (SystemExit, Unavailable, nats.errors.Error, OSError) as error:
                _log.info("demo_waits_for_vigil", reason=type(error).__name__)
                await asyncio.sleep(_TRY_AGAIN_REAL_SECONDS)

    def _keep(self, stream: str) -> Callable[[Stored], None]:
        return lambda stored: self._arrived.put_nowait((stream, stored))

    async def _read(self, logs: dict[str, Log]) -> None:
        while True:
            stream, stored = await self._arrived.get()
            changed: set[str] = set()
            for each in await self._with_history(logs[stream], stored):
                changed |= self._timeline.fold(each.subject, each.sequence, each.data, each.headers)
            if changed:
                self._on_change(f"run:{run}" for run in changed)

    async def _with_history(self, log: Log, stored: Stored) -> list[Stored]:
        """Return the commit with what came before it in its run, if that was never read."""
        if self._timeline.has_seen(stored.subject):
            return [stored]
        try:
            commit = Commit.model_validate_json(stored.data)
        except ValidationError:
            return [stored]
        if commit.start in (0, stored.sequence) or commit.at < self._now() - OLD:
            return [stored]
        while True:
            try:
                return await log.since(stored.subject, commit.start)
            except Unavailable:
                await asyncio.sleep(_TRY_AGAIN_REAL_SECONDS)
