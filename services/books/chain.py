"""The audit's chain: each stored message is a link over its own hash and the link before it. Pure.

What a link holds is enough to check the links after it, so a message may go (retention, history) and its
link stays as its tombstone: the hash of what was there, where, and when. Whoever changes a message changes
its hash; whoever changes a link breaks every link after it, and the checkpoints kept elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = hashlib.sha256(b"vigil: the first link of a chain").digest()
"""What stands before the first link."""
_OWN = ("Vigil-", "KV-", "ce-")
_ALSO = ("Nats-Msg-Id", "Nats-Rollup")


@dataclass(frozen=True, slots=True)
class Link:
    """One message of a stream, by its hash."""

    stream: str
    sequence: int
    subject: str
    at: datetime
    """When the server stored it."""
    clears: bool
    """Whether the server removed what stood before on its subject: a value of a bucket, purged."""
    body: bytes
    """The hash of the message."""
    chain: bytes
    """The hash over the link before and all of the above."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a stream's chain."""

    sequence: int = 0
    chain: bytes = START


def body_hash(subject: str, sequence: int, headers: Mapping[str, str], data: bytes) -> bytes:
    """Return the SHA-256 of a message: subject, sequence, the writer's headers by name, data.

    Headers that only steer the append, or that the server adds, do not count.
    """
    hashed = hashlib.sha256(b"vigil-message-1")
    kept = sorted((n, v) for n, v in headers.items() if n.startswith(_OWN) or n in _ALSO)
    for part in (subject.encode(), str(sequence).encode(), str(len(kept)).encode()):
        _put(hashed, part)
    for name, value in kept:
        _put(hashed, name.encode())
        _put(hashed, value.encode())
    _put(hashed, data)
    return hashed.digest()


def link_hash(
    before: bytes, stream: str, sequence: int, subject: str, at: datetime, clears: bool, body: bytes
) -> bytes:
    """Return the hash of a link over the one before it."""
    hashed = hashlib.sha256(b"vigil-link-1")
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    for part in (before, stream.encode(), str(sequence).encode(), subject.encode(), moment.encode()):
        _put(hashed, part)
    _put(hashed, b"clears" if clears else b"")
    _put(hashed, body)
    return hashed.digest()


def link(
    head: Head,
    stream: str,
    sequence: int,
    subject: str,
    at: datetime,
    headers: Mapping[str, str],
    data: bytes,
) -> Link:
    """Return the link of a message after a head."""
    body = body_hash(subject, sequence, headers, data)
    clears = headers.get("Nats-Rollup") == "sub" or headers.get("KV-Operation") == "PURGE"
    chain = link_hash(head.chain, stream, sequence, subject, at, clears, body)
    return Link(stream, sequence, subject, at, clears, body, chain)


def follows(head: Head, one: Link) -> bool:
    """Return whether a link stands rightly after a head."""
    made = link_hash(head.chain, one.stream, one.sequence, one.subject, one.at, one.clears, one.body)
    return one.sequence > head.sequence and made == one.chain


def checkpoint_hash(before: bytes, made_at: datetime, heads: str) -> bytes:
    """Return the hash of a checkpoint over the one before it and all heads as written."""
    hashed = hashlib.sha256(b"vigil-checkpoint-1")
    for part in (before, made_at.astimezone(UTC).isoformat(timespec="seconds").encode(), heads.encode()):
        _put(hashed, part)
    return hashed.digest()


def written(heads: Mapping[str, Head]) -> str:
    """Return all heads as a checkpoint holds them: JSON, streams in order."""
    return json.dumps({name: [one.sequence, one.chain.hex()] for name, one in sorted(heads.items())})


def read(heads: str) -> dict[str, Head]:
    """Return the heads of a checkpoint; raises ValueError if it is none."""
    try:
        found = json.loads(heads)
        return {name: Head(int(sequence), bytes.fromhex(chain)) for name, (sequence, chain) in found.items()}
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"no heads of chains: {error}") from None


def last(links: Iterable[Link], head: Head) -> Head:
    """Return the head after these links."""
    for one in links:
        head = Head(one.sequence, one.chain)
    return head


def _put(hashed: "hashlib._Hash", part: bytes) -> None:
    hashed.update(len(part).to_bytes(8, "big"))
    hashed.update(part)
