"""A clock whose pace another process sets: it never goes back, and every wake comes, none before its time."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.runtime.paced_clock import PacedClock, PaceFile

START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def pace(tmp_path: Path) -> PaceFile:
    made = PaceFile(tmp_path / "pace", create=True)
    made.write(START, 1e-6, None, 1e-6)
    return made


def reader(tmp_path: Path) -> PacedClock:
    return PacedClock(PaceFile(tmp_path / "pace"))


def test_it_shows_what_the_file_says_to_whoever_reads_it(pace: PaceFile, tmp_path: Path) -> None:
    one, other = PacedClock(pace), reader(tmp_path)
    assert timedelta(0) <= one.now() - START < timedelta(seconds=1)
    pace.write(START + HOUR, 1e-6, None, 1e-6)
    assert timedelta(0) <= other.now() - START - HOUR < timedelta(seconds=1)


def test_it_never_goes_back(pace: PaceFile) -> None:
    clock = PacedClock(pace)
    pace.write(START + HOUR, 1e-6, None, 1e-6)
    before = clock.now()
    pace.write(START, 1e-6, None, 1e-6)
    assert clock.now() == before


async def test_behind_the_known_moment_it_goes_slowly(pace: PaceFile) -> None:
    clock = PacedClock(pace)
    pace.write(START, 1e9, START + HOUR, 1e-6)
    await asyncio.sleep(0.001)
    assert timedelta(0) <= clock.now() - START - HOUR < timedelta(seconds=1)


async def test_a_wake_comes_once_its_moment_has_and_a_forgotten_or_replaced_one_never(
    pace: PaceFile, tmp_path: Path
) -> None:
    clock, fired = reader(tmp_path), asyncio.Queue[str]()
    for name, hours in (("b", 2), ("a", 1), ("gone", 1), ("moved", 1)):
        clock.wake(name, START + hours * HOUR, lambda name=name: fired.put(name))  # type: ignore[misc]
    clock.forget("gone")
    clock.wake("moved", START + 3 * HOUR, lambda: fired.put("moved later"))
    await asyncio.sleep(0.02)
    assert fired.empty() and clock.next_wake() == START + HOUR
    pace.write(START + 4 * HOUR, 1e-6, None, 1e-6)
    async with asyncio.timeout(30):
        assert [await fired.get() for _ in range(3)] == ["a", "b", "moved later"]
    assert clock.next_wake() is None
    clock.stop()


async def test_sleep_takes_domain_seconds_and_a_failing_wake_stops_nobody(
    pace: PaceFile, tmp_path: Path
) -> None:
    clock = reader(tmp_path)

    async def fails() -> None:
        raise ValueError("broken")

    clock.wake("fails", START + HOUR, fails)
    sleeping = asyncio.create_task(clock.sleep(2 * 3600))
    await asyncio.sleep(0.01)
    assert not sleeping.done()
    pace.write(START + 3 * HOUR, 1e-6, None, 1e-6)
    await asyncio.wait_for(sleeping, 30)
    clock.stop()
