"""A sender's queue: first in, first out, at so many segments a second."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.mailbox import Mailbox


class Turn:
    """One message's place in the queue: its mailbox is told `sent` or `canceled`."""

    def __init__(self, activity: Activity, parts: int) -> None:
        self.news: Mailbox[str] = Mailbox(activity)
        self.parts = parts
        self.over = False


class SenderQueue:
    """Lets texts out one by one; a text is let out once the segments before it are on air."""

    def __init__(self, activity: Activity, now: Callable[[], datetime], rate: float | None) -> None:
        self._activity = activity
        self._now = now
        self._rate = rate
        self._turns: deque[Turn] = deque()
        self._free_at = now()
        self._working = False

    @property
    def waiting_seconds(self) -> float:
        """Return how long a text queued now would wait for its turn."""
        if self._rate is None:
            return 0.0
        parts = sum(turn.parts for turn in self._turns if not turn.over)
        air = max(0.0, (self._free_at - self._now()).total_seconds())
        return air + parts / self._rate

    def join(self, parts: int) -> Turn:
        """Queue a text of so many segments."""
        turn = Turn(self._activity, parts)
        if self._rate is None:
            turn.news.put("sent")
            return turn
        self._turns.append(turn)
        if not self._working:
            self._working = True
            self._activity.spawn(self._work(self._rate))
        return turn

    async def _work(self, rate: float) -> None:
        while self._turns:
            wait = (self._free_at - self._now()).total_seconds()
            if wait > 0:
                await self._activity.pause(wait)
                continue
            turn = self._turns.popleft()
            if turn.over:
                continue
            self._free_at = self._now() + timedelta(seconds=turn.parts / rate)
            turn.news.put("sent")
        self._working = False
