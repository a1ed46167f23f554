"""Up to when the carrier's lists were looked at: moments in the bucket `carrier_marks`."""

import json
from datetime import UTC, datetime

import nats.errors
from nats.aio.client import Client
from nats.js.kv import KeyValue

from services.runtime.buckets import asked, written
from services.runtime.log import Unavailable


class CarrierMarks:
    """One moment for each name; several copies may move it. Every method raises Unavailable."""

    def __init__(self, nc: Client, bucket: KeyValue) -> None:
        self._nc = nc
        self._bucket = bucket

    async def read(self, name: str) -> datetime | None:
        """Return the mark, or None when there is none yet."""
        entry = await asked(self._bucket.get(name))
        return datetime.fromisoformat((entry.value or b"").decode()) if entry is not None else None

    async def move(self, name: str, to: datetime) -> None:
        """Move the mark forward; when another copy moved it meanwhile, theirs stands."""
        entry = await asked(self._bucket.get(name))
        value = to.astimezone(UTC).isoformat().encode()
        if entry is None:
            await written(self._bucket.create(name, value))
        elif datetime.fromisoformat((entry.value or b"").decode()) < to:
            await written(self._bucket.update(name, value, last=entry.revision))

    async def first_fact(self) -> datetime | None:
        """Return when the oldest fact that is still in CARRIER was stored; None when it is empty."""
        try:
            reply = await self._nc.request("$JS.API.STREAM.INFO.CARRIER", b"", timeout=2)
            state = json.loads(reply.data)["state"]
        except (nats.errors.Error, OSError, KeyError, ValueError) as error:
            raise Unavailable(f"info of CARRIER: {type(error).__name__}") from error
        if not state["messages"]:
            return None
        # Nanoseconds, of which datetime takes only a part.
        return datetime.fromisoformat(str(state["first_ts"])[:19] + "+00:00")
