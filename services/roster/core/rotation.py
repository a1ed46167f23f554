"""Rotations: whose turn it is, on the wall clock, and who stands in for somebody on leave."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.schedules import Every, Rotation
from services.roster.core import restriction, spans, wall_clock
from services.roster.core.planned import Planned
from services.roster.core.spans import Span

_MARGIN = timedelta(hours=25)
"""So far beyond the window turns are looked for: zones have skipped a whole day of the calendar."""

Spans = Mapping[str, Sequence[Span]]
"""Merged spans (UTC) for each person."""


def planned(
    rotation: Rotation, zone: ZoneInfo, holidays: Sequence[Span], window: Span, away: Spans, taken: Spans
) -> Iterator[Planned]:
    """Return the shifts of a rotation that may run within a window (UTC), whole.

    `away` says who is on leave when, `taken` when somebody has already agreed to take over
    from them, so that nobody needs to cover. Raises ValueError if the length of a turn is no length.
    """
    if not rotation.people:
        return
    shown = (wall_clock.shown(window[0] - _MARGIN, zone), wall_clock.shown(window[1] + _MARGIN, zone))
    for number, turn in _turns(rotation, shown):
        for part in restriction.allowed(turn, rotation, holidays):
            whole = wall_clock.first(part[0], zone), wall_clock.last(part[1], zone)
            if whole[0] < window[1] and window[0] < whole[1]:
                yield from _staffed(rotation, number, whole, away, taken)


def _turns(rotation: Rotation, shown: Span) -> Iterator[tuple[int, Span]]:
    if rotation.length < 1:
        raise ValueError(f"rotation {rotation.id} has turns of length {rotation.length}; write 1 or more")
    first = datetime.combine(rotation.starts_on, rotation.handoff_at.replace(tzinfo=None))
    number = max(0, _number_at(rotation, first, shown[0]) - 1)
    start = _handoff(rotation, first, number)
    while start <= shown[1] and (rotation.ends_on is None or start.date() <= rotation.ends_on):
        end = _handoff(rotation, first, number + 1)
        yield number, (start, end)
        number, start = number + 1, end


def _handoff(rotation: Rotation, first: datetime, number: int) -> datetime:
    """Return when turn `number` starts, on the wall clock."""
    steps = number * rotation.length
    match rotation.every:
        case Every.HOUR:
            return first + timedelta(hours=steps)
        case Every.DAY:
            return first + timedelta(days=steps)
        case Every.WEEK:
            return first + timedelta(weeks=steps)
        case Every.MONTH:
            year, month = divmod(first.year * 12 + first.month - 1 + steps, 12)
            # The 31st of a month that has none is its last day; the month after it is the 31st again.
            day = min(first.day, monthrange(year, month + 1)[1])
            return datetime.combine(date(year, month + 1, day), first.time())


def _number_at(rotation: Rotation, first: datetime, at: datetime) -> int:
    """Return about which turn runs then: that one or the next."""
    match rotation.every:
        case Every.HOUR:
            return (at - first) // timedelta(hours=rotation.length)
        case Every.DAY:
            return (at - first) // timedelta(days=rotation.length)
        case Every.WEEK:
            return (at - first) // timedelta(weeks=rotation.length)
        case Every.MONTH:
            return ((at.year - first.year) * 12 + at.month - first.month) // rotation.length


def _staffed(rotation: Rotation, number: int, whole: Span, away: Spans, taken: Spans) -> Iterator[Planned]:
    origin = f"rotation {rotation.id}"
    person = rotation.people[number % len(rotation.people)]
    mine = Planned(person, *whole, origin)
    gone = away.get(person, ())
    yield from mine.outside(gone)
    for start, end in spans.inside(whole, gone):
        yield Planned(person, start, end, origin, away=True)
        if rotation.cover:
            for part in spans.outside((start, end), taken.get(person, ())):
                yield from _covered(rotation, number + 1, len(rotation.people) - 1, part, away)


def _covered(rotation: Rotation, number: int, left: int, part: Span, away: Spans) -> Iterator[Planned]:
    if left == 0:
        return
    person = rotation.people[number % len(rotation.people)]
    gone = away.get(person, ())
    yield from Planned(person, *part, f"rotation {rotation.id}").outside(gone)
    for rest in spans.inside(part, gone):
        yield from _covered(rotation, number + 1, left - 1, rest, away)
