"""Notes which files came with a patient's text: the record in the bucket `media` is open, and due, at once.

The text is in CARRIER before the carrier's webhook is answered; the durable `gateway_media` hears it until
the record stands. Its key is the carrier's own id of the text, so a repetition makes no second one.
"""

import json
import re
from collections.abc import Iterable

from contracts.carrier import SmsReceived, withheld
from contracts.media import MediaFile, TextMedia
from contracts.privacy import PATIENT_KEY
from services.gateway.core import media, media_addresses
from services.gateway.media_records import MediaRecords
from services.gateway.registry import Registry
from services.runtime.clock import Clock
from services.runtime.consume import Message, Unreadable
from services.runtime.sealing import PatientSeals, SealError, Seals

_URL = re.compile(r"MediaUrl(\d{1,2})")


class MediaIntake:
    """Hears the texts of patients."""

    def __init__(self, records: MediaRecords, registry: Registry, seals: Seals, clock: Clock) -> None:
        self._records = records
        self._registry = registry
        self._seals = seals
        self._clock = clock

    async def heard(self, message: Message) -> None:
        """A patient's text: if files came with it, note that they must be kept."""
        fact = SmsReceived.model_validate_json(message.data)
        now = self._clock.now()
        if not fact.media or now - fact.received_at > media.GIVE_UP:
            return
        await self._seals.have(fact.form, fact.sender_phone)
        patient = await self._patient_of(fact)
        record = TextMedia(patient=patient, sid=fact.sid, at=fact.received_at, count=fact.media, due=now)
        own = await self._seals.for_patient(patient)
        try:
            form = json.loads(self._seals.unseal(fact.form))
        except SealError:
            form = []
        if await is_erased(self._registry, patient, own):
            await self._records.create(media.erased(record))
            return
        files = [
            MediaFile(
                id=media_addresses.media_id(url, fact.sid, place), url=own.seal(url), content_type=announced
            )
            for place, (url, announced) in enumerate(_announced(form))
        ]
        await self._records.create(media.with_files(record, files))

    async def _patient_of(self, fact: SmsReceived) -> str:
        """Return whose text it is, by its key, else by its phone; raises Unreadable and Unavailable."""
        if fact.form.key.startswith(PATIENT_KEY):
            return fact.form.key.removeprefix(PATIENT_KEY)
        try:
            phone = self._seals.unseal(fact.sender_phone)
        except SealError:
            raise Unreadable("whose text it is can't be read") from None
        if withheld(phone):
            raise Unreadable("a file from a number that is withheld")
        refs = self._seals.phone_refs(phone)
        return await self._registry.of_phone(refs) or await self._registry.minted(refs[0])


async def is_erased(registry: Registry, patient: str, own: PatientSeals) -> bool:
    """Return whether the patient's key was erased; one that can't be had for another reason is not."""
    if own.is_own:
        return False
    known = await registry.patient(patient)
    return known is not None and known.erased_at is not None


def _announced(form: object) -> Iterable[tuple[str, str]]:
    """Return address and type of each file that a webhook's form tells of, in order."""
    pairs = form.items() if isinstance(form, dict) else form if isinstance(form, list) else []
    values = {str(name): str(value) for name, value in pairs}
    places = sorted(int(found[1]) for name in values if (found := _URL.fullmatch(name)))
    return [(values[f"MediaUrl{place}"], values.get(f"MediaContentType{place}", "")) for place in places]
