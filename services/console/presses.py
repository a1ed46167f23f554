"""A press becomes a fact. Only its acknowledgement makes it true: until then the page says it is not sent."""

import asyncio

from nats.aio.client import Client

from contracts.console import Pressed
from contracts.replies import TALK
from services.runtime.log import Unavailable, publish_fact

PATIENCE = 8.0
"""Real seconds to go on trying while NATS does not answer; the browser tries again after that."""
_PAUSE = 0.2


class Presses:
    """Publishes what was pressed. Raises Unavailable when it could not be stored in time."""

    def __init__(self, nc: Client, patience: float = PATIENCE) -> None:
        self._nc = nc
        self._patience = patience

    async def publish(self, pressed: Pressed) -> bool:
        """Store it; the same form sent again is stored once. Returns whether it was new."""
        lane = "talk" if pressed.key in TALK else "page"
        subject = f"console.pressed.{lane}.{pressed.responder}"
        data, name = pressed.model_dump_json().encode(), f"press:{pressed.responder}:{pressed.id}"
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        while True:
            try:
                return await publish_fact(self._nc, subject, data, name)
            except Unavailable:
                if loop.time() >= until:
                    raise
                await asyncio.sleep(_PAUSE)
