"""Faults of the roster: signals to ops. Notes hold ids of schedules and responders, never a name.

Faults of one area share one run, and what joins a run that somebody holds pages nobody. So each
loudness has an area of its own: what must be mended tonight is never lost in a run of what can wait.
"""

from datetime import datetime

from contracts.signals import Signal
from contracts.values import Kind, Urgency


def fault(name: str, note: str, now: datetime, urgency: Urgency = Urgency.URGENT) -> Signal:
    """Return the signal; `name` is stable, so that the same fault told again is one."""
    return Signal(
        id=f"roster/{name}",
        kind=Kind.SYSTEM_FAULT,
        urgency=urgency,
        area=area(urgency),
        occurred_at=now,
        received_at=now,
        source="roster",
        note=note,
    )


def area(urgency: Urgency) -> str:
    """Return the area whose run a fault of that urgency opens or joins."""
    match urgency:
        case Urgency.ROUTINE:
            return "roster-later"
        case Urgency.SOON:
            return "roster-soon"
        case Urgency.URGENT | Urgency.IMMINENT:
            return "roster"
