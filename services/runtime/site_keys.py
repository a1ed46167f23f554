"""The checks of the site's keys, in the bucket `site_keys`: nobody starts with another site's key.

The first start of a site writes them, once what is stored there already has been seen to open. From
then on a key file is refused that lacks a key which is still needed, or has another under its name.
Nothing is changed then; the right file, put back, opens everything as before.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from nats.aio.client import Client
from nats.js.errors import KeyWrongLastSequenceError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Person
from contracts.privacy import SiteKey
from contracts.streams import BUCKETS
from services.runtime.follow import Table, ValueTable
from services.runtime.sealing import Seals

BUCKET = "site_keys"


class WrongKey(Exception):
    """The key file isn't this site's; the text says which key, which file and what to do."""


async def check(nc: Client, service: str, seals: Seals, now: Callable[[], datetime]) -> None:
    """See that the keys are this site's. Raises WrongKey, Unavailable, nats errors.

    `service` is whose connection it is: one that may write the checks does so where there are none,
    one that may not read them checks nothing.
    """
    bucket = next(one for one in BUCKETS if one.name == BUCKET)
    if service not in (*bucket.read_by, "admin"):
        return
    known = await read(nc)
    if not known:
        if service in (*bucket.written_by, "admin"):
            await _first(nc, service, seals, now())
        return
    if troubles := wrong(seals, known):
        file = seals.file or "the key file"
        raise WrongKey(
            f"VIGIL_SEAL_KEYS: {'; '.join(troubles)}. Nothing was started and nothing was changed: "
            f"put this site's own {file} back from your backup"
        )


def wrong(seals: Seals, known: Mapping[str, SiteKey]) -> list[str]:
    """Return what speaks against these keys, in sentences; none: they are this site's."""
    troubles = []
    for key in known.values():
        held = key.name in (seals.names if key.use == "seal" else seals.hash_names)
        if key.retired_at is not None:
            continue
        if not held:
            # A key that a rotation has only begun to bring in is needed by nothing yet.
            if key.current_since is not None:
                troubles.append(f"key {key.name!r} is missing, and is still needed")
        elif key.use == "seal" and not seals.fits(key.name, key.check):
            troubles.append(f"key {key.name!r} is not the one this site's data was sealed with")
        elif key.use == "hash" and seals.hash_check_of(key.name) != key.check:
            troubles.append(f"hash key {key.name!r} is not the one phones of this site were hashed with")
    return troubles


async def read(nc: Client) -> dict[str, SiteKey]:
    """Return every check there is, by the bucket's key. Raises Unavailable."""
    table = ValueTable(nc, BUCKET, SiteKey)
    await table.start()
    await table.stop()
    return dict(table.values)


async def note(bucket: KeyValue, key: SiteKey) -> None:
    """Write what is known of a key; raises nats errors."""
    await bucket.put(entry(key.use, key.name), key.model_dump_json().encode())


def entry(use: str, name: str) -> str:
    """Return the key in the bucket of a site's key: `seal.k1`, `hash.h1`."""
    return f"{use}.{name}"


async def _first(nc: Client, service: str, seals: Seals, now: datetime) -> None:
    """Write the checks of a site that has none, unless what is stored there doesn't open."""
    if not await _opens_what_is_stored(nc, service, seals):
        raise WrongKey(
            f"VIGIL_SEAL_KEYS: {seals.file or 'the key file'} does not open the names on this site's roster. "
            "Nothing was started and nothing was changed: put this site's own key file back from your backup"
        )
    bucket = await nc.jetstream(timeout=2).key_value(BUCKET)
    checks = [SiteKey(name=n, use="seal", check=seals.check_of(n), made_at=now) for n in seals.names]
    checks += [
        SiteKey(name=n, use="hash", check=seals.hash_check_of(n), made_at=now) for n in seals.hash_names
    ]
    for key in checks:
        current = key.name in (seals.names[0], seals.hash_names[0])
        whole = key.model_copy(
            update={"current_since": now, "replaced_at": None if current else now},
        )
        try:
            await bucket.create(entry(key.use, key.name), whole.model_dump_json().encode())
        except KeyWrongLastSequenceError:
            # Another service of this start was faster; theirs must fit, too.
            if troubles := wrong(seals, await read(nc)):
                raise WrongKey(f"VIGIL_SEAL_KEYS: {'; '.join(troubles)}") from None


async def _opens_what_is_stored(nc: Client, service: str, seals: Seals) -> bool:
    """Return whether a name on the roster opens, if there is one to try."""
    people = next(one for one in BUCKETS if one.name == "people")
    if service not in (*people.read_by, "admin"):
        return True
    table = Table(nc, "people")
    await table.start()
    await table.stop()
    tried = 0
    for raw in table.raw.values():
        try:
            name = Person.model_validate_json(raw).name
        except ValidationError:
            continue
        tried += 1
        if name.key in seals.names and seals.opens(name):
            return True
    return tried == 0
