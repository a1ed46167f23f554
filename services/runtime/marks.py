"""High-water marks: how far each stream had come, so that one that vanished or went back is noticed.

A wrong key hides streams and a damaged disk rewinds them, and the server reports neither. The
marks stand twice, in a KV bucket and in a file, because the bucket may vanish with the streams.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from nats.js import JetStreamContext
from nats.js.api import StreamInfo
from nats.js.errors import NotFoundError

from contracts import streams
from services.runtime import nats_secrets

BUCKET = "marks"
KEY = "streams"
_OWN_STREAM = streams.Bucket(BUCKET, "", (), ()).stream


@dataclass(frozen=True)
class Mark:
    """A stream's last sequence, and the moment it was made (ISO 8601; another one = another stream)."""

    last_seq: int
    created: str


Marks = Mapping[str, Mark]


def of(infos: Mapping[str, StreamInfo]) -> dict[str, Mark]:
    """Return the marks of streams as they are now."""
    return {
        name: Mark(info.state.last_seq, info.created.isoformat() if info.created else "")
        for name, info in infos.items()
    }


def troubles(marks: Marks, now: Marks) -> tuple[str, ...]:
    """Return one sentence for each stream that isn't what it was: what happened, what to do."""
    return tuple(
        sentence for name in sorted(marks) if (sentence := _trouble(name, marks[name], now.get(name)))
    )


def merged(one: Marks, other: Marks) -> dict[str, Mark]:
    """Return for each stream the higher of two marks."""
    return {
        name: max(
            (mark for mark in (one.get(name), other.get(name)) if mark is not None),
            key=lambda mark: mark.last_seq,
        )
        for name in sorted({*one, *other})
    }


def read_file(path: Path) -> dict[str, Mark]:
    """Return the marks of the file; none when there is no file."""
    return _parsed(path.read_bytes()) if path.exists() else {}


def write_file(path: Path, marks: Marks) -> None:
    """Write the file, whole or not at all; nothing happens when it says so already."""
    if read_file(path) != marks:
        path.parent.mkdir(parents=True, exist_ok=True)
        nats_secrets.write_private(path, _text(marks))


async def read_bucket(js: JetStreamContext) -> dict[str, Mark]:
    """Return the marks of the bucket; none when the bucket is missing or empty."""
    try:
        entry = await (await js.key_value(BUCKET)).get(KEY)
    except NotFoundError:
        return {}
    return _parsed(entry.value or b"{}")


async def write_bucket(js: JetStreamContext, marks: Marks) -> None:
    """Write the bucket unless it says so already; its own stream is marked in the file only."""
    others = {name: mark for name, mark in marks.items() if name != _OWN_STREAM}
    if await read_bucket(js) != others:
        await (await js.key_value(BUCKET)).put(KEY, _text(others).encode())


def _trouble(name: str, mark: Mark, now: Mark | None) -> str:
    accept = f"If the loss is understood and accepted, run `vigil provision --accept {name}`."
    if now is None:
        return (
            f"{name} is gone: it had come to message {mark.last_seq}, and now NATS does not know it. "
            f"Most likely JS_KEY is not the key it was written with, or the store is another folder or "
            f"disk. Creating it anew would destroy what is still there, so nothing was changed: set the "
            f"right key and store, or restore the backup. {accept}"
        )
    if now.created != mark.created:
        return (
            f"{name} is another stream than before: that was made at {mark.created}, this one at "
            f"{now.created}. It was deleted and made again, or the store was exchanged. Restore the "
            f"backup. {accept}"
        )
    if now.last_seq < mark.last_seq:
        return (
            f"{name} went backwards: it had come to message {mark.last_seq} and now ends at "
            f"{now.last_seq}, so {mark.last_seq - now.last_seq} acknowledged messages are lost (a damaged "
            f"disk, or an old copy of the store). Stop, copy the store, restore the backup. {accept}"
        )
    return ""


def _parsed(raw: bytes) -> dict[str, Mark]:
    return {name: Mark(**fields) for name, fields in json.loads(raw).items()}


def _text(marks: Marks) -> str:
    return json.dumps({name: asdict(marks[name]) for name in sorted(marks)}, indent=1) + "\n"
