"""The text each morning to whoever has tasks: how many, how many overdue, and their ids. Pure.

No patient, no kind: a text to staff says the least that helps (clinical notes 4d).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.followups import TaskBrief
from contracts.notices import NoticeKind, NoticeSent
from contracts.people import Person

LATE = timedelta(hours=4)
"""A digest that was kept by a stop of the machine is sent until so long after its time. No source."""
AGAIN = timedelta(seconds=30)
"""After which a digest that could not be published is tried again."""
_LISTED = 3


def digest(person: Person, tasks: Iterable[TaskBrief], now: datetime, at: time) -> NoticeSent | None:
    """Return today's digest of a person; None: nothing to tell, or it isn't the time."""
    local = now.astimezone(_zone(person))
    begins = datetime.combine(local.date(), at, local.tzinfo)
    mine = sorted((one for one in tasks if one.owner == person.id), key=lambda one: (one.due, one.task))
    if not mine or not person.active or not begins <= local < begins + LATE:
        return None
    end_of_day = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    late = [one for one in mine if one.due <= now]
    today = [one for one in mine if now < one.due < end_of_day]
    first = (*late, *today, *(one for one in mine if one.due >= end_of_day))[:_LISTED]
    return NoticeSent(
        at=now,
        message=f"digest-{person.id}-{local:%Y%m%d}"[:80],
        responder=person.id,
        notice=NoticeKind.DIGEST,
        args={
            "open": str(len(mine)),
            "today": str(len(today)),
            "overdue": str(len(late)),
            "tasks": " ".join(one.task for one in first),
        },
        methods=person.methods,
        zone=person.zone,
        not_after=(begins + LATE).astimezone(UTC),
    )


def next_at(people: Iterable[Person], now: datetime, at: time) -> datetime | None:
    """Return the next moment (UTC) at which somebody's morning comes; None: there is nobody."""
    return min((_next(person, now, at) for person in people if person.active), default=None)


def _next(person: Person, now: datetime, at: time) -> datetime:
    zone = _zone(person)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(3))
    moments = (datetime.combine(day, at, zone).astimezone(UTC) for day in days)
    return next(moment for moment in moments if moment > now)


def _zone(person: Person) -> ZoneInfo:
    try:
        return ZoneInfo(person.zone)
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")
