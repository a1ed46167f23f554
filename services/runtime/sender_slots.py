"""When each of our numbers may send again: one rate, shared by all copies and services.

A carrier queues what comes faster than a number's rate, and a queue can't be reordered: so at most
a moment's worth is handed over, and what is urgent overtakes on our side.
"""

import json
from datetime import UTC, datetime, timedelta

import nats.errors
import nats.js.errors
from nats.js.kv import KeyValue

from services.runtime.log import Unavailable

AHEAD = timedelta(milliseconds=200)
"""How much of a sender's time may lie in the carrier's queue."""


CREDIBLE = timedelta(minutes=1)
"""A sender that seems busy for longer was booked by a clock that ran ahead: no page waits for that."""


class SenderSlots:
    """Slots of senders, kept by compare-and-set in the bucket `senders`.

    A number without a rate is unlimited and costs nothing here.
    """

    def __init__(self, bucket: KeyValue, segments_per_second: dict[str, float]) -> None:
        self._bucket = bucket
        self._rates = segments_per_second
        self._known: dict[str, tuple[int, datetime]] = {}

    def limited(self, sender: str) -> bool:
        """Return whether the sender has a rate."""
        return sender in self._rates

    async def take(self, sender: str, segments: int, now: datetime) -> timedelta:
        """Take the next slot if it is free now (returns zero), else say how long to wait.

        Raises Unavailable.
        """
        rate = self._rates.get(sender)
        if rate is None:
            return timedelta(0)
        key = sender.lstrip("+")
        for _ in range(20):
            revision, free_at = self._known.get(key) or await self._read(key)
            if free_at - now > AHEAD:
                self._known.pop(key, None)
                revision, free_at = await self._read(key)
                if free_at - now > CREDIBLE:
                    free_at = now
                elif free_at - now > AHEAD:
                    return free_at - now - AHEAD
            after = max(free_at, now) + timedelta(seconds=segments / rate)
            if await self._write(key, revision, after):
                return timedelta(0)
        raise Unavailable(f"sender slot of ...{sender[-2:]} is contended")

    async def book(self, sender: str, segments: int, now: datetime) -> None:
        """Count a text that goes out whatever else is waiting: the sender is busy that much longer.

        Raises Unavailable.
        """
        rate = self._rates.get(sender)
        if rate is None:
            return
        key = sender.lstrip("+")
        for _ in range(20):
            revision, free_at = await self._read(key)
            if await self._write(key, revision, max(free_at, now) + timedelta(seconds=segments / rate)):
                return
        raise Unavailable(f"sender slot of ...{sender[-2:]} is contended")

    async def _read(self, key: str) -> tuple[int, datetime]:
        try:
            entry = await self._bucket.get(key)
        except nats.js.errors.KeyNotFoundError as missing:
            return (getattr(missing, "entry", None) and missing.entry.revision) or 0, datetime.min.replace(
                tzinfo=UTC
            )
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"sender slots: {type(error).__name__}") from error
        return entry.revision or 0, datetime.fromisoformat(json.loads(entry.value or b'""'))

    async def _write(self, key: str, revision: int, free_at: datetime) -> bool:
        value = json.dumps(free_at.isoformat()).encode()
        try:
            written = await self._bucket.update(key, value, last=revision)
        except nats.js.errors.APIError:
            self._known.pop(key, None)
            return False
        except (nats.errors.Error, OSError) as error:
            raise Unavailable(f"sender slots: {type(error).__name__}") from error
        self._known[key] = (written, free_at)
        return True
