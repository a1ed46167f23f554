"""A clock for demos that several processes share: fast while nothing is under way, slow while work is.

One process sets the pace, in a file; the others read it there. Faster clocks of their own would make
every moment of the machine's work minutes of the programme's time, and no page could be answered
before the next step.
"""

import asyncio
import math
import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from services.runtime.logging import where
from services.runtime.wakes import Callback, Wakes

_LAYOUT = struct.Struct("<Qddddd")
_LOOK = 0.004
"""Real seconds between looks for a change of pace."""
_log = structlog.get_logger()


class PaceFile:
    """The pace: from `at` on `rate` times as fast, until `ceiling`, and from there on `slow` times.

    Written by one process and read by any number on the same machine; nobody waits for anybody.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.write_bytes(bytes(_LAYOUT.size))
            path.chmod(0o600)
        with path.open("r+b" if create else "rb") as file:
            access = mmap.ACCESS_WRITE if create else mmap.ACCESS_READ
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size, access=access)

    def write(self, at: datetime, rate: float, ceiling: datetime | None, slow: float) -> None:
        """Set the pace from this moment on, which is `at`."""
        version: int = _LAYOUT.unpack_from(self._memory)[0]
        until = ceiling.timestamp() if ceiling is not None else math.inf
        # An odd version says that the rest is being written.
        struct.pack_into("<Q", self._memory, 0, version + 1)
        _LAYOUT.pack_into(self._memory, 0, version + 1, time.monotonic(), at.timestamp(), rate, until, slow)
        struct.pack_into("<Q", self._memory, 0, version + 2)

    def now(self) -> float:
        """Return the present moment of that clock, in seconds since 1970."""
        while True:
            version, since, at, rate, ceiling, slow = _LAYOUT.unpack_from(self._memory)
            if version % 2 == 0 and version == struct.unpack_from("<Q", self._memory)[0]:
                break
        passed = time.monotonic() - since
        there = float(at + passed * rate)
        if there <= ceiling:
            return there
        return float(ceiling + (passed - (ceiling - at) / rate) * slow)


class PacedClock:
    """Time as a pace file tells it. It never goes back."""

    def __init__(self, pace: PaceFile) -> None:
        self._pace = pace
        self._last = 0.0
        self._wakes = Wakes()
        self._changed = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        self._last = max(self._last, self._pace.now())
        return datetime.fromtimestamp(self._last, UTC)

    def wake(self, name: str, at: datetime, callback: Callback) -> None:
        """Call back at that moment; replaces an earlier wake of the same name."""
        self._wakes.put(name, at, callback)
        self._changed.set()
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name="paced-clock")

    def forget(self, name: str) -> None:
        """Drop the wake of that name, if there is one."""
        self._wakes.forget(name)

    async def sleep(self, seconds: float) -> None:
        """Return after that many domain seconds."""
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            await self._wakes.sleep(self.now() + timedelta(seconds=seconds), self.wake)

    def next_wake(self) -> datetime | None:
        """Return the earliest moment somebody in this process waits for, or None."""
        return self._wakes.next()

    def stop(self) -> None:
        """Drop every wake; nothing fires afterwards."""
        self._wakes.clear()
        if self._loop is not None:
            self._loop.cancel()
            self._loop = None

    async def _run(self) -> None:
        while True:
            at = self.next_wake()
            if at is None:
                self._changed.clear()
                await self._changed.wait()
            elif at <= self.now():
                self._fire(self._wakes.take())
            else:
                await asyncio.sleep(_LOOK)

    def _fire(self, callback: Callback) -> None:
        task = asyncio.create_task(_called(callback))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _called(callback: Callback) -> None:
    try:
        await callback()
    except Exception as error:
        # As with any clock of ours: a wake that fails ends neither the clock nor the process.
        _log.error("wake_failed", error=type(error).__name__, where=where(error))
