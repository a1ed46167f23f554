"""Sets the pace of a demo week: fast until the next known moment, slow while anything is under way.

Known moments are the deadlines that stand in the log, and what the demo itself will do. What is
under way shows in the streams, at the carrier, and in what the services have still to hear.
"""

import asyncio
import contextlib
import heapq
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

from nats.aio.client import Client

from contracts.streams import STREAMS
from services.runtime.paced_clock import PacedClock, PaceFile

SLOW = 15.0
"""How many times as fast while anything is under way: a tenth of a second is 1.5 programme seconds."""
QUIET = 0.025
"""Real seconds without anything seen until it is asked whether all is done."""
_LOOK = 0.01
_CHECK = 0.15
"""Real seconds between two such questions while it runs fast."""
PATIENCE = 15.0
"""Real seconds for which a deadline that has passed is waited for (a busy machine stood still for six).

One that its owner leaves for longer is a fault that the laws tell of, and no reason to stand still."""
Key = tuple[str, str]


class Pacemaker:
    """Runs the clock of everybody."""

    def __init__(
        self,
        pace: PaceFile,
        clock: PacedClock,
        speed: float,
        nc: Client,
        carrier_is_busy: Callable[[], Awaitable[bool]],
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._pace = pace
        self._clock = clock
        self._speed, self._slow = speed, min(SLOW, speed)
        self._nc = nc
        self._carrier_is_busy = carrier_is_busy
        self._seen_at = 0.0
        self._crossed_at = 0.0
        self._at_work = 0
        self._dues: dict[Key, datetime] = {}
        self._heap: list[tuple[datetime, Key]] = []
        self._task: asyncio.Task[None] | None = None
        self.slow_seconds = 0.0
        """Real seconds that passed slowly so far."""

    def start(self) -> None:
        """Begin to set the pace."""
        self._task = asyncio.create_task(self._run(), name="pacemaker")

    async def stop(self) -> None:
        """Leave the clock slow."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._pace.write(self._clock.now(), 1.0, None, 1.0)

    def seen(self) -> None:
        """Something happened."""
        self._seen_at = asyncio.get_running_loop().time()

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Count a request of our own while the block runs."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self.seen()

    def due(self, key: Key, at: datetime | None) -> None:
        """Note when an aggregate acts again; None: never."""
        if at is None:
            self._dues.pop(key, None)
        else:
            self._dues[key] = at
            heapq.heappush(self._heap, (at, key))

    async def quiet(self, seconds: float) -> bool:
        """Return True once nothing is under way; False if that took longer."""
        try:
            async with asyncio.timeout(seconds):
                calm = 0
                while calm < 3:
                    calm = calm + 1 if await self._is_quiet() else 0
                    await asyncio.sleep(QUIET)
                return True
        except TimeoutError:
            return False

    def hold(self) -> None:
        """Let the clock go no faster than real time from now on: nothing new becomes due meanwhile."""
        if self._task is not None:
            self._task.cancel()
        self._pace.write(self._clock.now(), 0.01, None, 0.01)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._pace.write(self._clock.now(), self._slow, None, self._slow)
            while not await self._is_quiet():  # noqa: ASYNC110  # other processes: nothing to await
                await asyncio.sleep(_LOOK)
            self.slow_seconds += loop.time() - began
            await self._fast()

    async def _fast(self) -> None:
        """Run fast to the next known moment, unless something shows up before."""
        loop = asyncio.get_running_loop()
        started, checked = loop.time(), loop.time()
        ceiling = self._next()
        self._pace.write(self._clock.now(), self._speed, ceiling, self._slow)
        while True:
            await asyncio.sleep(_LOOK)
            if self._at_work or self._seen_at > started:
                return
            if ceiling is not None and self._clock.now() >= ceiling:
                # Whoever waits for that moment acts now.
                self._crossed_at = loop.time()
                return
            if loop.time() - checked > _CHECK:
                checked = loop.time()
                if not await self._is_done():
                    return

    def _next(self) -> datetime | None:
        """Return the next moment at which something is known to happen."""
        now = self._clock.now()
        while self._heap and (
            self._dues.get(self._heap[0][1]) != self._heap[0][0] or self._heap[0][0] <= now
        ):
            heapq.heappop(self._heap)
        due = self._heap[0][0] if self._heap else None
        own = self._clock.next_wake()
        known = [at for at in (due, own) if at is not None and at > now]
        return min(known) if known else None

    async def _is_quiet(self) -> bool:
        now, moment = asyncio.get_running_loop().time(), self._clock.now()
        if self._at_work or now - self._seen_at < QUIET:
            return False
        acting = now - max(self._seen_at, self._crossed_at) < self._patience
        if acting and any(at <= moment for at in self._dues.values()):
            return False
        return await self._is_done()

    async def _is_done(self) -> bool:
        """Ask whether the carrier is idle and the services have heard everything."""
        if await self._carrier_is_busy():
            return False
        replies = await asyncio.gather(*(self._waiting(stream) for stream in _HEARD))
        return not any(replies)

    async def _waiting(self, stream: str) -> int:
        reply = await self._nc.request(f"$JS.API.CONSUMER.LIST.{stream}", b"", timeout=10)
        return sum(
            int(one["num_pending"]) + int(one["num_ack_pending"])
            for one in json.loads(reply.data)["consumers"]
            if one["name"] in _HEARD[stream]
        )


_HEARD = {one.name: {durable.name for durable in one.durables} for one in STREAMS if one.durables}
