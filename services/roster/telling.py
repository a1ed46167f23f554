"""What ops are told of the roster: schedules that can't be compiled, and gaps that are near.

Pure: it makes the signals, `app` publishes them. The notes hold ids of schedules and responders,
never a name.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.roster.core import Gap, Why

AHEAD = timedelta(hours=24)
"""So far ahead a gap is told: the next night is always within it. Ours, no clinical cut-off."""


def of_failure(schedule: str, reason: str, now: datetime) -> Signal:
    """Return the fault of a schedule that can't be compiled; one an hour for each schedule."""
    kind = reason.partition(":")[0]
    return _fault(
        f"roster/schedule-{schedule}-{now:%Y%m%dT%H}",
        f"Schedule {schedule} can't be compiled ({kind}). Its shifts so far stand, and run out. "
        "Mend it and apply it again.",
        now,
    )


def of_gaps(gaps: Iterable[Gap], now: datetime) -> tuple[Signal, ...]:
    """Return a fault for each gap; one a day for each, and one more when it begins."""
    return tuple(_of_gap(gap, now) for gap in gaps)


def _of_gap(gap: Gap, now: datetime) -> Signal:
    begins = "now" if gap.start <= now else f"{gap.start:%Y%m%dT%H%M}"
    span = f"from {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC"
    who = (
        f"only {', '.join(gap.people)} on, who can't be reached"
        if gap.why is Why.UNREACHABLE
        else "nobody is on"
    )
    return _fault(
        f"roster/gap-{gap.schedule}-{begins}-{now:%Y%m%d}",
        f"Schedule {gap.schedule}: {who}, {span}. Add an override, or a working contact method.",
        now,
    )


def _fault(name: str, note: str, now: datetime) -> Signal:
    return Signal(
        id=name,
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="roster",
        occurred_at=now,
        received_at=now,
        source="roster",
        note=note,
    )
