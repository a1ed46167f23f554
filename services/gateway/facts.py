"""Publishing of facts: acknowledged, or refused to the one who brought them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nats.aio.client import Client
from prometheus_client import Counter

from contracts.values import Value
from services.runtime.log import Unavailable, publish_fact

FACTS = Counter("vigil_gateway_facts_total", "Facts by what became of them.", ["fact", "outcome"])
_PAUSE = 0.1


T = TypeVar("T")


class Facts:
    """Publishes, trying again for `patience` real seconds: a restart of NATS takes less."""

    def __init__(self, nc: Client, patience: float) -> None:
        self._nc = nc
        self._patience = patience

    async def publish(self, subject: str, value: Value, message_id: str) -> bool:
        """Publish once; return False when it had been published before. Raises Unavailable."""
        name = str(getattr(value, "type", "signal"))
        data = value.model_dump_json().encode()
        tries = 0

        async def once() -> bool:
            nonlocal tries
            tries += 1
            # Our own repetition after a lost acknowledgement looks like a duplicate, but is none.
            return await publish_fact(self._nc, subject, data, message_id) or tries > 1

        try:
            new = await self._patiently(once, self._patience)
        except Unavailable:
            FACTS.labels(name, "unavailable").inc()
            raise
        FACTS.labels(name, "new" if new else "duplicate").inc()
        return new

    async def read(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what `ask` reads, trying again for half the patience. Raises Unavailable."""
        return await self._patiently(ask, self._patience / 2)

    async def _patiently(self, ask: Callable[[], Awaitable[T]], seconds: float) -> T:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            try:
                return await ask()
            except Unavailable:
                if loop.time() + _PAUSE >= until:
                    raise
                await asyncio.sleep(_PAUSE)
