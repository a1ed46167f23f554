"""A decision in the making: the events so far, and the state after each of them."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.escalations import EscalationEvent
from services.escalation.core.evolve import evolve
from services.escalation.core.inputs import World
from services.escalation.core.state import Run


@dataclass
class Draft:
    """The only thing in the core that changes; it lives as long as one call of `decide`."""

    run: Run
    now: datetime
    world: World
    events: list[EscalationEvent] = field(default_factory=list)
    paged: set[str] = field(default_factory=set)
    """Responders paged in this decision: nobody is paged twice at once."""

    def add(self, event: EscalationEvent) -> None:
        """Say that this happened; rules that follow see the state after it."""
        self.events.append(event)
        self.run = evolve(self.run, event)
