"""Where time alone may change what a policy does: wall clocks and shifts.

An edge too many costs a look and changes nothing; an edge too few would make the proof untrue.
"""

from collections.abc import Iterable
from datetime import time

from contracts.night import NIGHT_FROM, NIGHT_UNTIL
from contracts.policies import Policy
from contracts.schedules import Shifts
from services.escalation.core import wall_clock
from services.escalation.coverage.instants import instant, moment

_MIDNIGHT = time(0, 0)


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
    found = map(instant, wall_clock.showings(zone, times, moment(start), moment(end)))
    return sorted(edge for edge in found if start < edge < end)
