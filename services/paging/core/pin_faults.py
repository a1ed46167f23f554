"""What ops are told when somebody gives too many wrong PINs."""

from datetime import datetime

from contracts.signals import Signal
from contracts.values import Kind, Urgency


def too_many_pins(responder: str, until: datetime, now: datetime, source: str) -> Signal:
    """Return the fault; one per time of refusal, however often it is said."""
    return Signal(
        id=f"{source}/pins-{responder}-{until:%Y%m%d%H%M%S}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="pins",
        occurred_at=now,
        received_at=now,
        source=source,
        note=f"{responder} gave five wrong PINs; none is looked at before {until:%H:%M} UTC. Ask them "
        "whether it was they; pages to them, and taking, calling and reaching, go on.",
    )
