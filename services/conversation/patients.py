"""Who a phone belongs to: the buckets `aliases` and `patients`; somebody unknown is minted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Alias, Patient
from contracts.values import Sealed
from services.conversation.core import callers, showing
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.editing import edit
from services.runtime.sealing import SealError, Seals

_log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose phone it is, and the phone; without one, a caller who withholds their number."""

    patient: str
    phone: Sealed | None
    ref: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A patient's record; `stored` says whether there is one, or this is yet to be stored."""

    patient: Patient
    stored: bool


class Patients:
    """Finds patients by their phone. Every method raises Unavailable when NATS does not answer."""

    def __init__(
        self,
        aliases: KeyValue,
        patients: KeyValue,
        seals: Seals,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        self._aliases = aliases
        self._patients = patients
        self._seals = seals
        self._clock = clock
        self._random = random

    async def by_phone(self, ref: str, sealed: Sealed, sid: str) -> Patient:
        """Return the patient whose phone it is; `sid` tells callers apart who withhold their number."""
        owner = await self.whose(ref, sealed, sid)
        found = await self.found(owner)
        if not found.stored:
            await self.store(found.patient)
        return found.patient

    async def whose(self, ref: str, sealed: Sealed, sid: str) -> Owner:
        """Return whose phone it is; somebody unknown is minted, but has no record yet."""
        phone = self._unsealed(sealed)
        if phone is not None and callers.withheld(phone):
            return Owner(callers.patient_of_call(sid), None, None)
        refs = self._seals.phone_refs(phone) if phone is not None else (ref,)
        patient = await self._known(refs[0])
        if patient is None:
            others = [other for other in dict.fromkeys((*refs[1:], ref)) if other != refs[0]]
            older = {other: known for other in others if (known := await self._known(other))}
            patient = await self._alias(refs[0], next(iter(older.values()), None))
            for other in older:
                # Written under the current key by now: the replaced one is not needed for it.
                moved = Alias(patient=patient, since=self._clock.now(), moved_to=refs[0])
                await asked(self._aliases.put(other, moved.model_dump_json().encode()))
        return Owner(patient, sealed, refs[0])

    async def found(self, owner: Owner) -> Found:
        """Return their record, or what it is to be where there is none (after a crash, too)."""
        entry = await asked(self._patients.get(owner.patient))
        fresh = Patient(id=owner.patient, phone=owner.phone, phone_ref=owner.ref)
        if entry is not None:
            try:
                return Found(Patient.model_validate_json(entry.value or b""), True)
            except ValidationError:
                # They are heard all the same; the record stays as it is, for somebody to mend.
                _log.error("patient_unreadable", patient=owner.patient)
                return Found(fresh, True)
        if owner.phone is not None:
            own = await self._seals.for_patient(owner.patient)
            fresh = fresh.model_copy(update={"phone": own.resealed(owner.phone)})
        return Found(fresh, False)

    async def store(self, patient: Patient) -> None:
        """Write the record of somebody new, unless there is one by now."""
        await written(self._patients.create(patient.id, patient.model_dump_json().encode()))

    async def record(self, patient: str) -> Patient | None:
        """Return the patient's record; None: there is none, or it can't be read."""
        entry = await asked(self._patients.get(patient))
        if entry is None:
            return None
        try:
            return Patient.model_validate_json(entry.value or b"")
        except ValidationError:
            _log.error("patient_unreadable", patient=patient)
            return None

    async def opted(self, patient: str, out_at: datetime | None) -> None:
        """Note in the patient's record since when the carrier delivers nothing to them (None: again)."""

        def opted(record: Patient) -> Patient:
            if (record.opted_out_at is None) == (out_at is None):
                return record
            return record.model_copy(update={"opted_out_at": out_at})

        await edit(self._patients, patient, Patient, opted)

    async def contact_ended(self, patient: str, number: int, at: datetime) -> None:
        """Note that the patient took the consent for the contact of that number back; once is enough."""

        def ended(record: Patient) -> Patient:
            one = showing.numbered(record.contacts, number)
            if one is None or one.revoked_at is not None:
                return record
            gone = one.model_copy(update={"revoked_at": at})
            kept = tuple(gone if each.id == gone.id else each for each in record.contacts)
            return record.model_copy(update={"contacts": kept})

        await edit(self._patients, patient, Patient, ended)

    def _unsealed(self, sealed: Sealed) -> str | None:
        try:
            return self._seals.unseal(sealed)
        except SealError:
            return None

    async def _known(self, ref: str) -> str | None:
        entry = await asked(self._aliases.get(ref))
        return Alias.model_validate_json(entry.value or b"").patient if entry is not None else None

    async def _alias(self, ref: str, patient: str | None) -> str:
        """Let the hash stand for that patient, or for a fresh one; return whom it stands for."""
        patient = patient or callers.patient_id(self._random(10))
        alias = Alias(patient=patient, since=self._clock.now()).model_dump_json().encode()
        if await written(self._aliases.create(ref, alias)):
            return patient
        # Another copy minted at the same moment: the first one stands.
        return await self._known(ref) or patient
