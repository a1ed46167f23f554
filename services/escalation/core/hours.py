"""Night and office hours on the policy's clock.

Theory of the quiet hours: they hold for the whole of a run. Whom time, a pass or a failure would
page in them is paged in the morning, and what would ask the holder asks then. Two things cannot
wait and know no night: a call for help, and a hand-off (911, mobile crisis) until it is confirmed.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.escalations import EscalationStatus
from contracts.night import is_night
from contracts.policies import Hours, Policy, Step
from contracts.values import Urgency
from services.escalation.core.state import Run

SHORTEST_WAIT = timedelta(seconds=1)
"""A wait of zero in a policy must not page round after round within one moment."""


def wait_of(step: Step, policy: Policy, now: datetime) -> timedelta:
    """Return how long the step waits if it begins now."""
    if step.wait_at_night is None:
        return max(step.wait, SHORTEST_WAIT)
    local = _local(policy, now)
    at_night = local is not None and is_night(local.time())
    return max(step.wait_at_night if at_night else step.wait, SHORTEST_WAIT)


def paging_begins(policy: Policy, urgency: Urgency, now: datetime) -> datetime:
    """Return now, or the next morning of the policy's hours; imminent and urgent never wait."""
    if policy.hours is None or urgency.rank >= Urgency.URGENT.rank:
        return now
    local = _local(policy, now)
    if local is None or not _is_quiet(policy.hours, local):
        return now
    return _morning(policy.hours, local, now)


def by_day(run: Run, at: datetime) -> datetime:
    """Return the moment, or the morning after it if it lies in the quiet hours of the run's policy."""
    return paging_begins(run.policy, run.urgency, at) if run.policy is not None else at


def paging_goes_on(run: Run, at: datetime) -> datetime:
    """Return when the run may page people who would be paged at that moment."""
    return at if cannot_wait(run) else by_day(run, at)


def cannot_wait(run: Run) -> bool:
    """Return whether the search knows no night: the holder called for help, or handed the patient off."""
    return run.contested == "help" or run.status is EscalationStatus.HANDED_OFF


def _morning(hours: Hours, local: datetime, now: datetime) -> datetime:
    """The next moment at which the hours are over, also where clocks show it twice or not at all."""
    for days in range(3):
        for fold in (0, 1):
            day = local.date() + timedelta(days=days)
            at = datetime.combine(day, hours.until, local.tzinfo).replace(fold=fold).astimezone(UTC)
            if at > now and not _is_quiet(hours, at.astimezone(local.tzinfo)):
                return at
    return now


def _is_quiet(hours: Hours, local: datetime) -> bool:
    return _within(local.time(), hours.quiet_from, hours.until)


def _local(policy: Policy, now: datetime) -> datetime | None:
    """An unknown zone has no night: better paged at a bad hour than not."""
    try:
        return now.astimezone(ZoneInfo(policy.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _within(at: time, start: time, end: time) -> bool:
    return start <= at < end if start <= end else at >= start or at < end
