"""What was seen at one moment."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Late:
    """A subject whose deadline has passed, as its last commit says."""

    stream: str
    subject: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How a durable stands: what waits for its service, and up to where all is acknowledged."""

    durable: str
    service: str
    waiting: int
    floor: int
    listening: bool = False
    """Whether some copy of its service asks for the next message, or is at work on one."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """How a stream stands."""

    name: str
    bytes: int
    max_bytes: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything seen at one moment; when NATS did not answer, nothing but that."""

    reachable: bool
    scanned: bool = False
    """Whether all open aggregates are known: without that, nothing is well."""
    late: tuple[Late, ...] = ()
    backlogs: tuple[Backlog, ...] | None = None
    """None: not looked at this time."""
    streams: tuple[StreamState, ...] | None = None
    undue: tuple[tuple[str, int], ...] = ()
    """Stream, and how many of its aggregates are open without a deadline: nobody will look at them again."""
    missing: tuple[str, ...] = ()
    """Streams, buckets and durables of the table that were not there when last looked for."""
