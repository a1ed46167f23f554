"""Tells ops of deliveries that are parked: once a day for each recipient and reason, as a `system_fault`."""

import structlog
from nats.aio.client import Client

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.gateway.core.outgoing import parked
from services.gateway.core.outgoing.state import Delivery
from services.runtime.clock import Clock
from services.runtime.log import publish_fact

_log = structlog.get_logger()
AREA = "outgoing"


class Telling:
    """Publishes faults. Raises Unavailable."""

    def __init__(self, nc: Client, clock: Clock) -> None:
        self._nc = nc
        self._clock = clock

    async def parked(self, state: Delivery) -> None:
        """Something is parked: of a recipient's many for the same reason, ops hear once a day."""
        now = self._clock.now()
        _log.error("delivery_parked", recipient=state.recipient, reason=state.why, code=state.http)
        signal = Signal(
            id=f"gateway/outgoing/{state.recipient}/{state.why}/{now:%Y-%m-%d}",
            kind=Kind.SYSTEM_FAULT,
            urgency=Urgency.ROUTINE if parked.is_a_matter_of_consent(state.why) else Urgency.SOON,
            area=AREA,
            occurred_at=now,
            received_at=now,
            source="gateway",
            note=parked.note(state.recipient, state.why),
        )
        await publish_fact(
            self._nc, f"signals.{signal.kind.value}", signal.model_dump_json().encode(), signal.id
        )
