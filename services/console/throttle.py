"""How often one address may try something: so many at once, and so many a minute after that."""

from collections.abc import Callable
from datetime import datetime

_MOST = 10_000
"""Addresses remembered; beyond that those longest quiet are forgotten."""


class Throttle:
    """A bucket of tries for each address, filled with time. In memory: a restart fills them all."""

    def __init__(self, per_minute: int, now: Callable[[], datetime]) -> None:
        self._most = float(per_minute)
        self._now = now
        self._left: dict[str, tuple[datetime, float]] = {}

    def allows(self, address: str) -> bool:
        """Count one try; return whether it may be looked at."""
        now = self._now()
        at, left = self._left.pop(address, (now, self._most))
        left = min(self._most, left + (now - at).total_seconds() / 60 * self._most)
        self._left[address] = (now, left - 1 if left >= 1 else left)
        if len(self._left) > _MOST:
            self._left.pop(next(iter(self._left)))
        return left >= 1
