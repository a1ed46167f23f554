"""What ops edit, written to its buckets: policies, people, schedules, patients.

Used by the command line, and by tests to set up a programme. Everything identifying is sealed
here, before it leaves the process.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Alias, ContactMethod, Patient, Person
from contracts.policies import Policy, PolicySet
from contracts.schedules import Calendar, Handoff, Leave, Schedule, Swap
from contracts.values import Sealed
from services.policy_store import PolicyStore
from services.programme import PatientDraft, PersonDraft
from services.roster.handlers import Compiled, compile_all
from services.runtime import pins
from services.runtime.follow import Table, V, ValueTable
from services.runtime.log import publish_fact
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import PatientSeals, Seals

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def new_patient_id() -> str:
    """Mint a patient id that means nothing elsewhere."""
    return "pt_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Administration:
    """Writes what ops decided. Raises nats errors when a bucket can't be written."""

    def __init__(
        self,
        nc: Client,
        seals: Seals,
        now: Callable[[], datetime],
        hash_pin: Callable[[str], str] = pins.hash_pin,
    ) -> None:
        self._hash_pin = hash_pin
        self._nc = nc
        self._seals = seals
        self._now = now
        self._of_patients = seals.with_patients(PatientKeys(nc, seals, now))

    async def patient_seals(self, patient: str) -> PatientSeals:
        """Return what seals with the patient's own key; it is made if there is none."""
        return await self._of_patients.for_patient(patient)

    async def revealed(self, sealed: Sealed) -> str:
        """Return sealed content of a patient; whoever shows it puts that on record. Raises SealError."""
        return await self._of_patients.opened(sealed)

    async def apply_policies(self, policies: Sequence[Policy], by: str, reason: str = "") -> PolicySet:
        """Put all policies in force as one new version; runs that are open keep theirs.

        As PolicyStore.apply, whatever was in force before. Raises PoliciesChanged when somebody
        else writes them in the same moment.
        """
        return await PolicyStore(self._nc, self._now).apply(policies, by, reason)

    async def policies(self) -> PolicySet | None:
        """Return the policies in force, or None."""
        return await PolicyStore(self._nc, self._now).current()

    async def put_people(
        self, drafts: Iterable[PersonDraft], verified: datetime | None = None, *, keep_pins: bool = False
    ) -> tuple[str, ...]:
        """Write people; what is known of a phone (opted out, verified, failing) stays with it.

        `verified` marks phones verified without a code, for people who do not exist: demos and tests.
        `keep_pins` leaves the PIN of whoever is written without one.
        Returns their ids.
        """
        bucket = await self._bucket("people")
        written = []
        for draft in drafts:
            await self._put_person(bucket, draft, verified, keep_pins)
            written.append(draft.id)
        return tuple(written)

    def person(
        self,
        draft: PersonDraft,
        before: Person | None,
        verified: datetime | None = None,
        *,
        keep_pin: bool = False,
    ) -> Person:
        """Return somebody as `put_people` stores them; `before` is how they are stored now."""
        known = {(m.channel, m.phone_ref): m for m in (before.methods if before else ())}
        methods = []
        for number, method in enumerate(draft.methods, start=1):
            refs = self._seals.phone_refs(method.phone)
            ref, stored = refs[0], [known.get((method.channel, one)) for one in refs]
            fresh = ContactMethod(
                id=f"m{number}",
                channel=method.channel,
                phone=self._seals.seal(method.phone),
                phone_ref=ref,
                verified_at=verified,
            )
            methods.append(_still(fresh, next(filter(None, stored), None)))
        kept = before.pin_hash if before and keep_pin else ""
        return Person(
            id=draft.id,
            name=self._seals.seal(draft.name),
            methods=tuple(methods),
            zone=draft.zone,
            site=draft.site,
            pin_hash=self._hash_pin(draft.pin) if draft.pin else kept,
            active=draft.active,
            role=draft.role,
            languages=draft.languages,
        )

    async def put_schedules(
        self,
        schedules: Iterable[Schedule],
        kept: Callable[[Schedule, Schedule | None], Schedule] = lambda fresh, _: fresh,
    ) -> Compiled:
        """Write schedules and compile their shifts at once, so that nothing waits for the roster.

        `kept` adds to a fresh one what must not be lost of the stored one (None: there is none), as
        it stands at the moment of writing.
        """
        bucket = await self._bucket("schedules")
        named = {fresh.id: await _put_schedule(bucket, fresh, kept) for fresh in schedules}
        calendars, leaves, swaps, handoffs = await asyncio.gather(
            self._values("calendars", Calendar),
            self._values("leaves", Leave),
            self._values("swaps", Swap),
            self._values("handoffs", Handoff),
        )
        return await compile_all(
            named,
            await self._bucket("shifts"),
            self._now(),
            calendars=calendars,
            leaves=leaves,
            swaps=swaps,
            handoffs=handoffs,
        )

    async def put_calendars(self, calendars: Iterable[Calendar]) -> tuple[str, ...]:
        """Write holiday calendars; put them before the schedules that need them. Returns their ids."""
        bucket = await self._bucket("calendars")
        written = []
        for calendar in calendars:
            await bucket.put(calendar.id, calendar.model_dump_json().encode())
            written.append(calendar.id)
        return tuple(written)

    async def put_patient(self, draft: PatientDraft, source: str = "", outside_id: str = "") -> Patient:
        """Write a patient under the draft's id, findable by phone and by an outside id."""
        seals, own = self._seals, await self.patient_seals(draft.id)
        patient = Patient(
            id=draft.id,
            name=own.sealed(draft.name),
            preferred_name=own.sealed(draft.preferred_name),
            phone=own.sealed(draft.phone),
            phone_ref=seals.phone_ref(draft.phone) if draft.phone else None,
            language=draft.language,
            address=own.sealed(draft.address),
            safety_plan=own.sealed(draft.safety_plan),
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

    async def change_patient(self, name: str, change: Callable[[Patient], Patient]) -> Patient:
        """Change a patient's record, whoever else changes it at the same moment. Raises KeyNotFoundError."""
        bucket = await self._bucket("patients")
        while True:
            entry = await bucket.get(name)
            after = change(Patient.model_validate_json(entry.value or b""))
            try:
                await bucket.update(name, after.model_dump_json().encode(), last=entry.revision)
                return after
            except KeyWrongLastSequenceError:
                continue

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
            alias = Alias.model_validate_json(raw)
            if alias.patient == patient:
                await self._alias(key, into, alias.moved_to)
        await publish_fact(
            self._nc,
            f"programme.patient_linked.{patient}",
            json.dumps({"patient": patient, "into": into}).encode(),
            f"linked:{patient}:{into}",
        )

    async def _alias(self, key: str, patient: str, moved_to: str = "") -> None:
        bucket = await self._bucket("aliases")
        alias = Alias(patient=patient, since=self._now(), moved_to=moved_to)
        value = alias.model_dump_json().encode()
        try:
            await bucket.create(key, value)
        except KeyWrongLastSequenceError:
            await bucket.put(key, value)

    async def _put_person(
        self, bucket: KeyValue, draft: PersonDraft, verified: datetime | None, keep_pins: bool
    ) -> None:
        while True:
            try:
                entry = await bucket.get(draft.id)
                before, revision = Person.model_validate_json(entry.value or b""), entry.revision
            except KeyNotFoundError:
                before, revision = None, None
            data = self.person(draft, before, verified, keep_pin=keep_pins).model_dump_json().encode()
            try:
                if revision is None:
                    await bucket.create(draft.id, data)
                else:
                    await bucket.update(draft.id, data, last=revision)
                return
            except KeyWrongLastSequenceError:
                # A phone opted out, or was verified, in this very moment: keep that.
                continue

    async def _values(self, bucket: str, kind: type[V]) -> dict[str, V]:
        # Not `kv.keys()`: its watch may end before it has shown everything.
        table = ValueTable(self._nc, bucket, kind)
        await table.start()
        await table.stop()
        return table.values

    async def _bucket(self, name: str) -> KeyValue:
        return await self._nc.jetstream(timeout=5).key_value(name)


async def _put_schedule(
    bucket: KeyValue, fresh: Schedule, kept: Callable[[Schedule, Schedule | None], Schedule]
) -> Schedule:
    while True:
        try:
            entry = await bucket.get(fresh.id)
        except KeyNotFoundError:
            entry = None
        schedule = kept(fresh, _readable(entry.value) if entry is not None else None)
        data = schedule.model_dump_json().encode()
        try:
            if entry is None:
                await bucket.create(fresh.id, data)
            else:
                await bucket.update(fresh.id, data, last=entry.revision)
            return schedule
        except KeyWrongLastSequenceError:
            # An override was added in this very moment.
            continue


def _readable(raw: bytes | None) -> Schedule | None:
    try:
        return Schedule.model_validate_json(raw or b"")
    except ValidationError:
        # Nothing of it can be kept; writing it again is how it is mended.
        return None


def _still(fresh: ContactMethod, before: ContactMethod | None) -> ContactMethod:
    """Return the method with what was known of the same phone on the same channel."""
    if before is None:
        return fresh
    known = before.model_dump(
        include={
            "dead_since",
            "dead_reason",
            "verified_at",
            "failing_since",
            "failing_code",
            "failures",
        }
    )
    return fresh.model_copy(update=known | {"verified_at": before.verified_at or fresh.verified_at})


async def _value(bucket: KeyValue, key: str) -> bytes | None:
    try:
        return (await bucket.get(key)).value
    except KeyNotFoundError:
        return None
