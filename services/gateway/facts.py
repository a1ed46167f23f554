"""Publishing of facts: acknowledged, or refused to the one who brought them."""

import asyncio

from nats.aio.client import Client
from prometheus_client import Counter

from contracts.values import Value
from services.runtime.log import Unavailable, publish_fact

FACTS = Counter("vigil_gateway_facts_total", "Facts by what became of them.", ["fact", "outcome"])
_PAUSE = 0.1


class Facts:
    """Publishes, trying again for `patience` real seconds: a restart of NATS takes less."""

    def __init__(self, nc: Client, patience: float) -> None:
        self._nc = nc
        self._patience = patience

    async def publish(self, subject: str, value: Value, message_id: str) -> bool:
        """Publish once; return False when it had been published before. Raises Unavailable."""
        name = str(getattr(value, "type", "signal"))
        data = value.model_dump_json().encode()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        repeated = False
        while True:
            try:
                # Our own repetition after a lost acknowledgement looks like a duplicate, but is none.
                new = await publish_fact(self._nc, subject, data, message_id) or repeated
            except Unavailable:
                repeated = True
                if loop.time() + _PAUSE >= until:
                    FACTS.labels(name, "unavailable").inc()
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                FACTS.labels(name, "new" if new else "duplicate").inc()
                return new
