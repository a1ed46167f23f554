"""Identifiers and dates in the carrier's own form, drawn from a seeded source."""

import random
import uuid
from datetime import datetime
from email.utils import format_datetime


class Identifiers:
    """A seeded source of sids and tokens, so that a run can be repeated exactly."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def reseed(self, seed: int) -> None:
        """Start again from another seed."""
        self._random = random.Random(seed)

    def sid(self, prefix: str) -> str:
        """Return a new sid: two letters and 32 lower-case hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def token(self) -> str:
        """Return a new idempotency token."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def rfc2822(moment: datetime | None) -> str | None:
    """Return the moment as the carrier writes dates in its replies."""
    return None if moment is None else format_datetime(moment.replace(microsecond=0))
