"""Handoffs: the incoming person is told, confirms, and until they do the outgoing one stays on too.

1. A turn is handed over when somebody else was on before it. Whoever is always on hands over to
   nobody, and neither does somebody who has the same hours every day.
2. Turns shorter than `Habits.turns_from` are not asked about: an hourly rotation would text all day.
3. The evening before: a reminder. Shortly ahead, if it is not confirmed: a question, and from that
   moment the shifts hold the outgoing people as well, until it is confirmed or STAYS_AT_MOST.
   They are written before anybody is told, so that whoever dies in between leaves somebody on.
4. A turn that nobody was told of by LATE after its start is left alone: it was on before we looked.
5. Every notice has a name of its own, so whatever is made again after a crash is one text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person
from contracts.schedules import Handoff, Schedule
from contracts.signals import Signal
from contracts.values import Urgency
from services.roster.core import messages
from services.roster.core.fault_signals import fault
from services.roster.core.turn import Turn

STAYS_AT_MOST = timedelta(hours=24)
"""So long the outgoing stay on for somebody who never confirms; then ops have had a day. Ours."""
AGAIN_AFTER = timedelta(minutes=15)
"""The incoming person is reminded once more so long after the start, by voice if need be. Ours."""
LATE = timedelta(minutes=15)
EVENING_LASTS = timedelta(hours=4)
"""An evening reminder that could not be sent by then is left to the notice ahead."""
KEPT = timedelta(days=7)
LOOKED_BACK = timedelta(days=40)
"""Turns that began so long ago must be known, to see who was on before a turn."""
LOOKED_AHEAD = timedelta(days=3)
"""Whoever looks must look again within a day, for what lies beyond."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a site chose: see the settings of the roster."""

    evening: time = time(18)
    ahead: timedelta = timedelta(hours=2)
    turns_from: timedelta = timedelta(hours=4)


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


@dataclass(frozen=True, slots=True)
class _Part:
    """The same for one turn."""

    before: Handoff | None = None
    notices: tuple[NoticeSent | None, ...] = ()
    faults: tuple[Signal, ...] = ()
    after: Handoff | None = None


def key(one: Handoff | Turn) -> str:
    """Return the key of a handoff in its bucket."""
    return f"{one.schedule}.{messages.stamp(one.start)}.{one.person}"


def message(one: Handoff | Turn, what: str) -> str:
    """Return the name of a notice to the incoming person: `eve`, `soon`, `again`, `ok`."""
    return messages.name("h", one.schedule, messages.stamp(one.start), one.person, what)


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
    parts: list[_Part] = []
    later: list[datetime] = []
    for turn in handed_over(turns, habits.turns_from):
        person = people.get(turn.person)
        if person is None or not now < turn.end:
            continue
        record = records.get(key(turn))
        moments = _moments(turn, person, record, habits)
        later += [moment for moment in moments if moment > now]
        if record is None or record.confirmed_at is None:
            parts.append(_part(schedule, turn, record, people, now, habits))
    return Look(
        before=tuple(part.before for part in parts if part.before is not None),
        notices=tuple(notice for part in parts for notice in part.notices if notice is not None),
        faults=tuple(one for part in parts for one in part.faults),
        after=tuple(part.after for part in parts if part.after is not None),
        over=tuple(_over(schedule.id, turns, records, now)),
        next_at=min(later, default=None),
    )


def evening_before(start: datetime, zone: str, evening: time) -> datetime:
    """Return the moment (UTC) of that hour on the day before, on the wall clock of the zone."""
    there = messages.zone_of(zone)
    day = start.astimezone(there).date() - timedelta(days=1)
    return datetime.combine(day, evening, there).astimezone(start.tzinfo)


def args(schedule: Schedule, turn: Turn) -> dict[str, str]:
    """Return the args that every notice about a turn has."""
    return {
        "schedule": schedule.id,
        "title": schedule.title or schedule.id,
        "start": turn.start.isoformat(),
        "end": turn.end.isoformat(),
    }


def _part(
    schedule: Schedule,
    turn: Turn,
    record: Handoff | None,
    people: Mapping[str, Person],
    now: datetime,
    habits: Habits,
) -> _Part:
    person = people[turn.person]
    known = record or Handoff(schedule=turn.schedule, person=turn.person, start=turn.start)
    evening = evening_before(turn.start, person.zone, habits.evening)
    ahead = turn.start - habits.ahead
    if now < min(evening, ahead):
        return _Part()
    if now < ahead:
        if known.evening_told_at is not None or now >= evening + EVENING_LASTS:
            return _Part()
        asked = _to(person, schedule, turn, NoticeKind.SHIFT_TOMORROW, "eve", now, not_after=ahead)
        return _Part(notices=(asked,), after=known.model_copy(update={"evening_told_at": now}))
    if record is None and now >= turn.start + LATE:
        return _Part()
    kept = known.model_copy(
        update={"outgoing": turn.outgoing, "outgoing_until": min(turn.end, turn.start + STAYS_AT_MOST)}
    )
    before = kept if kept != record else None
    notices: list[NoticeSent | None] = []
    after = None
    if known.ahead_told_at is None:
        until = max(turn.start, now) + AGAIN_AFTER
        notices.append(
            _to(person, schedule, turn, NoticeKind.SHIFT_SOON, "soon", now, not_after=until, loud=True)
        )
        after = kept.model_copy(update={"ahead_told_at": now})
    if now < turn.start:
        return _Part(before, tuple(notices), after=after)
    notices += _still_on(schedule, turn, kept, people, now)
    if turn.start + AGAIN_AFTER <= now and kept.ahead_told_at is not None:
        until = turn.start + EVENING_LASTS
        if now < until:
            notices.append(
                _to(
                    person, schedule, turn, NoticeKind.SHIFT_SOON, "again", now,
                    not_after=until, loud=True, by_voice=True,
                )
            )  # fmt: skip
    return _Part(before, tuple(notices), tuple(_faults(turn, kept, now)), after)


def _still_on(
    schedule: Schedule, turn: Turn, record: Handoff, people: Mapping[str, Person], now: datetime
) -> list[NoticeSent | None]:
    until = record.outgoing_until
    if until is None or now >= until:
        return []
    told = args(schedule, turn) | {"incoming": turn.person}
    return [
        messages.to(
            people[who],
            NoticeKind.STILL_ON,
            messages.name("h", turn.schedule, messages.stamp(turn.start), who, "still"),
            now,
            told,
            urgency=Urgency.SOON,
            not_after=until,
        )
        for who in record.outgoing
        if who in people
    ]


def _faults(turn: Turn, record: Handoff, now: datetime) -> list[Signal]:
    name = f"{turn.schedule}-{messages.stamp(turn.start)}-{turn.person}"
    found = []
    until = record.outgoing_until or turn.start
    began = f"{turn.start:%Y-%m-%d %H:%M} UTC"
    if now < turn.start + STAYS_AT_MOST:
        stay = (
            f"{', '.join(record.outgoing)} stays on as well until {until:%Y-%m-%d %H:%M} UTC"
            if record.outgoing
            else "nobody was on before, so nobody stays on as well"
        )
        note = (
            f"Schedule {turn.schedule}: {turn.person} has not confirmed the shift that began {began}; "
            f"{stay}. Call them."
        )
        found.append(fault(f"unconfirmed-{name}", note, now, Urgency.SOON))
    if record.outgoing and until <= now < until + STAYS_AT_MOST and now < turn.end:
        note = (
            f"Schedule {turn.schedule}: {turn.person} never confirmed the shift that began {began}, and "
            f"{', '.join(record.outgoing)} no longer stays on. Put somebody on, or call them."
        )
        found.append(fault(f"never-confirmed-{name}", note, now, Urgency.URGENT))
    return found


def _moments(turn: Turn, person: Person, record: Handoff | None, habits: Habits) -> tuple[datetime, ...]:
    """When something about the turn may be due."""
    until = record.outgoing_until if record is not None else None
    return (
        evening_before(turn.start, person.zone, habits.evening),
        turn.start - habits.ahead,
        turn.start,
        turn.start + AGAIN_AFTER,
        *((until,) if until is not None else ()),
    )


def _over(
    schedule: str, turns: Iterable[Turn], records: Mapping[str, Handoff], now: datetime
) -> Iterable[str]:
    standing = {key(turn) for turn in turns}
    for name, record in records.items():
        if record.schedule == schedule and (record.start < now - KEPT or name not in standing):
            yield name


def _from_another(turn: Turn, turns: Sequence[Turn]) -> bool:
    if turn.outgoing:
        return True
    ended = [other for other in turns if other.end <= turn.start]
    last = max(ended, key=lambda other: other.end, default=None)
    return last is None or last.person != turn.person


def _to(
    person: Person,
    schedule: Schedule,
    turn: Turn,
    kind: NoticeKind,
    what: str,
    now: datetime,
    *,
    not_after: datetime,
    loud: bool = False,
    by_voice: bool = False,
) -> NoticeSent | None:
    return messages.to(
        person,
        kind,
        message(turn, what),
        now,
        args(schedule, turn),
        urgency=Urgency.SOON if loud else Urgency.ROUTINE,
        not_after=not_after,
        by_voice=by_voice,
    )
