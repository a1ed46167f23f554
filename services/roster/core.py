"""Rules of the roster. Everything that decides lives here, and nothing here acts.

1. Time comes in as an argument; the only zone that counts is the schedule's own.
2. Handoffs stand on the wall clock. Where a wall clock shows a time twice, or never, the shift
   that starts takes the earlier moment and the shift that ends the later one: on the two odd
   nights of the year two people are on for a while. Two pages are better than none.
3. An override replaces everyone of its schedule while it lasts. Overrides that overlap do not
   replace each other: everybody named is on.
4. What is over has no effect: ended shifts and expired overrides leave no trace, so the shift
   running now stands whole.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from contracts.people import Person
from contracts.schedules import Every, Override, Rotation, Schedule, Shift, Shifts

REFRESH_AFTER = timedelta(hours=6)
"""How far the end of the compiled window must have moved before equal shifts are written again."""


class Why(StrEnum):
    """Why a moment counts as a gap."""

    NOBODY = "nobody"
    """No shift covers it."""
    UNREACHABLE = "unreachable"
    """Somebody is on, but nobody of them has a contact method that works."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span (UTC) in which a page to a schedule would reach nobody."""

    schedule: str
    start: datetime
    end: datetime
    why: Why
    people: tuple[str, ...] = ()
    """Who is on during it without a working contact method."""


def compile(schedule: Schedule, now: datetime, through: datetime) -> Shifts:
    """Return the schedule as flat shifts: all that run at `now` or start before `through`.

    Shifts are sorted by start, then layer, overrides last, and never cut at the edges of the window.
    Raises ZoneInfoNotFoundError if the schedule's zone is unknown.
    """
    zone = ZoneInfo(schedule.zone)
    stand_ins = [o for o in schedule.overrides if now < o.end and o.start < min(o.end, through)]
    found = [
        part
        for rotation in schedule.rotations
        for turn in _turns(rotation, zone, now, through)
        for part in _outside(turn, stand_ins)
    ]
    found += [Shift(person=o.person, start=o.start, end=o.end) for o in stand_ins]
    kept = dict.fromkeys(s for s in found if now < s.end and s.start < through)
    return Shifts(
        schedule=schedule.id,
        compiled_at=now,
        through=through,
        shifts=tuple(sorted(kept, key=lambda shift: shift.start)),
    )


def next_handoff(shifts: Shifts, at: datetime) -> datetime | None:
    """Return the next moment after `at` at which other people are on than at `at`, if known."""
    edges = sorted({edge for shift in shifts.shifts for edge in (shift.start, shift.end)})
    on = set(shifts.on(at))
    return next((edge for edge in edges if edge > at and set(shifts.on(edge)) != on), None)


def gaps(shifts: Shifts, people: Mapping[str, Person], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Return every span from `start` to `end` in which a page would reach nobody, in order.

    Somebody who is unknown, inactive, or has only dead contact methods cannot be reached.
    Beyond `shifts.through` only shifts that were still running count; the rest is a gap too.
    """
    found: list[Gap] = []
    edges = {edge for shift in shifts.shifts for edge in (shift.start, shift.end)}
    inner = sorted(edge for edge in edges if start < edge < end)
    bounds = [start, *inner, end] if start < end else []
    for begin, finish in itertools.pairwise(bounds):
        on = shifts.on(begin)
        if any(reachable(people.get(person)) for person in on):
            continue
        gap = Gap(shifts.schedule, begin, finish, Why.UNREACHABLE if on else Why.NOBODY, on)
        if found and found[-1].end == begin and (found[-1].why, found[-1].people) == (gap.why, gap.people):
            gap = Gap(gap.schedule, found.pop().start, finish, gap.why, gap.people)
        found.append(gap)
    return tuple(found)


def reachable(person: Person | None) -> bool:
    """Return whether a page can be sent to this person: active, with a method that is not dead."""
    return person is not None and person.active and any(m.dead_since is None for m in person.methods)


def worth_writing(stored: Shifts | None, fresh: Shifts) -> bool:
    """Return whether `fresh` must replace `stored`.

    It must when anybody's shift differs in the time both know about, or when the end of the
    window moved by REFRESH_AFTER; a mere later look at the same roster is not written.
    """
    if stored is None or fresh.through - stored.through >= REFRESH_AFTER:
        return True
    until = min(stored.through, fresh.through)

    def common(shifts: Shifts) -> tuple[Shift, ...]:
        return tuple(s for s in shifts.shifts if fresh.compiled_at < s.end and s.start < until)

    return common(stored) != common(fresh)


def moments(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last moment (UTC) at which the zone's wall clock shows that time.

    They differ only where clocks are turned back (the time comes twice) or forward (it never
    comes: then the readings by the offsets before and after the change).
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None), zone)
    both = (wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
    return min(both), max(both)


def _turns(rotation: Rotation, zone: ZoneInfo, now: datetime, through: datetime) -> Iterator[Shift]:
    if not rotation.people:
        return
    days = 1 if rotation.every is Every.DAY else 7
    # Two turns early: the one before may overlap, and some zones have skipped a whole day.
    turn = max(0, (now.astimezone(zone).date() - rotation.starts_on).days // days - 2)
    while True:
        day = rotation.starts_on + timedelta(days=days * turn)
        start, _ = moments(day, rotation.handoff_at, zone)
        if start >= through:
            return
        _, end = moments(day + timedelta(days=days), rotation.handoff_at, zone)
        yield Shift(person=rotation.people[turn % len(rotation.people)], start=start, end=end)
        turn += 1


def _outside(shift: Shift, overrides: Iterable[Override]) -> Iterator[Shift]:
    start = shift.start
    for override in sorted(overrides, key=lambda override: override.start):
        if override.end <= start or override.start >= shift.end:
            continue
        if start < override.start:
            yield Shift(person=shift.person, start=start, end=override.start)
        start = override.end
    if start < shift.end:
        yield Shift(person=shift.person, start=start, end=shift.end)
