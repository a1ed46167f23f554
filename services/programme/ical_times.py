"""When an event of a calendar takes place: once, or as often as its rule says, in a window.

Rules are followed on the wall clock of the event's own zone, as people read a roster: a shift
from 20:00 to 08:00 ends at 08:00 on the two odd nights of the year too. Where a wall clock shows
a time twice, or never, a shift starts at the earlier reading and ends at the later one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Event

MOST = 3000
"""More shifts from one event, within the three months that are compiled, are a mistake."""

Span = tuple[datetime, datetime]


class Unfit(Exception):
    """An event can't be read as shifts: the property that stands in the way, and what to do."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        self.text = text
        super().__init__(f"{field}: {text}")


@dataclass(frozen=True, slots=True)
class _Wall:
    """A reading of the wall clock in a zone."""

    naive: datetime
    zone: tzinfo

    def bounds(self, later: timedelta = timedelta()) -> Span:
        """Return the earliest and the latest moment (UTC) that this reading, or a later one, means."""
        wall = (self.naive + later).replace(tzinfo=self.zone)
        both = (wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
        return min(both), max(both)


def spans(
    event: Event, zone: tzinfo, since: datetime, through: datetime, moved: frozenset[datetime] = frozenset()
) -> tuple[Span, ...]:
    """Return the event's spans (UTC) that end after `since` and start before `through`.

    `zone` is where all-day events and times without a zone stand. `moved` holds the starts that
    other events of the same UID replace. Raises Unfit.
    """
    begin = _wall(_one(event, "DTSTART"), "DTSTART", zone)
    length = _length(event, begin, zone)
    found: dict[Span, None] = {}
    for wall, its_length in _walls(event, begin, length, since, through):
        span = (wall.bounds()[0], wall.bounds(its_length)[1])
        if span[0] not in moved and since < span[1] and span[0] < through:
            found[span] = None
        if len(found) > MOST:
            raise Unfit(
                "RRULE", f"makes more than {MOST} shifts; give each shift its length, not each minute"
            )
    return tuple(found)


def moved_from(event: Event, zone: tzinfo) -> datetime | None:
    """Return the start (UTC) of the occurrence that this event replaces, or None. Raises Unfit."""
    if "RECURRENCE-ID" not in event:
        return None
    held = _one(event, "RECURRENCE-ID")
    if "RANGE" in held.params:
        raise Unfit("RECURRENCE-ID", "changes all that follow (RANGE); export the calendar without it")
    return _wall(held, "RECURRENCE-ID", zone).bounds()[0]


def _walls(
    event: Event, begin: _Wall, length: timedelta, since: datetime, through: datetime
) -> Iterator[tuple[_Wall, timedelta]]:
    if "EXRULE" in event:
        raise Unfit("EXRULE", "is not followed; export the exceptions as EXDATE")
    days, moments = _left_out(event, begin.zone)
    starts = [*_ruled(event, begin, since - length, through)] if "RRULE" in event else [begin.naive]
    for naive in starts:
        if naive not in moments and naive.date() not in days:
            yield _Wall(naive, begin.zone), length
    for value in _listed(event, "RDATE"):
        held, its_length = value, length
        if isinstance(value, tuple):  # a period: from, and until or how long
            held, rest = value
            its_length = rest if isinstance(rest, timedelta) else rest - held
        yield _reading(held, begin.zone), its_length


def _ruled(event: Event, begin: _Wall, since: datetime, through: datetime) -> list[datetime]:
    rule: Any = event.get("RRULE")
    if isinstance(rule, list):
        raise Unfit("RRULE", "stands twice in one event; write two events")
    frequency = str(rule.get("FREQ", [""])[0])
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise Unfit("RRULE", f"repeats {frequency or 'by no rule'}; shifts repeat DAILY or more rarely")
    parts = [part for part in rule.to_ical().decode().split(";") if not part.startswith("UNTIL=")]
    for until in rule.get("UNTIL", ()):
        last = _naive(until, begin.zone)
        last = last if isinstance(until, datetime) else datetime.combine(until, time(23, 59, 59))
        parts.append(f"UNTIL={last:%Y%m%dT%H%M%S}")
    try:
        followed = rrulestr(f"RRULE:{';'.join(parts)}", dtstart=begin.naive)
    except (ValueError, TypeError) as error:
        raise Unfit("RRULE", f"can't be followed ({error}); correct it") from None
    day = timedelta(days=1)  # room for the zone's offset
    first, last = (at.astimezone(UTC).replace(tzinfo=None) for at in (since - day, through + day))
    return list(followed.between(first, last, inc=True))


def _left_out(event: Event, zone: tzinfo) -> tuple[set[date], set[datetime]]:
    """Return what EXDATE takes out: whole days, and moments on the event's wall clock."""
    values = list(_listed(event, "EXDATE"))
    days = {value for value in values if not isinstance(value, datetime)}
    return days, {_naive(value, zone) for value in values if isinstance(value, datetime)}


def _listed(event: Event, name: str) -> Iterator[Any]:
    held = event.get(name, [])
    for each in held if isinstance(held, list) else [held]:
        for value in each.dts:
            yield value.dt


def _one(event: Event, name: str) -> Any:
    held = event.get(name)
    if held is None:
        raise Unfit(name, "is missing; add it")
    if isinstance(held, list):
        raise Unfit(name, "stands twice in one event; keep one")
    return held


def _length(event: Event, begin: _Wall, zone: tzinfo) -> timedelta:
    if "DTEND" in event:
        end = _wall(_one(event, "DTEND"), "DTEND", zone)
        if end.zone is begin.zone or end.zone == begin.zone:
            length = end.naive - begin.naive
        else:
            length = _naive(end.bounds()[1], begin.zone) - begin.naive
        if length <= timedelta():
            raise Unfit("DTEND", "is not after DTSTART; a shift over midnight ends on the next day")
        return length
    if "DURATION" in event:
        duration: timedelta = _one(event, "DURATION").dt
        if duration <= timedelta():
            raise Unfit("DURATION", "is no length of time; write how long the shift lasts: PT12H")
        return duration
    if not isinstance(_one(event, "DTSTART").dt, datetime):
        return timedelta(days=1)
    raise Unfit("DTEND", "is missing, and so is DURATION; say when the shift ends")


def _wall(held: Any, name: str, zone: tzinfo) -> _Wall:
    value = held.dt
    named = held.params.get("TZID")
    if named and isinstance(value, datetime) and value.tzinfo is None:
        raise Unfit(name, f"stands in {str(named)!r}, no known time zone; name an IANA zone")
    return _reading(value, zone)


def _naive(value: date | datetime, zone: tzinfo) -> datetime:
    """Return what the wall clock of that zone shows then."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(zone).replace(tzinfo=None)
    return _reading(value, zone).naive


def _reading(value: date | datetime, zone: tzinfo) -> _Wall:
    """Return a date, a floating time or a moment as a reading in its own zone, or else in this one."""
    if not isinstance(value, datetime):
        return _Wall(datetime.combine(value, time()), zone)
    if value.tzinfo is None:
        return _Wall(value, zone)
    return _Wall(value.replace(tzinfo=None), value.tzinfo)
