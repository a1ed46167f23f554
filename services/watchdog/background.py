"""Work that goes on beside the looks: texts, scans. A slow carrier must not make the watchdog blind."""

import asyncio
import contextlib
from collections.abc import Coroutine

import structlog

from services.runtime.activity import Activity

_log = structlog.get_logger()


class Background:
    """Tasks of the watchdog, counted so that a stepped clock can wait for them."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Begin it; what it raises is logged."""
        # Counted before the task first runs: whoever waits for quiet must not slip in between.
        counted = contextlib.ExitStack()
        counted.enter_context(self._activity.work())
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: counted.close())
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("watchdog_task_failed", error=type(error).__name__)
