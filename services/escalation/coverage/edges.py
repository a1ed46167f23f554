"""Where time alone may change what a policy does: wall clocks and shifts.

An edge too many costs a look and changes nothing; an edge too few would make the proof untrue. So
both readings of a wall-clock time are edges, and so is every change of a zone's offset.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.policies import Policy
from contracts.schedules import Shifts
from services.escalation.core.hours import NIGHT_FROM, NIGHT_UNTIL
from services.escalation.coverage.instants import instant, moment

_MIDNIGHT = time(0, 0)
_STRIDE = timedelta(hours=6)


def of_nights(policy: Policy, start: int, end: int) -> list[int]:
    """Return where a wait may change between day and night."""
    if all(step.wait_at_night is None for step in policy.steps):
        return []
    return of_clock(policy.zone, (NIGHT_FROM, NIGHT_UNTIL), start, end)


def of_hours(policy: Policy, start: int, end: int) -> list[int]:
    """Return where the hours in which the policy pages may begin or end."""
    if policy.hours is None:
        return []
    return of_clock(policy.zone, (policy.hours.quiet_from, policy.hours.until, _MIDNIGHT), start, end)


def of_during(policy: Policy, start: int, end: int) -> list[int]:
    """Return where the hours in which the policy applies may begin or end."""
    windows = policy.applies.during
    if not windows:
        return []
    times = {_MIDNIGHT, *(window.start for window in windows), *(window.end for window in windows)}
    return of_clock(policy.zone, times, start, end)


def of_shifts(shifts: Shifts, start: int, end: int) -> list[int]:
    """Return where somebody begins or ends a shift."""
    found = {instant(edge) for shift in shifts.shifts for edge in (shift.start, shift.end)}
    return sorted(edge for edge in found if start < edge < end)


def of_clock(zone: str, times: Iterable[time], start: int, end: int) -> list[int]:
    """Return the instants between the two at which a wall clock may come to show one of these times.

    An unknown zone has no wall clock, and so no edges.
    """
    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return []
    wall = tuple(times)
    found = set(_changes(clock, moment(start), moment(end)))
    day, last = moment(start).date() - timedelta(days=2), moment(end).date() + timedelta(days=2)
    while day <= last:
        for at in wall:
            for fold in (0, 1):
                local = datetime.combine(day, at.replace(tzinfo=None, fold=fold), clock)
                found.add(local.astimezone(UTC))
        day += timedelta(days=1)
    return sorted(edge for edge in map(instant, found) if start < edge < end)


def _changes(clock: ZoneInfo, start: datetime, end: datetime) -> Iterable[datetime]:
    """Yield every moment at which the zone's offset changes, to the second."""
    earlier = start - _STRIDE
    while earlier < end + _STRIDE:
        later = earlier + _STRIDE
        if _offset(earlier, clock) != _offset(later, clock):
            yield _change(clock, earlier, later)
        earlier = later


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    before, after = before.replace(microsecond=0), after.replace(microsecond=0)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, clock) == _offset(before, clock):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, clock: ZoneInfo) -> timedelta | None:
    return at.astimezone(clock).utcoffset()
