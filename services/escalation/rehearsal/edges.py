"""Edges: the moments at which a roster or a clock on the wall may change what a policy does.

Between two neighbours of these edges everything a decision reads stays the same. More edges than
needed do no harm; a missing one would, so each wall time counts in both readings where a clock is
turned back, and each turning of a clock is an edge itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.policies import Policy
from contracts.schedules import Shifts
from services.escalation.core.hours import NIGHT_FROM, NIGHT_UNTIL

_MIDNIGHT = time(0, 0)


def of_shifts(shifts: Mapping[str, Shifts], names: Iterable[str] | None = None) -> set[datetime]:
    """Return when shifts of these schedules (None: of all) begin and end, UTC."""
    chosen = shifts.values() if names is None else [shifts[name] for name in names if name in shifts]
    return {edge for one in chosen for shift in one.shifts for edge in (shift.start, shift.end)}


def of_policy(policy: Policy, start: datetime, end: datetime) -> set[datetime]:
    """Return when its night, its quiet hours and the hours it is for begin and end, UTC."""
    try:
        zone = ZoneInfo(policy.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return set()
    walls = set(_walls(policy))
    if not walls:
        return set()
    found = {
        datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)
        for day in _days(start.astimezone(zone).date(), end.astimezone(zone).date())
        for wall in walls
        for fold in (0, 1)
    }
    return found | set(turnings(zone, start, end))


def turnings(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC, to the second) at which the clocks of a zone are turned."""
    step, at = timedelta(hours=6), start.astimezone(UTC).replace(microsecond=0)
    while at < end:
        if _offset(at, zone) != _offset(at + step, zone):
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _offset(middle, zone) == _offset(low, zone) else (low, middle)
            yield high
        at += step


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _walls(policy: Policy) -> Iterator[time]:
    if any(step.wait_at_night is not None for step in policy.steps):
        yield from (NIGHT_FROM, NIGHT_UNTIL)
    if policy.hours is not None:
        yield from (policy.hours.quiet_from, policy.hours.until)
    for window in policy.applies.during:
        yield from (_MIDNIGHT, window.start, window.end)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(-1, (last - first).days + 2):
        yield first + timedelta(days=number)
