"""The only place that reads the time: real, scaled for demos, stepped for timetables.

Domain durations (waits, deadlines, contact clocks) go through a Clock.
Transport time-outs (HTTP, NATS) are always real and never do.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from services.runtime.wakes import Callback, Wakes

_NEVER_SKIP = 1_000_000


class Clock(Protocol):
    """What domain code may ask of time. Every moment is aware and UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def wake(self, name: str, at: datetime, callback: Callback) -> None:
        """Call back at that moment; replaces an earlier wake of the same name."""

    def forget(self, name: str) -> None:
        """Drop the wake of that name, if there is one."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many domain seconds."""


class ScaledClock:
    """Wall-clock time, optionally running `scale` times as fast from `epoch` on (for demos).

    One APScheduler instance holds every wake. `misfire_grace_time=None` matters: the default
    of one second silently drops a job that is late, and a dropped deadline is a lost page. So does
    `max_instances`: a wake that comes while the one before it still runs would be skipped.
    """

    def __init__(self, scale: float = 1.0, epoch: datetime | None = None) -> None:
        if scale <= 0:
            raise ValueError(f"VIGIL_CLOCK_SCALE must be above 0, not {scale}")
        self.scale = scale
        self._epoch = epoch or datetime.now(UTC)
        self._scheduler: AsyncIOScheduler | None = None

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        real = datetime.now(UTC)
        return real if self.scale == 1 else self._epoch + (real - self._epoch) * self.scale

    def wake(self, name: str, at: datetime, callback: Callback) -> None:
        """Call back at that moment; replaces an earlier wake of the same name."""
        real = at if self.scale == 1 else self._epoch + (at - self._epoch) / self.scale
        self._running().add_job(
            callback,
            DateTrigger(run_date=real),
            id=name,
            replace_existing=True,
            misfire_grace_time=None,
            max_instances=_NEVER_SKIP,
        )

    def forget(self, name: str) -> None:
        """Drop the wake of that name, if there is one."""
        scheduler = self._running()
        if scheduler.get_job(name) is not None:
            scheduler.remove_job(name)

    async def sleep(self, seconds: float) -> None:
        """Return after that many domain seconds."""
        await asyncio.sleep(max(0.0, seconds / self.scale))

    def stop(self) -> None:
        """Drop every wake; nothing fires afterwards."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def _running(self) -> AsyncIOScheduler:
        if self._scheduler is None:
            self._scheduler = AsyncIOScheduler(timezone=UTC)
            self._scheduler.start()
        return self._scheduler


class SteppedClock:
    """Time that stands still until it is stepped: the clock of the timetable tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._wakes = Wakes()

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return self._now

    def wake(self, name: str, at: datetime, callback: Callback) -> None:
        """Call back at that moment; replaces an earlier wake of the same name."""
        self._wakes.put(name, at, callback)

    def forget(self, name: str) -> None:
        """Drop the wake of that name, if there is one."""
        self._wakes.forget(name)

    async def sleep(self, seconds: float) -> None:
        """Return after that many domain seconds."""
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            await self._wakes.sleep(self._now + timedelta(seconds=seconds), self.wake)

    def next_wake(self) -> datetime | None:
        """Return the earliest moment somebody waits for, or None."""
        return self._wakes.next()

    async def step(self, to: datetime) -> None:
        """Move to that moment and call back everything due by then, earliest first."""
        self._now = max(self._now, to.astimezone(UTC))
        while (at := self.next_wake()) is not None and at <= self._now:
            await self._wakes.take()()
