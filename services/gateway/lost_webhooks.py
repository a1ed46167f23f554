"""What the carrier's webhooks did not bring: counted, and told to ops, for a way in is broken."""

from datetime import datetime

import structlog
from prometheus_client import Counter

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.gateway.facts import Facts
from services.runtime.clock import Clock
from services.runtime.log import Unavailable

_log = structlog.get_logger()
RECOVERED = Counter("vigil_recovered_total", "Texts and calls that no webhook brought.", ["what"])
NOT_RECOVERED = Counter(
    "vigil_not_recovered_total",
    "Texts and calls that the carrier lists and that could not be stored.",
)


class LostWebhooks:
    """Tells ops, at most once an hour, that webhooks are lost."""

    def __init__(self, facts: Facts, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self._untold = (0, 0, 0)

    async def found(self, *, texts: int = 0, calls: int = 0, failed: int = 0) -> None:
        """Count what was recovered, or could not be, and tell ops: later, while NATS is away."""
        RECOVERED.labels("text").inc(texts)
        RECOVERED.labels("call").inc(calls)
        NOT_RECOVERED.inc(failed)
        self._untold = (self._untold[0] + texts, self._untold[1] + calls, self._untold[2] + failed)
        if not any(self._untold):
            return
        fault = fault_of(*self._untold, self._clock.now())
        _log.error("webhooks_lost", texts=texts, calls=calls, failed=failed)
        try:
            await self._facts.publish(f"signals.{fault.kind}", fault, fault.id)
        except Unavailable:
            _log.error("fault_not_told", area=fault.area)
        else:
            self._untold = (0, 0, 0)


def fault_of(texts: int, calls: int, failed: int, at: datetime) -> Signal:
    """Return the fault; one an hour for each of the two: recovered, and not even that."""
    if failed:
        what = f"{failed} texts or calls in the carrier's list can't be stored; they are tried again"
    else:
        what = f"{texts} texts and {calls} calls came in late: the carrier's webhooks do not reach us"
    return Signal(
        id=f"webhooks/{'failed' if failed else 'lost'}/{at:%Y-%m-%dT%H}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="webhooks",
        occurred_at=at,
        received_at=at,
        source="gateway",
        note=f"{what}; run `vigil doctor`, read the gateway's log.",
    )
