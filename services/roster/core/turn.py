"""Turns: from when to when a person is on without a break, and who goes when they come."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.schedules import Shift, Shifts

UNCONFIRMED = "unconfirmed"
"""The origin of a shift that somebody holds only because the next one has not confirmed."""

SHORTLY_BEFORE = timedelta(minutes=15)
"""Whoever ended so long before a turn counts as outgoing: people write 07:59 and 08:00. Ours."""

SHORTLY_AFTER = timedelta(hours=2)
"""Whoever ends so long after a turn began counts as outgoing: no zone moves its clocks by more
within 2025 to 2034 (Troll, 2 h), and so long both are on at an hour that comes twice or never."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One person on call for a schedule from `start` until before `end` (UTC), without a break."""

    schedule: str
    person: str
    start: datetime
    end: datetime
    outgoing: tuple[str, ...] = ()
    """Whose time ends about when this turn starts, without those who start at the same moment."""


def turns(shifts: Shifts, start: datetime, end: datetime) -> tuple[Turn, ...]:
    """Return the turns that start from `start` until before `end` (UTC), by start.

    Shifts of one person that touch or overlap are one turn, so somebody who is on before and
    after a handoff has none there. Shifts that last only until a handoff is confirmed don't count.
    Outgoing are those of the same rotation if there are any, else all whose time ends then.
    """
    runs = sorted(_runs(shifts), key=lambda run: run.start)
    by_end = sorted(runs, key=lambda run: run.end)
    ends = [run.end for run in by_end]
    starting: dict[datetime, set[str]] = {}
    for run in runs:
        starting.setdefault(run.start, set()).add(run.person)
    found: list[Turn] = []
    for run in runs:
        if not start <= run.start < end:
            continue
        incoming = starting[run.start]
        first = bisect_left(ends, run.start - SHORTLY_BEFORE)
        last = bisect_right(ends, run.start + SHORTLY_AFTER)
        leaving = [
            other for other in by_end[first:last] if other.start < run.start and other.person not in incoming
        ]
        same = [other for other in leaving if other.last_origin == run.first_origin]
        outgoing = tuple(dict.fromkeys(other.person for other in same or leaving))
        found.append(Turn(shifts.schedule, run.person, run.start, run.end, outgoing))
    return tuple(found)


def next_handoff(shifts: Shifts, at: datetime) -> datetime | None:
    """Return the next moment after `at` at which other people are on than at `at`, if known."""
    edges = sorted({edge for shift in shifts.shifts for edge in (shift.start, shift.end)})
    on = set(shifts.on(at))
    return next((edge for edge in edges if edge > at and set(shifts.on(edge)) != on), None)


@dataclass(slots=True)
class _Run:
    person: str
    start: datetime
    end: datetime
    first_origin: str
    last_origin: str


def _runs(shifts: Shifts) -> Iterator[_Run]:
    by_person: dict[str, list[Shift]] = {}
    for shift in shifts.shifts:
        if shift.origin != UNCONFIRMED:
            by_person.setdefault(shift.person, []).append(shift)
    for person, held in by_person.items():
        run: _Run | None = None
        for shift in sorted(held, key=lambda shift: shift.start):
            if run is not None and shift.start <= run.end:
                if shift.end > run.end:
                    run.end, run.last_origin = shift.end, shift.origin
                continue
            if run is not None:
                yield run
            run = _Run(person, shift.start, shift.end, shift.origin, shift.origin)
        if run is not None:
            yield run
