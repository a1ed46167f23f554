"""How long the watchdog waits before it says something. Ours; none of them is a clinical cut-off."""

from dataclasses import dataclass
from datetime import timedelta

OUTGOING = "DELIVERIES"
"""What other systems are told. Nobody's safety hangs on it: who hangs may hold up their own for a while."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Spans of the domain's clock."""

    grace: timedelta = timedelta(seconds=5)
    """So long past due, the owner is asked to look again."""
    tell_late: timedelta = timedelta(seconds=30)
    """Still overdue so long after it was asked, ops are told."""
    grace_outgoing: timedelta = timedelta(minutes=10)
    """The same for what other systems are told: a recipient that hangs delays what waits behind it."""
    tell_outgoing: timedelta = timedelta(minutes=30)
    """Still overdue so long after it was asked, it is a fault, told by day."""
    tell_stalled: timedelta = timedelta(seconds=30)
    """So long without progress on what waits in a durable, ops are told."""
    tell_unreachable: timedelta = timedelta(seconds=15)
    """So long without an answer of NATS, ops are told."""
    repeat: timedelta = timedelta(minutes=10)
    """A trouble that goes on is told again after so long, not sooner."""
    settled: timedelta = timedelta(seconds=60)
    """So long without the trouble, ops are told that it is over; sooner it counts as the same one."""
    text_again: timedelta = timedelta(seconds=30)
    """When no ops phone could be texted, it is tried again after so long."""
    full: float = 0.70
    """The share of a stream's bytes from which it is a fault: a full stream refuses appends."""

    def grace_of(self, stream: str) -> timedelta:
        """Return how long past due the owner of that stream's aggregates is asked to look again."""
        return self.grace_outgoing if stream == OUTGOING else self.grace
