"""Clocks: what was waited for comes, late rather than never, and only once."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.clock import ScaledClock, SteppedClock

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


class Rung:
    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


async def ring(clock: ScaledClock, name: str, seconds: float) -> Rung:
    rung = Rung()

    async def callback() -> None:
        await rung()

    clock.wake(name, clock.now() + timedelta(seconds=seconds), callback)
    return rung


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)


async def test_no_wake_is_dropped_for_being_late() -> None:
    """misfire_grace_time is None on every job."""
    clock = ScaledClock()
    rung = await ring(clock, "a", 60)
    jobs = clock._running().get_jobs()
    assert [job.misfire_grace_time for job in jobs] == [None]
    past = await ring(clock, "b", -3600)
    await until(lambda: past.times > 0)
    assert (past.times, rung.times) == (1, 0)
    clock.stop()


async def test_a_wake_of_the_same_name_replaces_the_earlier_and_forgotten_ones_do_not_come() -> None:
    clock = ScaledClock()
    first, second = await ring(clock, "a", 0.03), await ring(clock, "a", 0.06)
    gone = await ring(clock, "b", 0.03)
    clock.forget("b")
    clock.forget("never was")
    await until(lambda: second.times > 0)
    assert (first.times, second.times, gone.times) == (0, 1, 0)
    clock.stop()


async def test_a_wake_set_while_the_one_before_still_runs_comes_too() -> None:
    """The scheduler's default of one instance would skip it for good."""
    clock = ScaledClock()
    times = 0

    async def callback() -> None:
        nonlocal times
        times += 1
        if times < 200:
            clock.wake("a", clock.now(), callback)
            time.sleep(0.0002)

    clock.wake("a", clock.now(), callback)
    async with asyncio.timeout(30):
        while times < 200:
            await asyncio.sleep(0.01)
    clock.stop()


async def test_scaled_time_runs_faster_from_its_epoch_on() -> None:
    clock = ScaledClock(scale=3600, epoch=datetime.now(UTC))
    rung = await ring(clock, "a", 180)
    await until(lambda: rung.times > 0)
    assert rung.times == 1
    before = clock.now()
    await clock.sleep(36)
    assert clock.now() - before >= timedelta(seconds=36)
    clock.stop()
    with pytest.raises(ValueError, match="VIGIL_CLOCK_SCALE"):
        ScaledClock(0)


async def test_stepped_time_stands_still_and_rings_in_order() -> None:
    clock = SteppedClock(START)
    rung: list[str] = []
    for name, seconds in (("late", 20), ("early", 10), ("far", 99)):

        async def callback(name: str = name) -> None:
            rung.append(name)

        clock.wake(name, START + timedelta(seconds=seconds), callback)
    assert clock.now() == START and clock.next_wake() == START + timedelta(seconds=10)
    await clock.step(START + timedelta(seconds=30))
    assert rung == ["early", "late"]
    await clock.step(START)
    assert clock.now() == START + timedelta(seconds=30), "it never goes back"


async def test_a_sleeper_on_stepped_time_wakes_when_it_is_stepped() -> None:
    clock = SteppedClock(START)
    sleeping = asyncio.create_task(clock.sleep(5))
    await asyncio.sleep(0)
    await clock.step(START + timedelta(seconds=4))
    assert not sleeping.done()
    await clock.step(START + timedelta(seconds=5))
    await sleeping
