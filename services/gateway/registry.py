"""Who is who among patients: the buckets `patients` and `aliases`. Raises Unavailable throughout."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from nats.js.kv import KeyValue

from contracts.people import Alias, Patient
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.sealing import Seals

T = TypeVar("T")
_TRIES = 8


@dataclass(frozen=True)
class Owner:
    """Whom an alias stands for, and whether it was made just now."""

    patient: str
    is_new: bool


class Registry:
    """Finds and mints patients. An alias is made by KV create: of two who mint, the first one stands."""

    def __init__(
        self, patients: KeyValue, aliases: KeyValue, seals: Seals, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._patients = patients
        self._aliases = aliases
        self._seals = seals
        self._clock = clock
        self._new_id = new_id
        self._recorded: set[str] = set()
        """Patients whose record was seen, so that not each fact asks for it."""

    async def of_phone(self, refs: tuple[str, ...]) -> str | None:
        """Return the patient that one of these hashes stands for, or None; the first is the current one.

        What is found under a replaced key is written under the current one, so that the other can go.
        """
        for ref in refs:
            if (patient := await self._alias(ref)) is not None:
                if ref != refs[0]:
                    await self._moved(ref, refs[0], patient)
                return patient
        return None

    async def of_outside_id(self, source: str, outside_id: str) -> str | None:
        """Return the patient that an outside id stands for, or None."""
        # The same hash as Seals.alias, under every key that is still valid.
        return await self.of_phone(self._seals.phone_refs(f"{source}\0{outside_id}"))

    async def found_or_minted(self, source: str, outside_id: str, adopted: str | None = None) -> Owner:
        """Return whom an outside id stands for; somebody unknown gets `adopted` or a fresh id."""
        known = await self.of_outside_id(source, outside_id)
        if known is not None:
            if known not in self._recorded:
                # Whoever minted it may have died between alias and record.
                await self._record(known)
            return Owner(known, False)
        fresh = adopted or self._new_id()
        key = self._seals.alias(source, outside_id)
        if not await self._create_alias(key, fresh):
            return Owner(await self._alias(key) or fresh, False)
        await self._record(fresh)
        return Owner(fresh, True)

    async def minted(self, ref: str) -> str:
        """Let a phone's hash stand for somebody new, unless somebody was faster; return for whom.

        Their record is the crisis line's to write, with the first text.
        """
        return await self.claim_phone(ref, self._new_id())

    async def claim_phone(self, ref: str, patient: str) -> str:
        """Let a phone's hash stand for the patient unless it is taken; return whose it is."""
        if await self._create_alias(ref, patient):
            return patient
        return await self._alias(ref) or patient

    async def give_phone(self, ref: str, patient: str) -> None:
        """Let a phone's hash stand for another patient from now on."""
        await asked(self._aliases.put(ref, self._value(patient)))

    async def free_phone(self, ref: str, patient: str) -> None:
        """Forget that a phone's hash stands for the patient, if it does."""
        if await self._alias(ref) == patient:
            await asked(self._aliases.delete(ref))

    async def patient(self, name: str) -> Patient | None:
        """Return a patient's record, or None."""
        entry = await asked(self._patients.get(name))
        return Patient.model_validate_json(entry.value or b"") if entry is not None else None

    async def change(self, name: str, change: Callable[[Patient], Patient]) -> tuple[Patient, Patient]:
        """Change a patient's record, and return it as it was and as it is."""
        for _ in range(_TRIES):
            entry = await asked(self._patients.get(name))
            before = Patient.model_validate_json(entry.value or b"") if entry else Patient(id=name)
            after = change(before)
            data = after.model_dump_json().encode()
            write = self._patients.update(name, data, last=entry.revision or 0) if entry else None
            if await written(write or self._patients.create(name, data)):
                return before, after
        raise Unavailable("the patient's record is contended")

    async def _record(self, patient: str) -> None:
        """See that there is a record of them; one that is there stays as it is."""
        if await asked(self._patients.get(patient)) is None:
            await written(self._patients.create(patient, Patient(id=patient).model_dump_json().encode()))
        self._recorded.add(patient)

    async def _alias(self, key: str) -> str | None:
        entry = await asked(self._aliases.get(key))
        return Alias.model_validate_json(entry.value or b"").patient if entry is not None else None

    async def _moved(self, ref: str, current: str, patient: str) -> None:
        await self._create_alias(current, patient)
        moved = Alias(patient=patient, since=self._clock.now(), moved_to=current)
        await asked(self._aliases.put(ref, moved.model_dump_json().encode()))

    async def _create_alias(self, key: str, patient: str) -> bool:
        return await written(self._aliases.create(key, self._value(patient)))

    def _value(self, patient: str) -> bytes:
        return Alias(patient=patient, since=self._clock.now()).model_dump_json().encode()


def is_enrolled(patient: Patient) -> bool:
    """Return whether the programme knows more of somebody than that they once texted or were named."""
    return any((patient.name, patient.address, patient.safety_plan, patient.therapist))
