"""A new key for the hashes by which phones and outside ids are found again, and the end of an old one.

As with the key that seals (`keys_rotation`): rotating only ever adds, and each step may be the last.
The new key is noted and comes into the file behind the old one; running services take it up at once
and find people under either. Then every phone that is known is hashed anew, then the new key comes
first, then whatever was stored meanwhile is hashed anew. The outside ids of other systems stand
nowhere in clear: each is written anew when it is named again.
"""

import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nats.aio.client import Client
from nats.js.kv import KeyValue

from contracts.people import Alias, Patient, Person
from contracts.privacy import SiteKey
from contracts.values import Sealed
from services.command_line.keys_rotation import updated
from services.command_line.troubles import Trouble
from services.runtime import seal_file, sealing, site_keys
from services.runtime.buckets import asked
from services.runtime.follow import Table
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError, Seals

Tell = Callable[[str], None]
_NUMBER = re.compile(r"h(\d+)")


@dataclass(frozen=True)
class Counts:
    """What stands under another key than the current one."""

    staff: int
    patients: int
    waiting: int
    """Entries that lead to a patient, and are written anew when they are named again."""

    def __str__(self) -> str:
        return (
            f"{self.staff} responders and {self.patients} patients to be hashed anew; {self.waiting} phones "
            "or outside ids wait to be named again"
        )


class HashRotation:
    """Works on one key file and one NATS. Raises Trouble, Unavailable, nats errors."""

    def __init__(self, nc: Client, file: Path, now: Callable[[], datetime], tell: Tell) -> None:
        self._nc = nc
        self._file = file
        self._now = now
        self._tell = tell

    async def looked(self) -> Counts:
        """Return what a rotation would have to do, and change nothing."""
        await self._known()
        # No phone is under a key that is still to be made: everything counts.
        return await self._counts("")

    async def rotate(self, *, stage_only: bool = False) -> str:
        """Bring in a new key, or go on where an earlier run stopped; return its name."""
        known = await self._known()
        name = self._begun(known) or await self._begin(known)
        if stage_only:
            return name
        await self._hash_all(name)
        if self._seals().hash_names[0] != name:
            seal_file.with_current(self._file, name, "hash")
        self._tell(f"{name} comes first in {self._file}")
        # What was stored under the old key while this ran.
        await self._hash_all(name)
        await self._note_current(name)
        self._tell(f"{name} is the key by which phones are found")
        return name

    async def retire(self, name: str, purge: Callable[[list[str]], Awaitable[None]], *, forget: bool) -> None:
        """Take a replaced key out; `purge` removes entries of the bucket `aliases` for good.

        `forget`: even while outside ids stand under it alone; who is named by one is then somebody new.
        Raises Trouble that counts what needs it.
        """
        key = (await self._known()).get(site_keys.entry("hash", name))
        if key is None or (key.retired_at is None and key.replaced_at is None):
            raise Trouble(f"{name} is not a key that was replaced; see `vigil keys show`")
        if key.retired_at is None:
            current = self._seals().hash_names[0]
            await self._hash_all(current)
            counts = await self._counts(current)
            if counts.staff or counts.patients:
                raise Trouble(f"{name} is still needed: {counts}")
            if counts.waiting and not forget:
                raise Trouble(
                    f"{name} is still needed: {counts.waiting} phones or outside ids stand under it alone. "
                    "Let the programme's systems report their patients once more; with --forget, those that "
                    "are left count as unknown from then on"
                )
            # Noted first: a file that lacks a key which is still needed stops every start.
            await site_keys.note(await self._bucket(), key.model_copy(update={"retired_at": self._now()}))
            self._tell(f"nothing needs {name} any more")
        await purge([ref for ref in await self._raw("aliases") if ref.startswith(f"{name}-")])
        if name in self._seals().hash_names:
            seal_file.without_key(self._file, name, "hash")
        self._tell(f"{name} is out of {self._file}")

    def _seals(self) -> Seals:
        return sealing.load_or_create(self._file)

    async def _known(self) -> dict[str, SiteKey]:
        """Return the checks of the site's keys; the file must be this site's."""
        await site_keys.check(self._nc, "cli", self._seals(), self._now)
        return await site_keys.read(self._nc)

    def _begun(self, known: Mapping[str, SiteKey]) -> str | None:
        """Return the key that an earlier run has noted and put into the file, if it was the right one."""
        seals = self._seals()
        begun = [key for key in known.values() if key.use == "hash" and key.current_since is None]
        return next(
            (k.name for k in begun if k.name in seals.hash_names and seals.hash_check_of(k.name) == k.check),
            None,
        )

    async def _begin(self, known: Mapping[str, SiteKey]) -> str:
        # No name is ever given twice: hashes of a key that was lost midway may carry it.
        names = {*self._seals().hash_names, *(key.name for key in known.values() if key.use == "hash")}
        numbers = [int(found[1]) for one in names if (found := _NUMBER.fullmatch(one))]
        name, key = f"h{max(numbers, default=0) + 1}", os.urandom(32)
        check = Seals({"k": key}, {name: key}).hash_check_of(name)
        noted = SiteKey(name=name, use="hash", check=check, made_at=self._now())
        await site_keys.note(await self._bucket(), noted)
        self._tell(f"{name} is noted")
        seal_file.with_key(self._file, name, key, "hash")
        self._tell(f"{name} is in {self._file}")
        return name

    async def _note_current(self, name: str) -> None:
        bucket, now = await self._bucket(), self._now()
        known = await site_keys.read(self._nc)
        for key in known.values():
            if key.use == "hash" and key.name != name and key.replaced_at is None and key.current_since:
                await site_keys.note(bucket, key.model_copy(update={"replaced_at": now}))
        fresh = known[site_keys.entry("hash", name)]
        await site_keys.note(bucket, fresh.model_copy(update={"current_since": fresh.current_since or now}))

    async def _hash_all(self, name: str) -> None:
        """Hash every phone that is known with that key."""
        seals = self._seals()
        own = seals.with_patients(PatientKeys(self._nc, seals, self._now))
        staff = [await self._anew("people", key, Person, own, name) for key in await self._raw("people")]
        patients = [
            await self._anew("patients", key, Patient, own, name) for key in await self._raw("patients")
        ]
        self._tell(f"{sum(staff)} responders and {sum(patients)} patients are hashed with {name}")

    async def _anew(
        self, bucket_name: str, key: str, kind: type[Person] | type[Patient], seals: Seals, name: str
    ) -> bool:
        bucket = await self._nc.jetstream(timeout=5).key_value(bucket_name)
        while True:
            entry = await bucket.get(key)
            before = kind.model_validate_json(entry.value or b"")
            if isinstance(before, Person):
                methods = [(m, await _ref(seals, m.phone, m.phone_ref, name)) for m in before.methods]
                after: Person | Patient = before.model_copy(
                    update={"methods": tuple(m.model_copy(update={"phone_ref": ref}) for m, ref in methods)}
                )
            else:
                after = await self._patient(before, seals, name)
            if after == before:
                return False
            if await updated(bucket, key, after, entry.revision):
                return True

    async def _patient(self, before: Patient, seals: Seals, name: str) -> Patient:
        ref = await _ref(seals, before.phone, before.phone_ref, name)
        if before.phone_ref and ref and ref != before.phone_ref:
            await self._follow(before.phone_ref, ref)
        contacts = [(c, await _ref(seals, c.phone, c.phone_ref, name)) for c in before.contacts]
        anew = tuple(c.model_copy(update={"phone_ref": one}) for c, one in contacts)
        return before.model_copy(update={"phone_ref": ref, "contacts": anew})

    async def _follow(self, old: str, new: str) -> None:
        """Let the new hash of a phone stand for whom the old one stands for; links are followed so, too."""
        aliases = await self._nc.jetstream(timeout=5).key_value("aliases")
        while (entry := await asked(aliases.get(old))) is not None:
            alias = Alias.model_validate_json(entry.value or b"")
            if await asked(aliases.get(new)) is None:
                fresh = alias.model_copy(update={"moved_to": ""})
                await aliases.put(new, fresh.model_dump_json().encode())
            if await updated(aliases, old, alias.model_copy(update={"moved_to": new}), entry.revision):
                return

    async def _counts(self, name: str) -> Counts:
        under = f"{name}-"
        people = [Person.model_validate_json(raw) for raw in (await self._raw("people")).values()]
        patients = [Patient.model_validate_json(raw) for raw in (await self._raw("patients")).values()]
        aliases = {k: Alias.model_validate_json(v) for k, v in (await self._raw("aliases")).items()}
        theirs = [[p.phone_ref, *(c.phone_ref for c in p.contacts)] for p in patients]
        known = {ref for refs in theirs for ref in refs}
        return Counts(
            staff=sum(any(not m.phone_ref.startswith(under) for m in one.methods) for one in people),
            patients=sum(any(ref and not ref.startswith(under) for ref in refs) for refs in theirs),
            waiting=sum(
                not ref.startswith(under) and not alias.moved_to and ref not in known
                for ref, alias in aliases.items()
            ),
        )

    async def _raw(self, bucket: str) -> dict[str, bytes]:
        table = Table(self._nc, bucket)
        await table.start()
        await table.stop()
        return dict(table.raw)

    async def _bucket(self) -> KeyValue:
        return await self._nc.jetstream(timeout=5).key_value(site_keys.BUCKET)


async def _ref(seals: Seals, phone: Sealed | None, ref: str | None, name: str) -> str | None:
    """Return the hash of a phone under that key; what can't be opened here stays as it is."""
    if phone is None or ref is None or ref.startswith(f"{name}-"):
        return ref
    try:
        refs = seals.phone_refs(await seals.opened(phone))
    except SealError:
        return ref
    return next(one for one in refs if one.startswith(f"{name}-"))
