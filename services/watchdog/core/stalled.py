"""Since when a durable stands still although something waits in it, or is heard by nobody any more."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import Backlog


@dataclass(frozen=True, slots=True)
class Standing:
    """A durable with a backlog, or deserted: its floor, and since when it has been so."""

    service: str
    floor: int
    since: datetime


StandingByDurable = Mapping[str, Standing]


def follow_up(
    known: StandingByDurable, backlogs: Iterable[Backlog], heard: Collection[str], now: datetime
) -> dict[str, Standing]:
    """Return the durables in which something waits or that are deserted, each since when without progress.

    Deserted is what was `heard` once and is not any more: a quiet night must not hide that its
    service is gone until the first signal comes.
    """
    standing: dict[str, Standing] = {}
    for one in backlogs:
        if one.waiting <= 0 and (one.listening or one.durable not in heard):
            continue
        before = known.get(one.durable)
        same = before is not None and before.floor == one.floor
        standing[one.durable] = (
            before if same and before is not None else Standing(one.service, one.floor, now)
        )
    return standing


def stalled(standing: StandingByDurable, now: datetime, limits: Limits) -> dict[str, datetime]:
    """Return the services that stand still, each since when."""
    found: dict[str, datetime] = {}
    for one in standing.values():
        if now - one.since >= limits.tell_stalled:
            found[one.service] = min(one.since, found.get(one.service, one.since))
    return found
