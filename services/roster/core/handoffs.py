"""A handoff: the incoming person is told, confirms, and until they do the outgoing one stays on too.

1. The evening before: a reminder. Shortly ahead, if it is not confirmed: a question, and from that
   moment the shifts hold the outgoing people as well, until it is confirmed or STAYS_AT_MOST.
   They are written before anybody is told, so that whoever dies in between leaves somebody on.
2. A turn that nobody was told of by LATE after its start is left alone: it was on before we looked.
3. Every notice has a name of its own, so whatever is made again after a crash is one text.
"""

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Habits:
    """What a site chose: see the settings of the roster."""

    evening: time = time(18)
    ahead: timedelta = timedelta(hours=2)
    turns_from: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done about one turn, in this order; None: nothing, or nobody left to tell."""

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


def due(
    schedule: Schedule,
    turn: Turn,
    record: Handoff | None,
    people: Mapping[str, Person],
    now: datetime,
    habits: Habits,
) -> Due:
    """Return what is due now about a turn that is handed over, to somebody known; `record`: so far."""
    person = people[turn.person]
    known = record or Handoff(schedule=turn.schedule, person=turn.person, start=turn.start)
    evening = evening_before(turn.start, person.zone, habits.evening)
    ahead = turn.start - habits.ahead
    if now < min(evening, ahead):
        return Due()
    if now < ahead:
        if known.evening_told_at is not None or now >= evening + EVENING_LASTS:
            return Due()
        asked = _to(person, schedule, turn, NoticeKind.SHIFT_TOMORROW, "eve", now, not_after=ahead)
        return Due(notices=(asked,), after=known.model_copy(update={"evening_told_at": now}))
    if record is None and now >= turn.start + LATE:
        return Due()
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
        return Due(before, tuple(notices), after=after)
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
    return Due(before, tuple(notices), tuple(_faults(turn, kept, now)), after)


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
