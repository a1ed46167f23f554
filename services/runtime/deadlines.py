"""The due index: when each open aggregate acts again, as a view of the log's headers.

Every copy of a service keeps its own, so that any of them meets a deadline; the optimistic append
lets one win. One wake of the clock stands at the earliest due.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter, Histogram

from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.logging import where

_log = structlog.get_logger()
LATENESS = Histogram(
    "vigil_deadline_lateness_seconds",
    "How late a deadline was looked at.",
    ["stream"],
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60),
)
STUCK = Counter("vigil_deadline_stuck_total", "Deadlines that were still due after a decision.", ["stream"])
_AGAIN = timedelta(seconds=30)
_BACK = timedelta(seconds=2)
_AT_ONCE = 32
_AT_ONE_MOMENT = 200
"""More looks than that at one moment, each with a commit, are a loop."""


class DueIndex:
    """(due, subject) of all that is open; calls `look` for each whose moment has come."""

    def __init__(
        self, name: str, clock: Clock, look: Callable[[str], Awaitable[None]], activity: Activity
    ) -> None:
        self._name = name
        self._clock = clock
        self._look = look
        self._activity = activity
        self._due: dict[str, tuple[int, datetime]] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._armed: datetime | None = None
        self._looking: set[str] = set()
        self._failures: dict[str, int] = {}
        self._same: dict[str, int] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = False
        self.lateness: list[float] | None = None
        """Set to a list to keep every lateness in seconds (benchmarks)."""

    def __len__(self) -> int:
        return len(self._due)

    def feed(self, subject: str, sequence: int, due: datetime | None) -> None:
        """Learn from a commit; one that is older than what is known changes nothing."""
        known = self._due.get(subject)
        if known is not None and (known[0] > sequence or known == (sequence, due)):
            # A copy's own commits come twice: when it made them, and from the stream.
            return
        if due is None:
            self._due.pop(subject, None)
            return
        self._due[subject] = (sequence, due)
        heapq.heappush(self._heap, (due, subject))
        self._arm()

    def start(self) -> None:
        """Begin to act on what is due; until then the index only learns."""
        self._started = True
        self._arm()

    async def stop(self) -> None:
        """Act no more; what is under way ends first."""
        self._started = False
        self._clock.forget(self._name)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def earliest(self) -> datetime | None:
        """Return the next moment at which something is due, or None."""
        while self._heap:
            due, subject = self._heap[0]
            if subject not in self._looking and self._due.get(subject, (0, None))[1] == due:
                return due
            heapq.heappop(self._heap)
        return None

    def _arm(self) -> None:
        if not self._started:
            return
        earliest = self.earliest()
        # A wake that lies behind us was lost, whatever lost it: the next commit sets a new one.
        lost = self._armed is not None and self._armed < self._clock.now()
        if earliest is not None and (self._armed is None or earliest < self._armed or lost):
            self._armed = earliest
            self._clock.wake(self._name, earliest, self._tick)

    async def _tick(self) -> None:
        self._armed = None
        now = self._clock.now()
        while self._started and (due := self.earliest()) is not None and due <= now:
            _, subject = heapq.heappop(self._heap)
            self._looking.add(subject)
            lateness = (now - due).total_seconds()
            LATENESS.labels(self._name).observe(lateness)
            if self.lateness is not None:
                self.lateness.append(lateness)
            task = asyncio.create_task(self._one(subject, due))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._arm()

    async def _one(self, subject: str, due: datetime) -> None:
        before = self._due.get(subject)
        with self._activity.work():
            try:
                async with self._slots:
                    await self._look(subject)
            except Exception as error:
                _log.warning(
                    "deadline_failed", index=self._name, error=type(error).__name__, where=where(error)
                )
                self._failures[subject] = failures = self._failures.get(subject, 0) + 1
                # NATS away is no fault of this one: it must not be late when NATS is back.
                most = _BACK if isinstance(error, Unavailable) else _AGAIN
                self._delay(subject, due, min(timedelta(seconds=2 ** min(failures, 5)), most))
            else:
                self._failures.pop(subject, None)
            finally:
                self._looking.discard(subject)
                self._again(subject, due, before[0] if before is not None else 0)

    def _again(self, subject: str, due: datetime, sequence: int) -> None:
        known = self._due.get(subject)
        looks = self._same.pop(subject, 0) + 1
        if known is None:
            return
        if known[1] == due and known[0] != sequence and looks < _AT_ONE_MOMENT:
            # Something was committed, and what comes next is due at the very moment of what was done.
            self._same[subject] = looks
            heapq.heappush(self._heap, (due, subject))
            self._arm()
        elif known[1] == due:
            STUCK.labels(self._name).inc()
            _log.error("deadline_stuck", index=self._name)
            self._delay(subject, due, _AGAIN)
        else:
            heapq.heappush(self._heap, (known[1], subject))
            self._arm()

    def _delay(self, subject: str, due: datetime, by: timedelta) -> None:
        known = self._due.get(subject)
        if known is not None and known[1] == due:
            later = self._clock.now() + by
            self._due[subject] = (known[0], later)
            heapq.heappush(self._heap, (later, subject))
            self._arm()


def parse_due(header: str | None) -> datetime | None:
    """Return the moment of a due header, or None when there is none."""
    return datetime.fromisoformat(header).astimezone(UTC) if header else None
