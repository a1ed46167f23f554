"""When a starting copy begins to act on what is due: after it has heard what a dead one had in hand.

The server gives such a text to somebody else two seconds after it was handed out, and those that came
behind it at once. A relay made in between would bring them in the wrong order.
"""

import asyncio

from nats.aio.client import Client
from nats.errors import Error

from services.runtime.activity import Activity
from services.runtime.deadlines import DueIndex
from services.runtime.stream_plan import ACK_WAIT

_STREAM, _DURABLE = "CARRIER", "conversation_carrier"
_MOST = ACK_WAIT + 0.5
_EVERY = 0.05


class Beginning:
    """Starts the deadlines, at the latest after so many seconds; other copies act meanwhile."""

    def __init__(self, nc: Client, index: DueIndex, activity: Activity) -> None:
        self._js = nc.jetstream(timeout=1)
        self._index = index
        self._activity = activity
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start them now if nothing is in anybody's hand, else when nothing is. Call it before hearing."""
        if await self._in_hand():
            self._task = asyncio.create_task(self._later())
        else:
            self._index.start()

    async def stop(self) -> None:
        """Wait no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _later(self) -> None:
        with self._activity.work():
            for _ in range(int(_MOST / _EVERY)):
                if not await self._in_hand():
                    break
                await asyncio.sleep(_EVERY)
            self._index.start()

    async def _in_hand(self) -> bool:
        try:
            return bool((await self._js.consumer_info(_STREAM, _DURABLE)).num_ack_pending)
        except Error:
            return False
