"""What is open when a turn begins: told to whoever comes, and to whoever goes and still holds some.

Codes, how soon to act, and ages; nothing about anybody. Test pages and drills are not handed over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person
from contracts.schedules import Handoff, Schedule
from contracts.values import Urgency
from services.roster.core import handoffs, messages
from services.roster.core.turn import Turn

OPS = "ops"
"""The schedule that is told of faults, and of nothing else."""
LASTS = timedelta(minutes=30)
"""So long after its moment it is worth telling; a service that comes back later does not."""
SHOWN = 6
_NOT_HANDED_OVER = (EscalationStatus.CLOSED, EscalationStatus.WORKLIST)
_TRIALS = ("faults.test-", "faults.drill-")


def listed(briefs: Sequence[EscalationBrief], now: datetime) -> str:
    """Return `K7 NOW 40 min; M3 TODAY 3 h`, the most urgent and oldest first, at most SHOWN of them."""
    ordered = sorted(briefs, key=lambda brief: (-brief.urgency.rank, brief.opened_at))
    shown = [f"{one.code} {one.urgency.word} {_age(now - one.opened_at)}" for one in ordered[:SHOWN]]
    more = len(ordered) - SHOWN
    return "; ".join([*shown, *([f"{more} more"] if more > 0 else [])])


def at_start(
    schedule: Schedule,
    turns: Sequence[Turn],
    records: Mapping[str, Handoff],
    open_: Mapping[str, EscalationBrief],
    people: Mapping[str, Person],
    now: datetime,
) -> tuple[NoticeSent, ...]:
    """Return what is told about open escalations (subject -> brief) at the start of these turns.

    Whoever stays on until the next one confirms still has a shift: they are told when it ends.
    """
    known = {subject: one for subject, one in open_.items() if _handed_over(subject, one)}
    theirs = [one for subject, one in known.items() if subject.startswith("faults.") is (schedule.id == OPS)]
    found: list[NoticeSent | None] = []
    for turn in turns:
        record = records.get(handoffs.key(turn))
        if theirs and turn.start <= now < turn.start + LASTS and turn.person in people:
            found.append(_open_now(schedule, turn, people[turn.person], theirs, now))
        gone_at = _gone_at(turn, record)
        if gone_at is not None and gone_at <= now < gone_at + LASTS:
            found += [
                _still_holding(turn, people[who], held, now)
                for who in turn.outgoing
                if who in people and (held := [one for one in known.values() if one.holder == who])
            ]
    return tuple(notice for notice in found if notice is not None)


def _gone_at(turn: Turn, record: Handoff | None) -> datetime | None:
    if record is None or not record.outgoing:
        return turn.start
    if record.confirmed_at is not None:
        return max(turn.start, record.confirmed_at)
    return record.outgoing_until


def _handed_over(subject: str, brief: EscalationBrief) -> bool:
    return brief.status not in _NOT_HANDED_OVER and not subject.startswith(_TRIALS)


def _open_now(
    schedule: Schedule, turn: Turn, person: Person, open_: list[EscalationBrief], now: datetime
) -> NoticeSent | None:
    # Named for the person and the moment: whoever comes on for two schedules is told once.
    what = OPS if schedule.id == OPS else "patients"
    return messages.to(
        person,
        NoticeKind.OPEN_NOW,
        messages.name("o", messages.stamp(turn.start), person.id, what),
        now,
        {
            "schedule": schedule.id,
            "title": schedule.title or schedule.id,
            "open": listed(open_, now),
        },
        urgency=Urgency.SOON,
        not_after=turn.start + LASTS,
    )


def _still_holding(
    turn: Turn, person: Person, held: list[EscalationBrief], now: datetime
) -> NoticeSent | None:
    return messages.to(
        person,
        NoticeKind.STILL_HOLDING,
        messages.name("o", messages.stamp(turn.start), person.id, "held"),
        now,
        {"open": listed(held, now), "incoming": turn.person},
        urgency=Urgency.SOON,
    )


def _age(age: timedelta) -> str:
    # What opens while the handoff is told may be younger than that moment.
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
