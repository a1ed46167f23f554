"""Keeps what patients send beside words: fetched from the carrier, sealed, stored, tried until it is done.

The order, and why a kill -9 between any two steps loses nothing:

1. When a record is due, it is written with the intention first: a lease, after which the attempt is taken
   for dead. Of several copies the one whose intention was stored goes on.
2. Each file is fetched, sealed part by part with the patient's key, stored; then the record says so.
   Killed in between, the lease runs out and the files are fetched again, over the same parts.
3. Only what a record says is kept may be deleted at the carrier (`redaction`).

Nothing is sealed with the site's key here: with the patient's key the files end, too.
"""

import asyncio

from prometheus_client import Counter

from contracts.media import MediaFile, MediaStatus, TextMedia
from services.gateway.core import media
from services.gateway.media_fetch import Fetched, Fetcher
from services.gateway.media_intake import is_erased
from services.gateway.media_records import MediaRecords
from services.gateway.media_store import KeyGone, MediaStore
from services.gateway.media_telling import MediaTelling
from services.gateway.registry import Registry
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.sealing import PatientSeals, SealError, Seals
from services.runtime.twilio_client import Carrier, CarrierUnreachable

FILES = Counter("vigil_media_total", "Attempts to keep a patient's file by what came of them.", ["outcome"])
_AT_ONCE = 4
"""Texts whose files are in memory at the same time."""


class MediaKeeping:
    """Tries what is due."""

    def __init__(
        self,
        records: MediaRecords,
        store: MediaStore,
        telling: MediaTelling,
        registry: Registry,
        seals: Seals,
        clock: Clock,
        carrier: Carrier,
        fetcher: Fetcher,
    ) -> None:
        self._records = records
        self._store = store
        self._telling = telling
        self._registry = registry
        self._seals = seals
        self._clock = clock
        self._carrier = carrier
        self._fetcher = fetcher
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def look(self, key: str) -> None:
        """Try what is due. Raises Unavailable; the lease then says when it is tried again."""
        async with self._slots:
            await self._look(key)

    async def _look(self, key: str) -> None:
        found = await self._records.read(key)
        if found is None:
            return
        record, revision = found
        now = self._clock.now()
        if record.status is not MediaStatus.OPEN or (record.due is not None and record.due > now):
            return
        record = media.trying(record, now)
        mine = await self._records.update(record, revision)
        if mine is None:
            return
        record = await self._telling.told(await self._attempt(record))
        await self._records.update(record, mine)

    async def _attempt(self, record: TextMedia) -> TextMedia:
        """Return the record after everything that is missing was asked for once."""
        own = await self._seals.for_patient(record.patient)
        if await is_erased(self._registry, record.patient, own):
            return media.erased(record)
        reasons = []
        if len(record.files) < record.count:
            record, why = await self._listed(record, own)
            reasons.append(why)
        for file in media.missing(record):
            kept, why = await self._kept(record.patient, file, own)
            record = media.with_files(record, [kept])
            reasons.append(why)
            FILES.labels(why or "kept").inc()
        # What may be mended soon decides when it is tried again.
        reasons = sorted(filter(None, reasons), key=lambda why: why in media.HOPELESS)
        return media.settled(record, self._clock.now(), reasons[0] if reasons else "")

    async def _kept(self, patient: str, file: MediaFile, own: PatientSeals) -> tuple[MediaFile, str]:
        """Return the file, kept, or as it was and why it is not."""
        try:
            url = await self._seals.opened(file.url)
            got = await self._fetcher.fetch(url, file.content_type)
            if not isinstance(got, Fetched):
                return file, got.why
            now = self._clock.now()
            return await self._store.keep(patient, file, got.content, got.content_type, own, now), ""
        except (KeyGone, SealError):
            return file, "no_key"
        except Unavailable:
            return file, "not_stored"

    async def _listed(self, record: TextMedia, own: PatientSeals) -> tuple[TextMedia, str]:
        """Ask the carrier which files there are: the webhook was lost, or did not tell all of them."""
        try:
            listed = await self._carrier.media_of(record.sid)
        except CarrierUnreachable:
            return record, "unreachable"
        known = {file.id for file in record.files}
        new = [
            MediaFile(id=one.sid, url=own.seal(one.url), content_type=one.content_type)
            for one in listed
            if one.sid not in known
        ]
        record = media.with_files(record, new)
        return record, "not_there" if len(record.files) < record.count else ""
