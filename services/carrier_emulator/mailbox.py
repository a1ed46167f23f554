"""A queue of what happens to one leg of a call, awaited by the one task that owns the leg."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

from services.carrier_emulator.activity import Activity

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Items in the order they were put, with a wait that does not keep the clock from moving."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._items: deque[T] = deque()
        self._signal: asyncio.Future[None] | None = None

    def put(self, item: T) -> None:
        """Add an item and wake the owner."""
        self._items.append(item)
        if self._signal is not None:
            self._activity.settle(self._signal)

    async def receive(self, seconds: float | None) -> T | None:
        """Return the next item, or None once that many domain seconds have passed."""
        if not self._items and (seconds is None or seconds > 0):
            self._signal = asyncio.get_running_loop().create_future()
            try:
                await self._activity.wait(self._signal, seconds)
            finally:
                self._signal = None
        return self._items.popleft() if self._items else None
