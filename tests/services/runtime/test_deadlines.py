"""Deadlines: late ones act, moved ones act once, stuck ones are told and not looped, lost ones come back."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.activity import Activity
from services.runtime.clock import ScaledClock, SteppedClock
from services.runtime.deadlines import STUCK, DueIndex, parse_due
from services.runtime.log import Unavailable

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Night:
    """An index on a clock that is stepped, and what it looked at."""

    def __init__(
        self, then: Callable[[str], datetime | None] = lambda _: None, *, commits: bool = True
    ) -> None:
        self.clock = SteppedClock(START)
        self.activity = Activity()
        self.looked: list[tuple[float, str]] = []
        self.then = then
        self.sequence = 100
        self.commits = commits
        self.index = DueIndex("x", self.clock, self.look, self.activity)

    async def look(self, subject: str) -> None:
        self.looked.append(((self.clock.now() - START).total_seconds(), subject))
        self.sequence += self.commits
        self.index.feed(subject, self.sequence, self.then(subject))

    async def until(self, seconds: float) -> None:
        end = START + seconds * SECOND
        while (wake := self.clock.next_wake()) is not None and wake <= end:
            await self.clock.step(wake)
            while self.activity.now:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        await self.clock.step(end)

    def feed(self, subject: str, seconds: float | None, sequence: int = 1) -> None:
        self.index.feed(subject, sequence, None if seconds is None else START + seconds * SECOND)


async def test_what_is_due_is_looked_at_in_order_and_once() -> None:
    night = Night()
    for subject, seconds in (("c", 3), ("a", 1), ("b", 2), ("later", 99)):
        night.feed(subject, seconds)
    night.index.start()
    await night.until(10)
    assert night.looked == [(1, "a"), (2, "b"), (3, "c")]
    assert len(night.index) == 1


async def test_what_was_due_before_the_start_acts_at_once() -> None:
    """The service was down when it came due."""
    night = Night()
    night.feed("a", -3600)
    await night.until(5)
    assert night.looked == []
    night.index.start()
    await night.until(6)
    assert night.looked == [(5, "a")]


async def test_a_deadline_that_moved_acts_at_its_new_moment_only() -> None:
    night = Night()
    night.index.start()
    night.feed("earlier", 30, 1)
    night.feed("earlier", 3, 2)
    night.feed("later", 2, 1)
    night.feed("later", 20, 2)
    night.feed("closed", 1, 1)
    night.feed("closed", None, 2)
    await night.until(60)
    assert night.looked == [(3, "earlier"), (20, "later")]


async def test_an_older_commit_changes_nothing() -> None:
    """The follower may bring what our own commit has already moved on from."""
    night = Night()
    night.index.start()
    night.feed("a", 20, 5)
    night.feed("a", 1, 4)
    night.feed("a", None, 3)
    await night.until(60)
    assert night.looked == [(20, "a")]


async def test_one_that_is_still_due_after_the_look_is_told_and_tried_again_later() -> None:
    before = STUCK.labels("x")._value.get()
    night = Night(then=lambda _: START + SECOND, commits=False)
    night.index.start()
    night.feed("a", 1, night.sequence)
    await night.until(62)
    assert {at for at, _ in night.looked} == {1, 31, 61}, "every thirty seconds"
    assert len(night.looked) <= 6, "and not in a loop"
    assert STUCK.labels("x")._value.get() == before + 3


async def test_what_follows_at_the_same_moment_is_done_in_that_moment() -> None:
    """The next text to the same phone, a signal that is owed at once: each look commits, so none is stuck."""
    before = STUCK.labels("x")._value.get()
    left = iter([START + SECOND] * 3)
    night = Night(then=lambda _: next(left, None))
    night.index.start()
    night.feed("a", 1)
    await night.until(62)
    assert night.looked == [(1, "a")] * 4
    assert STUCK.labels("x")._value.get() == before


async def test_commits_that_never_move_the_deadline_are_told_and_not_looped() -> None:
    before = STUCK.labels("x")._value.get()
    night = Night(then=lambda _: START + SECOND)
    night.index.start()
    night.feed("a", 1)
    await night.until(20)
    assert 1 < len(night.looked) < 1000
    assert STUCK.labels("x")._value.get() == before + 1


async def test_a_look_that_fails_is_repeated_ever_more_slowly() -> None:
    night = Night()
    attempts: list[float] = []

    async def fails(subject: str) -> None:
        attempts.append((night.clock.now() - START).total_seconds())
        if len(attempts) < 5:
            raise ConnectionError("NATS is away")
        night.index.feed(subject, 500, None)

    night.index = DueIndex("x", night.clock, fails, night.activity)
    night.index.start()
    night.feed("a", 1)
    await night.until(120)
    assert attempts == [1, 3, 7, 15, 31]


async def test_after_nats_was_away_for_minutes_nothing_waits_long() -> None:
    """Away for nearly five minutes; within two seconds of its return the deadline is met."""
    night = Night()
    attempts: list[float] = []

    async def fails(subject: str) -> None:
        attempts.append((night.clock.now() - START).total_seconds())
        if attempts[-1] < 290:
            raise Unavailable("NATS is away")
        night.index.feed(subject, 500, None)

    night.index = DueIndex("x", night.clock, fails, night.activity)
    night.index.start()
    night.feed("a", 1)
    await night.until(400)
    assert 290 <= attempts[-1] <= 292


async def test_a_wake_that_got_lost_is_set_again_by_the_next_commit() -> None:
    night = Night()
    night.index.start()
    night.feed("a", 2)
    night.clock.forget("x")
    await night.until(5)
    assert night.looked == []
    night.feed("b", 99)
    await night.until(6)
    assert night.looked == [(5, "a")]


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(microseconds=150)])
async def test_on_the_real_clock_a_storm_loses_none(apart: timedelta) -> None:
    """Two thousand, closer together than a tick takes."""
    clock = ScaledClock()
    seen: list[str] = []

    async def look(subject: str) -> None:
        seen.append(subject)
        index.feed(subject, 2, None)

    index = DueIndex("storm", clock, look, Activity())
    index.start()
    first = clock.now() + timedelta(seconds=0.1)
    for number in range(2000):
        index.feed(f"s{number}", 1, first + number * apart)
    async with asyncio.timeout(30):
        while len(index):
            await asyncio.sleep(0.02)
    assert len(seen) == len(set(seen)) == 2000
    await index.stop()
    clock.stop()


async def test_a_loop_that_stood_still_past_a_deadline_meets_it_afterwards() -> None:
    """The scheduler's own default would drop what is a second late."""
    clock = ScaledClock()
    seen: list[float] = []

    async def look(subject: str) -> None:
        seen.append(clock.now().timestamp())
        index.feed(subject, 2, None)

    index = DueIndex("stall", clock, look, Activity())
    index.start()
    index.feed("a", 1, clock.now() + timedelta(seconds=0.05))
    await asyncio.sleep(0)
    time.sleep(1.6)
    async with asyncio.timeout(30):
        while not seen:
            await asyncio.sleep(0.01)
    clock.stop()


def test_a_due_header_is_read_in_any_zone() -> None:
    assert parse_due("2026-11-24T03:10:00-05:00") == START
    assert parse_due(None) is None
