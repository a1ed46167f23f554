"""Work that is done again and again: at start, then at its interval, never twice at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.logging import where
from services.runtime.twilio_client import CarrierUnreachable

_log = structlog.get_logger()


class Rounds:
    """Calls `work`, which returns in how long it wants to be called again (None: at the interval).

    What goes wrong in a round is logged, and the next one tries again.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[timedelta | None]],
        every: timedelta,
        clock: Clock,
        activity: Activity,
    ) -> None:
        self._name = name
        self._work = work
        self._every = every
        self._clock = clock
        self._activity = activity
        self._lock = asyncio.Lock()
        self._first: asyncio.Task[None] | None = None
        self._ended = False

    def start(self) -> None:
        """Begin with a round in the background."""
        self._first = asyncio.create_task(self._round(), name=self._name)

    async def stop(self) -> None:
        """Begin no more rounds; one under way ends first."""
        self._ended = True
        self._clock.forget(self._name)
        if self._first is not None:
            await asyncio.gather(self._first, return_exceptions=True)
        async with self._lock:
            pass

    async def _round(self) -> None:
        async with self._lock:
            if self._ended:
                return
            soon: timedelta | None = None
            with self._activity.work():
                try:
                    soon = await self._work()
                except (CarrierUnreachable, Unavailable) as error:
                    _log.warning("round_put_off", round=self._name, error=type(error).__name__)
                except Exception as error:
                    _log.error(
                        "round_failed", round=self._name, error=type(error).__name__, where=where(error)
                    )
            if not self._ended:
                after = self._every if soon is None else min(soon, self._every)
                self._clock.wake(self._name, self._clock.now() + after, self._round)
