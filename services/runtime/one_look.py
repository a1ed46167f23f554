"""Looking again: at every change, and at a moment set by the look itself; one look at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from services.runtime.activity import Activity
from services.runtime.clock import Clock


class OneLook:
    """However much changes at once, one look sees all of it.

    `look` returns when to look again by itself, None: not before the next change. Raises nothing of
    its own.
    """

    def __init__(
        self, name: str, clock: Clock, activity: Activity, look: Callable[[], Awaitable[datetime | None]]
    ) -> None:
        self._name = name
        self._clock = clock
        self._activity = activity
        self._look = look
        self._changed = asyncio.Event()
        self._running = False
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Look once, and go on looking."""
        self._running = True
        await self._wake()

    async def stop(self) -> None:
        """Look no more; a look under way ends first."""
        self._running = False
        self._clock.forget(self._name)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def changed(self) -> None:
        """What is looked at changed; before the start that is no news."""
        if not self._running:
            return
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._until_still())

    async def _until_still(self) -> None:
        with self._activity.work():
            while self._changed.is_set() and self._running:
                self._changed.clear()
                await self._once()

    async def _wake(self) -> None:
        with self._activity.work():
            await self._once()

    async def _once(self) -> None:
        async with self._lock:
            again = await self._look()
        if self._running and again is not None:
            self._clock.wake(self._name, again, self._wake)
