"""Named wakes in the order of their moments: what a clock of ours keeps that no library fires."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime

Callback = Callable[[], Awaitable[None]]


class Wakes:
    """Each name stands once: its last wish counts."""

    def __init__(self) -> None:
        self._wanted: dict[str, tuple[int, Callback]] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._numbers = itertools.count()

    def put(self, name: str, at: datetime, callback: Callback) -> None:
        """Keep a wake; it replaces an earlier one of the same name."""
        number = next(self._numbers)
        self._wanted[name] = (number, callback)
        heapq.heappush(self._heap, (at, number, name))

    def forget(self, name: str) -> None:
        """Drop the wake of that name, if there is one."""
        self._wanted.pop(name, None)

    def clear(self) -> None:
        """Drop every wake."""
        self._wanted.clear()

    def next(self) -> datetime | None:
        """Return the earliest moment somebody waits for, or None."""
        while self._heap:
            at, number, name = self._heap[0]
            if self._wanted.get(name, (None,))[0] == number:
                return at
            heapq.heappop(self._heap)
        return None

    def take(self) -> Callback:
        """Return what is to be called at `next`, and keep it no longer."""
        _, _, name = heapq.heappop(self._heap)
        return self._wanted.pop(name)[1]

    async def sleep(self, until: datetime, wake: Callable[[str, datetime, Callback], None]) -> None:
        """Return once a wake at that moment, set by `wake`, has come."""
        done = asyncio.Event()

        async def over() -> None:
            done.set()

        name = f"sleep-{next(self._numbers)}"
        wake(name, until, over)
        try:
            await done.wait()
        finally:
            self.forget(name)
