"""What is due about the handoffs of one schedule, and when to look again.

1. A turn is handed over when somebody else was on before it. Whoever is always on hands over to
   nobody, and neither does somebody who has the same hours every day.
2. Turns shorter than `Habits.turns_from` are not asked about: an hourly rotation would text all day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.notices import NoticeSent
from contracts.people import Person
from contracts.schedules import Handoff, Schedule
from contracts.signals import Signal
from services.roster.core import handoffs
from services.roster.core.handoffs import Habits
from services.roster.core.turn import Turn

KEPT = timedelta(days=7)
LOOKED_BACK = timedelta(days=40)
"""Turns that began so long ago must be known, to see who was on before a turn."""
LOOKED_AHEAD = timedelta(days=3)
"""Whoever looks must look again within a day, for what lies beyond."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be done about the handoffs of one schedule, in this order."""

    before: tuple[Handoff, ...] = ()
    """To be written before anybody is told: who stays on as well."""
    notices: tuple[NoticeSent, ...] = ()
    faults: tuple[Signal, ...] = ()
    after: tuple[Handoff, ...] = ()
    """To be written when they were told."""
    over: tuple[str, ...] = ()
    """Keys of records whose turn is long past, or no longer stands."""
    next_at: datetime | None = None


def handed_over(turns: Sequence[Turn], turns_from: timedelta) -> tuple[Turn, ...]:
    """Return the turns that are handed over, of all turns of one schedule."""
    return tuple(turn for turn in turns if turn.end - turn.start >= turns_from and _from_another(turn, turns))


def look(
    schedule: Schedule,
    turns: Sequence[Turn],
    records: Mapping[str, Handoff],
    people: Mapping[str, Person],
    now: datetime,
    habits: Habits,
) -> Look:
    """Return what is due about the handoffs of a schedule, and when to look again.

    `turns` are all turns from LOOKED_BACK ago to LOOKED_AHEAD; `records` what is known of any schedule.
    """
    parts: list[handoffs.Due] = []
    later: list[datetime] = []
    for turn in handed_over(turns, habits.turns_from):
        person = people.get(turn.person)
        if person is None or not now < turn.end:
            continue
        record = records.get(handoffs.key(turn))
        moments = _moments(turn, person, record, habits)
        later += [moment for moment in moments if moment > now]
        if record is None or record.confirmed_at is None:
            parts.append(handoffs.due(schedule, turn, record, people, now, habits))
    return Look(
        before=tuple(part.before for part in parts if part.before is not None),
        notices=tuple(notice for part in parts for notice in part.notices if notice is not None),
        faults=tuple(one for part in parts for one in part.faults),
        after=tuple(part.after for part in parts if part.after is not None),
        over=tuple(_over(schedule.id, turns, records, now)),
        next_at=min(later, default=None),
    )


def _moments(turn: Turn, person: Person, record: Handoff | None, habits: Habits) -> tuple[datetime, ...]:
    """When something about the turn may be due."""
    until = record.outgoing_until if record is not None else None
    return (
        handoffs.evening_before(turn.start, person.zone, habits.evening),
        turn.start - habits.ahead,
        turn.start,
        turn.start + handoffs.AGAIN_AFTER,
        *((until,) if until is not None else ()),
    )


def _over(
    schedule: str, turns: Iterable[Turn], records: Mapping[str, Handoff], now: datetime
) -> Iterable[str]:
    standing = {handoffs.key(turn) for turn in turns}
    for name, record in records.items():
        if record.schedule == schedule and (record.start < now - KEPT or name not in standing):
            yield name


def _from_another(turn: Turn, turns: Sequence[Turn]) -> bool:
    if turn.outgoing:
        return True
    ended = [other for other in turns if other.end <= turn.start]
    last = max(ended, key=lambda other: other.end, default=None)
    return last is None or last.person != turn.person
