"""Active flags of a patient: while there is one, the patient counts as at high risk."""

from functools import partial

from nats.js.kv import KeyValue

from contracts.people import Patient
from contracts.values import Value
from services.gateway.registry import Registry
from services.runtime.buckets import asked, written
from services.runtime.log import Unavailable

_TRIES = 8


class Flags(Value):
    """What is flagged: names of resources, and whether a person had marked the patient before."""

    active: tuple[str, ...] = ()
    by_hand: bool = False


class Risks:
    """Keeps the active flags of each patient in the bucket `intake`. Raises Unavailable."""

    def __init__(self, intake: KeyValue, registry: Registry) -> None:
        self._intake = intake
        self._registry = registry

    async def flagged(self, patient: str, name: str, raised: bool) -> None:
        """Note a flag, or that it is no more; a mark that a person set is never taken away by it."""
        key = f"flags.{patient}"
        if raised:
            # A deletion names no patient.
            await asked(self._intake.put(f"flag.{name}", patient.encode()))
        for _ in range(_TRIES):
            entry = await asked(self._intake.get(key))
            if entry is None and not raised:
                return
            known = Flags.model_validate_json(entry.value or b"{}") if entry else await self._first(patient)
            others = tuple(one for one in known.active if one != name)
            after = known.model_copy(update={"active": (*others, name) if raised else others})
            if after == known or await self._write(key, after, entry):
                mark = {"high_risk": bool(after.active) or after.by_hand}
                await self._registry.change(patient, partial(Patient.model_copy, update=mark))
                return
        raise Unavailable("the flags of a patient are contended")

    async def gone(self, name: str) -> None:
        """A flag was deleted: it marks nobody any more."""
        entry = await asked(self._intake.get(f"flag.{name}"))
        if entry is not None:
            await self.flagged((entry.value or b"").decode(), name, False)

    async def _write(self, key: str, flags: Flags, entry: KeyValue.Entry | None) -> bool:
        data = flags.model_dump_json().encode()
        if entry is None:
            return await written(self._intake.create(key, data))
        return await written(self._intake.update(key, data, last=entry.revision or 0))

    async def _first(self, patient: str) -> Flags:
        record = await self._registry.patient(patient) or Patient(id=patient)
        return Flags(by_hand=record.high_risk)
