"""How much is under way in a process: what lets a stepped clock wait for quiet."""

from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """Counts work in progress, and everything ever begun."""

    def __init__(self) -> None:
        self.now = 0
        self.begun = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """Count one piece of work while the block runs."""
        self.now += 1
        self.begun += 1
        try:
            yield
        finally:
            self.now -= 1
