"""The bucket `media`: what is kept, what is open, and of which text the carrier's copies may go."""

from collections.abc import Awaitable

from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.media import TextMedia
from services.gateway.core import media
from services.runtime.buckets import asked, written
from services.runtime.deadlines import DueIndex
from services.runtime.follow import Follower
from services.runtime.log import Stored

_PREFIX = "$KV.media."


class MediaRecords:
    """Reads and writes the records; whatever any copy writes feeds this copy's deadlines.

    In memory stands only, for each text, which of its files may go at the carrier. Raises Unavailable.
    """

    def __init__(self, nc: Client, bucket: KeyValue, index: DueIndex) -> None:
        self._bucket = bucket
        self._index = index
        self._may_go: dict[str, frozenset[str] | None] = {}
        self.follower = Follower(nc, "KV_media", self._stored, label="gateway")

    def may_go(self, text: str, file: str) -> bool:
        """Return whether the carrier's copy of a file of a patient's text is needed no more."""
        gone = self._may_go.get(text, frozenset())
        return gone is None or file in gone

    async def create(self, record: TextMedia) -> None:
        """Note that files came; what is known of the text already stands."""
        data = record.model_dump_json().encode()
        await self._written(record, self._bucket.create(record.key, data))

    async def read(self, key: str) -> tuple[TextMedia, int] | None:
        """Return the record and its revision, or None."""
        entry = await asked(self._bucket.get(key))
        if entry is None:
            return None
        record = TextMedia.model_validate_json(entry.value or b"")
        self._index.feed(key, entry.revision or 0, record.due)
        return record, entry.revision or 0

    async def update(self, record: TextMedia, revision: int) -> int | None:
        """Write the record behind that revision; return the new one, or None when another copy was faster."""
        data = record.model_dump_json().encode()
        made = await self._written(record, self._bucket.update(record.key, data, revision))
        if made is None:
            await self.read(record.key)
        return made

    async def _written(self, record: TextMedia, request: Awaitable[int]) -> int | None:
        """Return the revision, once the deadlines know of it; None when somebody else wrote first."""
        revisions: list[int] = []

        async def write() -> int:
            revisions.append(await request)
            return revisions[0]

        if not await written(write()):
            return None
        self._index.feed(record.key, revisions[0], record.due)
        return revisions[0]

    def _stored(self, stored: Stored) -> None:
        key = stored.subject.removeprefix(_PREFIX)
        try:
            record = TextMedia.model_validate_json(stored.data)
        except ValidationError:
            # Removed by `vigil purge` or unreadable: nothing is done about it, and nothing deleted for it.
            self._index.feed(key, stored.sequence, None)
            return
        self._may_go[record.sid] = media.at_carrier_no_more(record)
        self._index.feed(key, stored.sequence, record.due)
