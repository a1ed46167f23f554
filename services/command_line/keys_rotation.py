"""A new key for the site, and the end of an old one: every step can be the last before a power cut.

Rotating only ever adds: the new key is noted, put into the file behind the old one, every patient's
key is wrapped under both, and only then does the new one come first. Whatever step was the last,
everything still opens, with the file as it is and with the file as it was; the next run goes on.

Retiring takes away, and so it asks first whether anything still needs the old key.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from nats.aio.client import Client
from nats.js.errors import KeyWrongLastSequenceError
from nats.js.kv import KeyValue
from pydantic import BaseModel

from contracts.people import Patient, Person
from contracts.privacy import SiteKey, WrappedKey
from contracts.values import Sealed
from services.command_line.keys_needed import keys_in, needs_of
from services.command_line.troubles import Trouble
from services.runtime import seal_file, sealing, site_keys
from services.runtime.follow import Table
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError, Seals

Tell = Callable[[str], None]
_NUMBER = re.compile(r"k(\d+)")


class Rotation:
    """Works on one key file and one NATS. Raises Trouble, Unavailable, nats errors."""

    def __init__(self, nc: Client, file: Path, now: Callable[[], datetime], tell: Tell) -> None:
        self._nc = nc
        self._file = file
        self._now = now
        self._tell = tell

    async def looked(self) -> int:
        """Return how many patients' keys a rotation would wrap anew, and change nothing."""
        await self._known()
        return sum(wrapped.erased is None for wrapped in (await self._wrapped()).values())

    async def rotate(self, *, stage_only: bool = False) -> str:
        """Bring in a new key, or go on where an earlier run stopped; return its name."""
        known = await self._known()
        name = self._begun(known) or await self._begin(known)
        seals = self._seals()
        count = await self._wrap_all(seals, name)
        self._tell(f"{count} patient keys wrapped under {name}")
        if stage_only:
            return name
        if seals.names[0] != name:
            seal_file.with_current(self._file, name)
        self._tell(f"{name} comes first in {self._file}")
        await self._note_current(name)
        self._tell(f"{name} is this site's key")
        return name

    async def retire(self, name: str) -> None:
        """Take a replaced key out, once nothing needs it. Raises Trouble that counts what does."""
        key = (await self._known()).get(site_keys.entry("seal", name))
        if key is None or (key.retired_at is None and key.replaced_at is None):
            raise Trouble(f"{name} is not a key that was replaced; see `vigil keys show`")
        seals = self._seals()
        if key.retired_at is None:
            current = seals.names[0]
            await self._wrap_all(seals, current)
            await self._reseal_people(seals, name)
            await self._reseal_patients(seals, name)
            if needs := await needs_of(self._nc, key, self._now()):
                raise Trouble(f"{name} is still needed: {'; '.join(needs)}")
            await self._unwrap_all(seals, name)
            # Noted first: a file that lacks a key which is still needed stops every start.
            await site_keys.note(await self._bucket(), key.model_copy(update={"retired_at": self._now()}))
            self._tell(f"nothing needs {name} any more")
        if name in seals.names:
            seal_file.without_key(self._file, name)
        self._tell(f"{name} is out of {self._file}")

    def _seals(self) -> Seals:
        return sealing.load_or_create(self._file)

    async def _known(self) -> dict[str, SiteKey]:
        """Return the checks of the site's keys; the file must be this site's."""
        seals = self._seals()
        await site_keys.check(self._nc, "cli", seals, self._now)
        return await site_keys.read(self._nc)

    def _begun(self, known: Mapping[str, SiteKey]) -> str | None:
        """Return the key that an earlier run has noted and put into the file, if it was the right one."""
        seals = self._seals()
        begun = [key for key in known.values() if key.use == "seal" and key.current_since is None]
        return next((k.name for k in begun if k.name in seals.names and seals.fits(k.name, k.check)), None)

    async def _begin(self, known: Mapping[str, SiteKey]) -> str:
        # No name is ever given twice: boxes of a key that was lost midway may carry it.
        names = {*self._seals().names, *(key.name for key in known.values() if key.use == "seal")}
        numbers = [int(found[1]) for one in names if (found := _NUMBER.fullmatch(one))]
        name, key = f"k{max(numbers, default=0) + 1}", os.urandom(32)
        check = Seals({name: key}, {"h": key}).check_of(name)
        noted = SiteKey(name=name, use="seal", check=check, made_at=self._now())
        await site_keys.note(await self._bucket(), noted)
        self._tell(f"{name} is noted")
        seal_file.with_key(self._file, name, key)
        self._tell(f"{name} is in {self._file}")
        return name

    async def _wrap_all(self, seals: Seals, name: str) -> int:
        """See that every patient's key is under that key of the site, too; return how many were not."""
        bucket, count = await self._nc.jetstream(timeout=5).key_value("keys"), 0
        while True:
            missing = [
                patient
                for patient, wrapped in (await self._wrapped()).items()
                if wrapped.erased is None and not _opens(seals, wrapped, name)
            ]
            if not missing:
                return count
            for patient in missing:
                count += await self._wrap(bucket, seals, patient, name)

    async def _wrap(self, bucket: KeyValue, seals: Seals, patient: str, name: str) -> bool:
        entry = await bucket.get(patient)
        wrapped = WrappedKey.model_validate_json(entry.value or b"")
        if wrapped.erased is not None or _opens(seals, wrapped, name):
            return False
        box = seals.wrap(patient, seals.unwrap(patient, wrapped.boxes))[name]
        after = wrapped.model_copy(update={"boxes": wrapped.boxes | {name: box}})
        return await updated(bucket, patient, after, entry.revision)

    async def _unwrap_all(self, seals: Seals, name: str) -> None:
        """Drop the boxes under that key of the site; each patient's key is under another one by now."""
        bucket = await self._nc.jetstream(timeout=5).key_value("keys")
        while True:
            held = [patient for patient, wrapped in (await self._wrapped()).items() if name in wrapped.boxes]
            if not held:
                return
            for patient in held:
                await self._wrap(bucket, seals, patient, seals.names[0])
                entry = await bucket.get(patient)
                wrapped = WrappedKey.model_validate_json(entry.value or b"")
                if not _opens(seals, wrapped, seals.names[0]):
                    continue  # Somebody wrote in between: the next round looks again.
                boxes = {one: box for one, box in wrapped.boxes.items() if one != name}
                after = wrapped.model_copy(update={"boxes": boxes})
                await updated(bucket, patient, after, entry.revision)

    async def _wrapped(self) -> dict[str, WrappedKey]:
        table = Table(self._nc, "keys")
        await table.start()
        await table.stop()
        return {patient: WrappedKey.model_validate_json(raw) for patient, raw in table.raw.items()}

    async def _note_current(self, name: str) -> None:
        bucket, now = await self._bucket(), self._now()
        known = await site_keys.read(self._nc)
        for key in known.values():
            if key.use == "seal" and key.name != name and key.replaced_at is None and key.current_since:
                await site_keys.note(bucket, key.model_copy(update={"replaced_at": now}))
        fresh = known[site_keys.entry("seal", name)]
        await site_keys.note(bucket, fresh.model_copy(update={"current_since": now}))

    async def _reseal_people(self, seals: Seals, name: str) -> None:
        """Seal what is known of staff with the current key."""
        bucket = await self._nc.jetstream(timeout=5).key_value("people")
        table = Table(self._nc, "people")
        await table.start()
        await table.stop()
        for person in table.raw:
            done = False
            while not done:
                entry = await bucket.get(person)
                before = Person.model_validate_json(entry.value or b"")
                methods = tuple(
                    m.model_copy(update={"phone": _anew(seals, m.phone, name)}) for m in before.methods
                )
                update = {"name": _anew(seals, before.name, name), "methods": methods}
                after = before.model_copy(update=update)
                done = after == before or await updated(bucket, person, after, entry.revision)

    async def _reseal_patients(self, seals: Seals, name: str) -> None:
        """Seal with their own keys what an earlier version sealed with the site's."""
        bucket = await self._nc.jetstream(timeout=5).key_value("patients")
        own = seals.with_patients(PatientKeys(self._nc, seals, self._now))
        table = Table(self._nc, "patients")
        await table.start()
        await table.stop()
        for patient, raw in table.raw.items():
            if name not in keys_in(json.loads(raw)):
                continue
            mine, done = await own.for_patient(patient), False
            while not done:
                entry = await bucket.get(patient)
                before = Patient.model_validate_json(entry.value or b"")
                held = {f: getattr(before, f) for f in Patient.model_fields}
                update = {f: mine.resealed(v) for f, v in held.items() if isinstance(v, Sealed)}
                done = await updated(bucket, patient, before.model_copy(update=update), entry.revision)

    async def _bucket(self) -> KeyValue:
        return await self._nc.jetstream(timeout=5).key_value(site_keys.BUCKET)


async def updated(bucket: KeyValue, key: str, value: BaseModel, revision: int | None) -> bool:
    """Write a value unless somebody else wrote it since that revision; return whether it was written."""
    try:
        await bucket.update(key, value.model_dump_json().encode(), last=revision)
    except KeyWrongLastSequenceError:
        return False
    return True


def _opens(seals: Seals, wrapped: WrappedKey, name: str) -> bool:
    """Return whether that key of the site alone opens the patient's."""
    try:
        seals.unwrap(wrapped.patient, {one: box for one, box in wrapped.boxes.items() if one == name})
    except SealError:
        return False
    return True


def _anew(seals: Seals, sealed: Sealed, name: str) -> Sealed:
    return seals.seal(seals.unseal(sealed)) if sealed.key == name else sealed
