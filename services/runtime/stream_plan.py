"""How streams, buckets and durables must be set up, and how what exists differs from that. No I/O."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from contracts import streams

ACK_WAIT = 2.0
"""Seconds until a message whose handler died is delivered again; a busy handler says so meanwhile."""
MAX_ACK_PENDING = 100_000
"""Well above any storm: a durable with as many unacknowledged messages stands still."""
MAX_WAITING = 512
"""Pull requests that may wait at a durable: copies of the service times its lanes."""
MAX_MESSAGE = 256 * 1024
"""Bytes of one message; a parked one, which holds another, may be as large as the server takes."""
STRICTER = ("deny_delete", "deny_purge")
"""Refusals of a stream that can be set and never lifted."""
_MADE_OF_MESSAGES = "PARKED"


@dataclass(frozen=True)
class Drift:
    """One field of a stream or durable that isn't as the table wants it."""

    where: str
    field: str
    expected: object
    found: object
    safe: bool
    """Whether setting it right can neither lose a message nor hide one."""

    def __str__(self) -> str:
        return f"{self.where}: {self.field} should be {self.expected!r}, found {self.found!r}"


def stream_config(stream: streams.Stream, replicas: int = 1) -> StreamConfig:
    """Return the configuration of a stream of the table; a full one refuses, it never discards."""
    parked = stream.name == _MADE_OF_MESSAGES
    return StreamConfig(
        name=stream.name,
        description=stream.holds,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        max_consumers=-1,
        max_msgs=-1,
        max_bytes=stream.max_bytes,
        max_age=stream.max_age.total_seconds() if stream.max_age else 0,
        max_msg_size=-1 if parked else MAX_MESSAGE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        num_replicas=replicas,
        duplicate_window=stream.duplicate_window.total_seconds(),
        deny_delete=not parked,
        deny_purge=not (parked or stream.purged),
        allow_direct=True,
    )


def bucket_config(bucket: streams.Bucket, replicas: int = 1) -> StreamConfig:
    """Return the configuration of the stream behind a bucket, as clients of KV expect it."""
    return StreamConfig(
        name=bucket.stream,
        description=bucket.holds,
        subjects=[f"$KV.{bucket.name}.>"],
        retention=RetentionPolicy.LIMITS,
        max_consumers=-1,
        max_msgs=-1,
        max_bytes=bucket.max_bytes,
        max_age=0,
        max_msgs_per_subject=bucket.history,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        num_replicas=replicas,
        duplicate_window=120,
        deny_delete=not bucket.erased,
        allow_rollup_hdrs=True,
        allow_msg_ttl=True,
        allow_direct=True,
    )


def durable_config(durable: streams.Durable) -> ConsumerConfig:
    """Return the configuration of a durable of the table; it delivers until somebody acknowledges."""
    return ConsumerConfig(
        name=durable.name,
        durable_name=durable.name,
        description=f"heard by {durable.service}",
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        ack_wait=ACK_WAIT,
        max_deliver=-1,
        max_ack_pending=1 if durable.in_order else MAX_ACK_PENDING,
        max_waiting=MAX_WAITING,
        filter_subjects=list(durable.filters),
    )


def all_streams(replicas: int = 1) -> tuple[StreamConfig, ...]:
    """Return every stream of the table, those behind buckets too."""
    return (
        *(stream_config(stream, replicas) for stream in streams.STREAMS),
        *(bucket_config(bucket, replicas) for bucket in streams.BUCKETS),
    )


def drifts(
    where: str, expected: StreamConfig | ConsumerConfig, found: StreamConfig | ConsumerConfig
) -> tuple[Drift, ...]:
    """Return every field in which they differ; an unset field, 0, -1 and 'none' mean the same.

    Where replicas are placed is the operator's business and isn't compared. A stream that an
    earlier version made stricter stays so: the server never lifts these two.
    """
    names = [field.name for field in dataclasses.fields(expected) if field.name != "placement"]
    pairs = [(name, getattr(expected, name), getattr(found, name)) for name in names]
    pairs = [(name, want, have) for name, want, have in pairs if want or not (have and name in STRICTER)]
    return tuple(
        Drift(where, name, _plain(want), _plain(have), _safe(name, _plain(want), _plain(have)))
        for name, want, have in pairs
        if _plain(want) != _plain(have)
    )


def _plain(value: object) -> object:
    """Reduce a value to what it means: nothing, a scalar, or a sorted tuple."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        # The server notes its own version there.
        return tuple(sorted((k, v) for k, v in value.items() if not str(k).startswith("_nats."))) or None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain({k: v for k, v in dataclasses.asdict(value).items() if _plain(v) is not None})
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(sorted(str(one) for one in value)) or None
    if value in (None, False, 0, -1, "", "none", "default"):
        return None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _safe(field: str, want: object, have: object) -> bool:
    match field:
        case (
            "description" | "discard" | "duplicate_window" | "max_msg_size"
            | "ack_wait" | "max_deliver" | "max_ack_pending" | "max_waiting"
        ):  # fmt: skip
            return True
        case "deny_delete" | "deny_purge" | "allow_direct" | "allow_rollup_hdrs" | "allow_msg_ttl":
            return want is True
        case "max_bytes" | "max_age" | "max_msgs" | "max_msgs_per_subject":
            # A smaller limit would discard what is there.
            return want is None or (isinstance(want, float) and isinstance(have, float) and want > have)
        case "num_replicas":
            return isinstance(want, float) and (have is None or (isinstance(have, float) and want > have))
        case "subjects" | "filter_subjects":
            return isinstance(want, tuple) and isinstance(have, tuple) and set(want) >= set(have)
        case _other:
            return False
