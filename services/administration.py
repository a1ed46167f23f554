"""What ops edit, written to its buckets: policies, people, schedules, patients.

Used by the command line, and by tests to set up a programme. Everything identifying is sealed
here, before it leaves the process.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from contracts.people import Alias, ContactMethod, Patient, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Schedule
from services.programme import PatientDraft, PersonDraft
from services.roster.handlers import Compiled, compile_all
from services.runtime import pins
from services.runtime.follow import Table
from services.runtime.log import publish_fact
from services.runtime.sealing import Seals

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_patient_id() -> str:
    """Mint a patient id that means nothing elsewhere."""
    return "pt_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Administration:
    """Writes what ops decided. Raises nats errors when a bucket can't be written."""

    def __init__(self, nc: Client, seals: Seals, now: Callable[[], datetime]) -> None:
        self._nc = nc
        self._seals = seals
        self._now = now

    async def apply_policies(self, policies: Sequence[Policy], by: str, reason: str = "") -> PolicySet:
        """Put all policies in force as one new version; runs that are open keep theirs."""
        bucket = await self._bucket("policies")
        current = await self.policies()
        applied = PolicySet(
            version=(current.version if current else 0) + 1,
            policies=tuple(policies),
            applied_by=by,
            applied_at=self._now(),
            reason=reason,
        )
        await bucket.put("current", applied.model_dump_json().encode())
        return applied

    async def policies(self) -> PolicySet | None:
        """Return the policies in force, or None."""
        raw = await _value(await self._bucket("policies"), "current")
        return PolicySet.model_validate_json(raw) if raw else None

    async def put_people(self, drafts: Iterable[PersonDraft]) -> tuple[str, ...]:
        """Write people; a phone that opted out stays marked as dead. Returns their ids."""
        bucket = await self._bucket("people")
        written = []
        for draft in drafts:
            raw = await _value(bucket, draft.id)
            before = Person.model_validate_json(raw) if raw else None
            await bucket.put(draft.id, self._person(draft, before).model_dump_json().encode())
            written.append(draft.id)
        return tuple(written)

    async def put_schedules(self, schedules: Iterable[Schedule]) -> Compiled:
        """Write schedules and compile their shifts at once, so that nothing waits for the roster."""
        bucket = await self._bucket("schedules")
        named = {schedule.id: schedule for schedule in schedules}
        for name, schedule in named.items():
            await bucket.put(name, schedule.model_dump_json().encode())
        return await compile_all(named, await self._bucket("shifts"), self._now())

    async def put_patient(self, draft: PatientDraft, source: str = "", outside_id: str = "") -> Patient:
        """Write a patient under the draft's id, findable by phone and by an outside id."""
        seals = self._seals
        patient = Patient(
            id=draft.id,
            name=seals.seal(draft.name) if draft.name else None,
            phone=seals.seal(draft.phone) if draft.phone else None,
            phone_ref=seals.phone_ref(draft.phone) if draft.phone else None,
            language=draft.language,
            address=seals.seal(draft.address) if draft.address else None,
            safety_plan=seals.seal(draft.safety_plan) if draft.safety_plan else None,
            therapist=draft.therapist,
            site=draft.site,
        )
        await (await self._bucket("patients")).put(patient.id, patient.model_dump_json().encode())
        if patient.phone_ref:
            await self._alias(patient.phone_ref, patient.id)
        if outside_id:
            await self._alias(seals.alias(source, outside_id), patient.id)
        return patient

    async def patient(self, name: str) -> Patient | None:
        """Return the stored patient, or None."""
        raw = await _value(await self._bucket("patients"), name)
        return Patient.model_validate_json(raw) if raw else None

    async def link(self, patient: str, into: str) -> None:
        """Say that two ids are one person: aliases follow, and the open run of one joins the other."""
        stored = await self.patient(patient)
        if stored and stored.phone_ref:
            await self._alias(stored.phone_ref, into)
        # Not `kv.keys()`: its watch may end before it has shown everything.
        aliases = Table(self._nc, "aliases")
        await aliases.start()
        await aliases.stop()
        for key, raw in aliases.raw.items():
            if Alias.model_validate_json(raw).patient == patient:
                await self._alias(key, into)
        await publish_fact(
            self._nc,
            f"programme.patient_linked.{patient}",
            json.dumps({"patient": patient, "into": into}).encode(),
            f"linked:{patient}:{into}",
        )

    async def _alias(self, key: str, patient: str) -> None:
        bucket = await self._bucket("aliases")
        value = Alias(patient=patient, since=self._now()).model_dump_json().encode()
        try:
            await bucket.create(key, value)
        except KeyWrongLastSequenceError:
            await bucket.put(key, value)

    def _person(self, draft: PersonDraft, before: Person | None) -> Person:
        dead = {(m.channel, m.phone_ref): m for m in (before.methods if before else ()) if m.dead_since}
        methods = []
        for number, method in enumerate(draft.methods, start=1):
            ref = self._seals.phone_ref(method.phone)
            known = dead.get((method.channel, ref))
            methods.append(
                ContactMethod(
                    id=f"m{number}",
                    channel=method.channel,
                    phone=self._seals.seal(method.phone),
                    phone_ref=ref,
                    dead_since=known.dead_since if known else None,
                    dead_reason=known.dead_reason if known else "",
                )
            )
        return Person(
            id=draft.id,
            name=self._seals.seal(draft.name),
            methods=tuple(methods),
            zone=draft.zone,
            site=draft.site,
            pin_hash=pins.hash_pin(draft.pin) if draft.pin else "",
            active=draft.active,
        )

    async def _bucket(self, name: str) -> KeyValue:
        return await self._nc.jetstream(timeout=5).key_value(name)


async def _value(bucket: KeyValue, key: str) -> bytes | None:
    try:
        return (await bucket.get(key)).value
    except KeyNotFoundError:
        return None
