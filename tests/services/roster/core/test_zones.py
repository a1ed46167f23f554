"""The rule for hours that come twice or never, in every zone and at every change of ten years.

What is expected is worked out here from the offsets before and after each change alone, by plain
subtraction and dateutil's months; the core uses Python's `fold` and its own months.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta

from contracts.schedules import Every, Rotation, Schedule, Shift, Shifts
from services.roster import core

FROM, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
PEOPLE = ("ana", "kim", "lee")
SECOND = timedelta(seconds=1)
LENGTHS = (
    (Every.HOUR, 1),
    (Every.HOUR, 8),
    (Every.DAY, 1),
    (Every.WEEK, 1),
    (Every.WEEK, 2),
    (Every.MONTH, 1),
)


@dataclass(frozen=True)
class Change:
    """The clocks of a zone go from one offset to another."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def odd(self) -> tuple[datetime, datetime]:
        """The wall-clock times that come twice, or never."""
        walls = sorted((naive(self.at) + self.before, naive(self.at) + self.after))
        return walls[0], walls[1]

    def readings(self, wall: datetime) -> tuple[datetime, datetime]:
        """Return the first and the last moment at which the clock shows it; near this change only."""
        early, late = sorted((utc(wall - self.before), utc(wall - self.after)))
        by_before, by_after = utc(wall - self.before), utc(wall - self.after)
        true = [by_before] * (by_before < self.at) + [by_after] * (by_after >= self.at)
        return (min(true), max(true)) if true else (early, late)


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=UTC)


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def changes_of(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    """Look at every fifth day, and halve the time between two that differ down to the second."""
    at, there = start, offset(zone, start)
    while at < end:
        after = at + timedelta(days=5)
        if (then := offset(zone, after)) != there:
            low, high = at, after
            while high - low > SECOND:
                middle = low + (high - low) // 2 // SECOND * SECOND
                low, high = (middle, high) if offset(zone, middle) == there else (low, middle)
            yield Change(high, there, then)
        at, there = after, then


@cache
def all_changes() -> dict[tuple[Change, ...], str]:
    """Return the changes of each zone; zones that have the same ones are one."""
    found: dict[tuple[Change, ...], str] = {}
    for name in sorted(available_timezones()):
        found.setdefault(tuple(changes_of(ZoneInfo(name), FROM, UNTIL)), name)
    return found


def handoffs(change: Change) -> tuple[datetime, ...]:
    """Return walls at which to hand over: in the middle of the odd hour, as it begins, and at 08:00."""
    low, high = change.odd
    return low + (high - low) // 2, low, datetime.combine(low.date(), time(8))


@cache
def steps(every: Every, length: int, number: int) -> relativedelta:
    return relativedelta(**{f"{every.value}s": length * number})


def begins(handoff: datetime, every: Every, length: int) -> datetime:
    """Return when a rotation starts of which one handoff falls on that wall-clock time."""
    match every:
        case Every.HOUR:
            return handoff - timedelta(hours=240 * length)
        case Every.MONTH:
            return handoff - relativedelta(months=12 * length)
        case _:
            return handoff - steps(every, length, 3)


def expected(
    start: datetime, every: Every, length: int, change: Change, window: tuple[datetime, datetime]
) -> set:
    """Return the turns near a change that touch the window, from nothing but its two offsets."""
    found = set()
    first = {Every.HOUR: 240, Every.MONTH: 12}.get(every, 3)
    reach = range(first - 10, first + 11) if every is Every.HOUR else range(max(0, first - 2), first + 3)
    for number in reach:
        walls = start + steps(every, length, number), start + steps(every, length, number + 1)
        begin, end = change.readings(walls[0])[0], change.readings(walls[1])[1]
        if begin < window[1] and window[0] < end:
            found.add((PEOPLE[number % 3], begin, end))
    return found


def compiled(
    zone: str, start: datetime, every: Every, length: int, window: tuple[datetime, datetime]
) -> Shifts:
    turning = Rotation(
        people=PEOPLE, every=every, length=length, starts_on=start.date(), handoff_at=start.time()
    )
    return core.compile(Schedule(id="s", zone=zone, rotations=(turning,)), *window)


def gapless(shifts: tuple[Shift, ...], start: datetime, end: datetime) -> bool:
    covered = start
    for shift in shifts:
        if shift.start > covered:
            return False
        covered = max(covered, shift.end)
    return covered >= end


def holds(zone: str, change: Change) -> None:
    """Assert the whole rule at one change, for each length of turns and each time of handoff."""
    window = change.at - timedelta(hours=3), change.at + timedelta(hours=3)
    odd = change.odd
    for every, length in LENGTHS:
        for handoff in handoffs(change)[: 2 if every is Every.HOUR else 3]:
            start = begins(handoff, every, length)
            shifts = compiled(zone, start, every, length, window)
            told = f"{zone}, {change}, every {length} {every.value}, handoff {handoff}"

            assert gapless(shifts.shifts, *window), told
            # Each turn stands as one whole shift that starts and ends on the wall clock.
            assert len(shifts.shifts) == len({(s.person, s.start, s.end) for s in shifts.shifts})
            assert {(s.person, s.start, s.end) for s in shifts.shifts} == expected(
                start, every, length, change, window
            ), told
            if odd[0] <= handoff < odd[1]:
                begin, end = change.readings(handoff)
                assert end - begin == odd[1] - odd[0], told
                if (
                    window[0] < begin
                    and end < window[1]
                    and steps(every, length, 1) != relativedelta(hours=1)
                ):
                    assert len(shifts.on(begin)) >= 2, told
                    assert len(shifts.on(end - SECOND)) >= 2, told


def test_every_zone_and_every_change_of_ten_years_keeps_the_rule():
    checked = 0
    for changes, zone in all_changes().items():
        for change in changes:
            holds(zone, change)
            checked += 1

    assert checked > 500


def test_a_zone_that_skipped_a_whole_day_leaves_nobody_off_call():
    """Samoa went from the evening of 29 December 2011 to the morning of the 31st."""
    zone = "Pacific/Apia"
    start, end = datetime(2011, 12, 28, 12, tzinfo=UTC), datetime(2012, 1, 3, tzinfo=UTC)
    (change,) = changes_of(ZoneInfo(zone), start, end)
    assert [wall.isoformat()[:10] for wall in change.odd] == ["2011-12-30", "2011-12-31"]

    for every, length in LENGTHS:
        for handoff in handoffs(change):
            shifts = compiled(zone, begins(handoff, every, length), every, length, (start, end))
            assert gapless(shifts.shifts, start, end)
            # However late it is compiled, whoever is on is found.
            for hours in range(0, 60, 7):
                now = start + timedelta(hours=hours)
                late = compiled(zone, begins(handoff, every, length), every, length, (now, end))
                assert set(late.on(now)) == set(shifts.on(now))


def test_somebody_whose_shift_spans_a_change_keeps_it_whole():
    """A night of twelve hours on the wall clock is thirteen, or eleven, of real time."""
    nights = Rotation(
        people=PEOPLE, every=Every.HOUR, length=12, starts_on=date(2026, 1, 5), handoff_at=time(20)
    )
    shifts = core.compile(
        Schedule(id="s", rotations=(nights,)),
        datetime(2026, 1, 5, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    )
    by_length = {(s.end - s.start): s.start for s in shifts.shifts}

    assert {hours.total_seconds() / 3600 for hours in by_length} == {11, 12, 13}
    assert by_length[timedelta(hours=11)] == datetime(2026, 3, 8, 1, tzinfo=UTC)
    assert by_length[timedelta(hours=13)] == datetime(2026, 11, 1, 0, tzinfo=UTC)
