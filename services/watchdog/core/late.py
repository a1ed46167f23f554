"""Since when something is overdue, and when its owner was asked to look again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.watchdog.core.limits import OUTGOING, Limits
from services.watchdog.core.seen import Late


@dataclass(frozen=True, slots=True)
class Asked:
    """A subject that is overdue. A new commit that is late again does not make it young again."""

    stream: str
    due: datetime
    first: datetime
    """When its owner was first asked."""
    last: datetime


AskedBySubject = Mapping[str, Asked]


def follow_up(
    known: AskedBySubject, late: Iterable[Late], now: datetime, limits: Limits
) -> tuple[dict[str, Asked], tuple[Late, ...]]:
    """Return what is overdue now, and of whom to ask now (at first, then every `tell_late`)."""
    overdue: dict[str, Asked] = {}
    to_ask = []
    for one in late:
        if now - one.due <= limits.grace_of(one.stream):
            continue
        before = known.get(one.subject)
        if before is None:
            overdue[one.subject] = Asked(one.stream, one.due, now, now)
            to_ask.append(one)
        elif now - before.last >= (limits.grace_outgoing if one.stream == OUTGOING else limits.tell_late):
            overdue[one.subject] = replace(before, last=now)
            to_ask.append(one)
        else:
            overdue[one.subject] = before
    return overdue, tuple(to_ask)


def unanswered(overdue: AskedBySubject, now: datetime, limits: Limits) -> dict[str, list[Asked]]:
    """Return what is still overdue long after its owner was asked, by stream."""
    by_stream: dict[str, list[Asked]] = {}
    for asked in overdue.values():
        patience = limits.tell_outgoing if asked.stream == OUTGOING else limits.tell_late
        if now - asked.first >= patience:
            by_stream.setdefault(asked.stream, []).append(asked)
    return by_stream
