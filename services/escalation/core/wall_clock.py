"""When a wall clock comes to show a time: where the mere passing of time may change a decision.

A moment too many costs whoever asks a look; one too few would make a proof untrue. So both readings
count of a time that comes twice, or never, and so does each turning of the clock itself.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_STRIDE = timedelta(hours=6)
_AROUND = timedelta(days=2)
"""No zone's date is further from that of UTC, whichever way its clocks are turned."""


def showings(zone: str, times: Iterable[time], start: datetime, end: datetime) -> set[datetime]:
    """Return every moment (UTC) from `start` to `end` at which that clock may come to show one of these.

    Some shortly before and after may be among them. An unknown zone has no wall clock, and so none.
    """
    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return set()
    walls = tuple(at.replace(tzinfo=None) for at in times)
    found = set(turnings(clock, start, end))
    day, last = (start - _AROUND).date(), (end + _AROUND).date()
    while day <= last:
        for wall in walls:
            for fold in (0, 1):
                found.add(datetime.combine(day, wall.replace(fold=fold), clock).astimezone(UTC))
        day += timedelta(days=1)
    return found


def turnings(clock: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC, to the second) around that span at which the clock's offset changes."""
    at = start.astimezone(UTC).replace(microsecond=0) - _STRIDE
    while at < end + _STRIDE:
        if _offset(at, clock) != _offset(at + _STRIDE, clock):
            yield _turning(clock, at, at + _STRIDE)
        at += _STRIDE


def _turning(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, clock) == _offset(before, clock):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, clock: ZoneInfo) -> timedelta | None:
    return at.astimezone(clock).utcoffset()
