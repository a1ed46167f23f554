"""Changing one stored value as it is at that moment, so that nobody else's change is lost."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from nats.js.kv import KeyValue
from pydantic import BaseModel, ValidationError

from services.runtime.buckets import asked, written
from services.runtime.log import Unavailable

V = TypeVar("V", bound=BaseModel)
_TRIES = 8


async def edit(bucket: KeyValue, key: str, kind: type[V], change: Callable[[V], V]) -> V | None:
    """Change the value and return it as it then is; None when there is no such key.

    `change` may be asked several times, and writes nothing by returning an equal value. Raises
    Unavailable, and ValidationError when what is stored can't be read.
    """
    for _ in range(_TRIES):
        entry = await asked(bucket.get(key))
        if entry is None:
            return None
        stored = kind.model_validate_json(entry.value or b"")
        fresh = change(stored)
        if fresh == stored:
            return stored
        data = fresh.model_dump_json().encode()
        if await written(bucket.update(key, data, last=entry.revision)):
            return fresh
    raise Unavailable(f"{key} is contended")


async def edit_fields(
    bucket: KeyValue, key: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> bool:
    """Change fields of the value as it is stored, so that those of newer versions stay.

    `change` may be asked several times; None changes nothing. Returns False when there is no such
    key. Raises Unavailable.
    """
    for _ in range(_TRIES):
        entry = await asked(bucket.get(key))
        if entry is None:
            return False
        fresh = change(json.loads(entry.value or b"{}"))
        if fresh is None or await written(
            bucket.update(key, json.dumps(fresh).encode(), last=entry.revision)
        ):
            return True
    raise Unavailable(f"{key} is contended")


async def edit_or_create(bucket: KeyValue, key: str, first: V, change: Callable[[V], V]) -> V:
    """Change the value, or store `first` where none can be read; returns what is stored then."""
    for _ in range(_TRIES):
        try:
            changed = await edit(bucket, key, type(first), change)
        except ValidationError:
            # What nobody can read must not stand in the way of all that comes after it.
            await asked(bucket.put(key, first.model_dump_json().encode()))
            return first
        if changed is not None:
            return changed
        if await written(bucket.create(key, first.model_dump_json().encode())):
            return first
    raise Unavailable(f"{key} is contended")
