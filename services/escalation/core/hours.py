"""Night and office hours on the policy's clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.policies import Policy, Step
from contracts.values import Urgency

NIGHT_FROM = time(22, 0)
NIGHT_UNTIL = time(7, 0)
"""Night, for `wait_at_night`."""
SHORTEST_WAIT = timedelta(seconds=1)
"""A wait of zero in a policy must not page round after round within one moment."""


def wait_of(step: Step, policy: Policy, now: datetime) -> timedelta:
    """Return how long the step waits if it begins now."""
    local = _local(policy, now)
    at_night = local is not None and _within(local.time(), NIGHT_FROM, NIGHT_UNTIL)
    wait = step.wait_at_night if at_night and step.wait_at_night is not None else step.wait
    return max(wait, SHORTEST_WAIT)


def paging_begins(policy: Policy, urgency: Urgency, now: datetime) -> datetime:
    """Return now, or the next morning of the policy's hours; imminent and urgent never wait."""
    local = _local(policy, now)
    if policy.hours is None or urgency.rank >= Urgency.URGENT.rank or local is None:
        return now
    if not _within(local.time(), policy.hours.quiet_from, policy.hours.until):
        return now
    morning = _on_clock(local, policy.hours.until)
    return morning if morning > now else _on_clock(local + timedelta(days=1), policy.hours.until)


def _on_clock(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, day.tzinfo).astimezone(UTC)


def _local(policy: Policy, now: datetime) -> datetime | None:
    """An unknown zone has no night: better paged at a bad hour than not."""
    try:
        return now.astimezone(ZoneInfo(policy.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _within(at: time, start: time, end: time) -> bool:
    return start <= at < end if start <= end else at >= start or at < end
