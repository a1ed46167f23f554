"""Edges: the moments at which a roster or a clock on the wall may change what a policy does.

Between two neighbours of these edges everything a decision reads stays the same. More edges than
needed do no harm; a missing one would.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time

from contracts.night import NIGHT_FROM, NIGHT_UNTIL
from contracts.policies import Policy
from contracts.schedules import Shifts
from services.escalation.core import wall_clock

_MIDNIGHT = time(0, 0)


def of_shifts(shifts: Mapping[str, Shifts], names: Iterable[str] | None = None) -> set[datetime]:
    """Return when shifts of these schedules (None: of all) begin and end, UTC."""
    chosen = shifts.values() if names is None else [shifts[name] for name in names if name in shifts]
    return {edge for one in chosen for shift in one.shifts for edge in (shift.start, shift.end)}


def of_policy(policy: Policy, start: datetime, end: datetime) -> set[datetime]:
    """Return when its night, its quiet hours and the hours it is for begin and end, UTC."""
    walls = set(_walls(policy))
    return wall_clock.showings(policy.zone, walls, start, end) if walls else set()


def _walls(policy: Policy) -> Iterator[time]:
    if any(step.wait_at_night is not None for step in policy.steps):
        yield from (NIGHT_FROM, NIGHT_UNTIL)
    if policy.hours is not None:
        yield from (policy.hours.quiet_from, policy.hours.until)
    for window in policy.applies.during:
        yield from (_MIDNIGHT, window.start, window.end)
