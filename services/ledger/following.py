"""Follows every stream and writes it down, for ever; what fails is tried again, and nobody else waits."""

import asyncio
import contextlib
import time

import structlog
from nats.aio.client import Client
from prometheus_client import Counter, Gauge

from services.books.database import Books, NoBooks
from services.ledger.core.rows import STREAMS
from services.ledger.rebuild import Rebuild
from services.ledger.writer import Writer
from services.runtime.clock import Clock
from services.runtime.follow import Follower
from services.runtime.log import Stored
from services.runtime.logging import where

GATHER = 0.05
"""Seconds in which messages gather before a transaction: a storm makes few large ones."""
MOST = 2_000
"""Messages held in memory; no more are asked for while so many wait for the database."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before the database is tried again."""
FAILURES = Counter(
    "vigil_ledger_failures_total", "Transactions of the ledger that failed, and are tried again."
)
WAITING = Gauge("vigil_ledger_waiting", "Stored messages that wait to be written into the ledger.")
_log = structlog.get_logger()


class Following:
    """The one task of the ledger."""

    def __init__(self, nc: Client, books: Books, clock: Clock) -> None:
        self._nc = nc
        self._books = books
        self._writer = Writer(books)
        self._clock = clock
        self._followers: dict[str, Follower] = {}
        self._batch: list[tuple[str, Stored]] = []
        self._unwritten: dict[str, int] = dict.fromkeys(STREAMS, 0)
        self._written: dict[str, int] = dict.fromkeys(STREAMS, -1)
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wait = FIRST_WAIT
        self.failing = False
        """Whether the last try failed."""

    def start(self) -> None:
        """Begin, and return at once: nobody's start waits for a database."""
        self._task = asyncio.create_task(self._run(), name="ledger")

    async def stop(self) -> None:
        """End it. What is not written yet is read again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def position(self, stream: str) -> tuple[str, int]:
        """Return the stream and the sequence up to which it is in the books."""
        follower = self._followers.get(stream)
        settled = follower is not None and not self._unwritten[stream]
        return stream, follower.sequence if follower and settled else self._written[stream]

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except NoBooks:
                await self._renew()
            except Exception as error:
                # The ledger is never why something else ends; and one that ended would not be missed soon.
                await self._failed(error)

    async def _renew(self) -> None:
        """Write books of another version anew; until then they are shown to nobody."""
        try:
            made = await Rebuild(self._nc, self._books).run()
            _log.info("ledger_renewed", count=made.messages)
        except Exception as error:
            await self._failed(error)

    async def _follow(self) -> None:
        """Follow from where the books stand, until something fails."""
        positions = await asyncio.to_thread(self._writer.begin)
        self._batch, self._unwritten = [], dict.fromkeys(STREAMS, 0)
        self._written = positions
        self._some.clear()
        self._room.set()
        self._followers = {name: self._follower(name, after) for name, after in positions.items()}
        starting = [asyncio.create_task(one.start()) for one in self._followers.values()]
        try:
            await self._write_on(starting)
        finally:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            for follower in self._followers.values():
                await follower.stop()

    def _follower(self, stream: str, after: int) -> Follower:
        def on_stored(stored: Stored) -> None:
            self._batch.append((stream, stored))
            self._unwritten[stream] += 1
            self._some.set()
            if len(self._batch) >= MOST:
                self._room.clear()

        async def room() -> None:
            await self._room.wait()

        return Follower(self._nc, stream, on_stored, label="ledger", whole=True, start_after=after, room=room)

    async def _write_on(self, starting: list[asyncio.Task[None]]) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._some.wait()
            for task in starting:
                if task.done():
                    task.result()
            if not self._batch:
                continue
            await asyncio.sleep(GATHER)
            batch, self._batch = self._batch, []
            self._some.clear()
            WAITING.set(len(batch))
            began = time.monotonic()
            await asyncio.to_thread(self._writer.write, batch, self._clock.now())
            for stream, stored in batch:
                self._unwritten[stream] -= 1
                self._written[stream] = max(self._written[stream], stored.sequence)
            WAITING.set(len(self._batch))
            self._room.set()
            self._succeeded()
            # Whoever pages comes first: the ledger lets them have the processor for twice as long.
            await asyncio.sleep(2 * (time.monotonic() - began))

    def _succeeded(self) -> None:
        if self.failing:
            _log.info("ledger_writes_again")
        self.failing, self._wait = False, FIRST_WAIT

    async def _failed(self, error: Exception) -> None:
        FAILURES.inc()
        self.failing = True
        _log.error("ledger_failed", error=type(error).__name__, where=where(error), seconds=self._wait)
        await asyncio.sleep(self._wait)
        self._wait = min(LONGEST_WAIT, self._wait * 2)
