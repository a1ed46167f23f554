"""How often something may be asked for: in each window so often by one, and so often by all."""

from collections import Counter
from datetime import datetime, timedelta


class Allowance:
    """Counts requests in windows of fixed length; what it remembers ends with the window."""

    def __init__(self, by_one: int, by_all: int, window: timedelta = timedelta(minutes=1)) -> None:
        self._by_one = by_one
        self._by_all = by_all
        self._window = window
        self._began: datetime | None = None
        self._taken: Counter[str] = Counter()

    def take(self, who: str, now: datetime) -> bool:
        """Return whether one more is allowed, and count it if it is."""
        if self._began is None or not timedelta() <= now - self._began < self._window:
            self._began = now
            self._taken.clear()
        if self._taken[who] >= self._by_one or self._taken.total() >= self._by_all:
            return False
        self._taken[who] += 1
        return True
