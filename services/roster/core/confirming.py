"""What follows when a coming shift is confirmed: thanks, and whoever stayed on for it is relieved.

Whoever acknowledges a page during their turn is plainly there, which confirms it too; answering a
test page or a drill does not.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import ValidationError

from contracts.notices import NoticeKind, NoticeSent
from contracts.pages import NoticeAnswered
from contracts.people import Person
from contracts.schedules import Handoff, Schedule, Shifts
from contracts.values import Urgency
from services.roster.core import handoffs, messages
from services.roster.core.turn import UNCONFIRMED, Turn


def meant(records: Iterable[Handoff], names: Iterable[str]) -> tuple[Handoff, ...]:
    """Return the handoffs that notices of these names asked about."""
    wanted = set(names)
    return tuple(
        one
        for one in records
        if wanted
        & {handoffs.message(one, "eve"), handoffs.message(one, "soon"), handoffs.message(one, "again")}
    )


def asked_about(event: NoticeAnswered) -> Handoff | None:
    """Return the handoff that the answered notice was about; None if its arguments name none."""
    args = event.args
    try:
        return Handoff.model_validate(
            {"schedule": args["schedule"], "start": args["start"], "person": event.responder}
        )
    except (KeyError, ValidationError):
        return None


def shown_by_answering(
    records: Iterable[Handoff], turns: Iterable[Turn], responder: str, at: datetime
) -> tuple[Handoff, ...]:
    """Return the unconfirmed handoffs of turns during which the responder took a page."""
    running = {handoffs.key(turn) for turn in turns if turn.start <= at < turn.end}
    return tuple(
        one
        for one in records
        if one.person == responder and one.confirmed_at is None and handoffs.key(one) in running
    )


def thanks(schedule: Schedule, turn: Turn, person: Person, now: datetime) -> NoticeSent | None:
    """Return the thanks to whoever confirmed."""
    return messages.to(
        person,
        NoticeKind.SHIFT_CONFIRMED,
        handoffs.message(turn, "ok"),
        now,
        handoffs.args(schedule, turn),
    )


def relieved(
    schedule: Schedule,
    confirmed: Handoff,
    records: Iterable[Handoff],
    shifts: Shifts | None,
    people: Mapping[str, Person],
    now: datetime,
) -> tuple[NoticeSent, ...]:
    """Return what is told to those whose time as a stand-by ends with this confirmation.

    Nobody who stays on anyway, or for somebody else who has not confirmed, or who never began.
    """
    until = confirmed.outgoing_until
    if until is None or not confirmed.start <= now < until:
        return ()
    needed = {
        who
        for other in records
        if other.schedule == confirmed.schedule
        and handoffs.key(other) != handoffs.key(confirmed)
        and other.confirmed_at is None
        and other.outgoing_until is not None
        and other.start <= now < other.outgoing_until
        for who in other.outgoing
    }
    on = {
        shift.person
        for shift in (shifts.shifts if shifts is not None else ())
        if shift.origin != UNCONFIRMED and shift.start <= now < shift.end
    }
    found = [
        messages.to(
            people[who],
            NoticeKind.RELIEVED,
            messages.name("h", confirmed.schedule, messages.stamp(confirmed.start), who, "relieved"),
            now,
            {
                "schedule": schedule.id,
                "title": schedule.title or schedule.id,
                "incoming": confirmed.person,
            },
            urgency=Urgency.SOON,
        )
        for who in confirmed.outgoing
        if who in people and who not in needed | on
    ]
    return tuple(notice for notice in found if notice is not None)
