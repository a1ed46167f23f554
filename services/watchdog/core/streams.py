"""What is wrong with the streams themselves: faults of the system, each told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.values import Urgency
from services.watchdog.core import wording
from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import StreamState


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to publish as a signal; its id makes a repetition harmless."""

    id: str
    area: str
    note: str
    urgency: Urgency = Urgency.URGENT


def faults(
    marks: Mapping[str, int], streams: Iterable[StreamState], now: datetime, limits: Limits
) -> tuple[dict[str, int], tuple[Fault, ...]]:
    """Return the last sequence of every stream, and what is wrong with them.

    `marks` are the last sequences seen before: a stream that lies behind its own has lost events
    (one flipped bit on disk does it, without a word from the server).
    """
    found = []
    seen = dict(marks)
    for stream in streams:
        before = seen.get(stream.name, 0)
        if stream.last_sequence < before:
            note = wording.rewound(stream.name, before, stream.last_sequence)
            found.append(Fault(f"stream_rewound/{stream.name}/{before}", "storage", note))
        seen[stream.name] = stream.last_sequence
        if stream.max_bytes > 0 and stream.bytes > limits.full * stream.max_bytes:
            percent = round(100 * stream.bytes / stream.max_bytes)
            note = wording.filling(stream.name, percent)
            found.append(Fault(f"stream_filling/{stream.name}/{now:%Y-%m-%d}", "storage", note))
    return seen, tuple(found)
