"""Counts what is running, so that a stepped clock jumps only when the carrier is quiet.

Rules: every piece of work is spawned here; whoever waits for the clock or for a person waits
here. Work that waits is not counted, except from the very moment it could go on: a sleeper is
due as soon as the clock reads its hour, a signal counts as soon as it is settled.
"""

import asyncio
import contextlib
import heapq
import itertools
import logging
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta

from services.runtime.clock import Clock

logger = logging.getLogger(__name__)


class _Rest:
    """One wait, with the moment at which it could go on by itself, if there is one."""

    __slots__ = ("lying", "over")

    def __init__(self) -> None:
        self.lying = False
        self.over = False


class Activity:
    """All the work of one emulator, with the truth about whether any of it can run now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting: list[tuple[datetime, int, _Rest]] = []
        self._numbers = itertools.count()
        self.total = 0
        self.crashes: list[BaseException] = []

    @property
    def busy(self) -> bool:
        """Tell whether anything is running, or could run without the clock moving on."""
        self._drop_risen()
        due = bool(self._resting) and self._resting[0][0] <= self._clock.now()
        return self._running > 0 or due

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start work in the background; it is counted from this moment on."""
        self._running += 1
        self.total += 1
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count the enclosed block, which runs in a task that was not spawned here."""
        self._running += 1
        self.total += 1
        try:
            yield
        finally:
            self._running -= 1

    async def pause(self, seconds: float) -> None:
        """Sleep on the domain clock, uncounted until the hour comes."""
        if seconds <= 0:
            return
        rest = _Rest()
        try:
            await self._sleep(rest, seconds)
        finally:
            rest.over = True
            self._running += 1

    async def wait(self, signal: asyncio.Future[None], seconds: float | None) -> None:
        """Wait, uncounted, until the signal is settled or the domain seconds have passed."""
        rest = _Rest()
        if seconds is None:
            self._lie_down(rest)
            timer = None
            both: set[asyncio.Future[None]] = {signal}
        else:
            timer = asyncio.ensure_future(self._sleep(rest, seconds))
            both = {signal, timer}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stand_up(rest, signal)
            if timer is not None:
                timer.cancel()
        if timer is not None:
            await asyncio.wait({timer})

    def settle(self, signal: asyncio.Future[None]) -> None:
        """Wake whoever waits for the signal; that work is counted from this moment on."""
        if not signal.done():
            signal.set_result(None)
            self._running += 1

    async def idle(self) -> None:
        """Return when nothing can run before the clock moves on."""
        while True:
            for _ in range(4):
                await asyncio.sleep(0)
            if not self.busy:
                return
            await asyncio.sleep(0.001)

    async def stop(self) -> None:
        """Cancel everything that still runs or waits."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _sleep(self, rest: _Rest, seconds: float) -> None:
        """Lie down in the same turn in which the clock takes note of the sleeper, not earlier."""
        due = self._clock.now() + timedelta(seconds=seconds)
        self._drop_risen()
        heapq.heappush(self._resting, (due, next(self._numbers), rest))
        self._lie_down(rest)
        await self._clock.sleep(seconds)

    def _drop_risen(self) -> None:
        while self._resting and self._resting[0][2].over:
            heapq.heappop(self._resting)

    def _lie_down(self, rest: _Rest) -> None:
        rest.lying = True
        self._running -= 1

    def _stand_up(self, rest: _Rest, signal: asyncio.Future[None]) -> None:
        """Count the waiter again, unless settling its signal has counted it already."""
        settled = signal.done()
        if not settled:
            signal.cancel()
        rest.over = True
        self._running += int(rest.lying) - int(settled)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running -= 1
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.crashes.append(error)
            logger.error("emulator_crashed", exc_info=error)
