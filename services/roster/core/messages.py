"""Notices of the roster: their stable names, and what all of them share.

A name says what a notice is about and nothing of when it was made, so that whoever makes it again
(after a restart, or beside another copy) makes the same one, and the person gets one text.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.notices import NoticeKind, NoticeSent
from contracts.people import ContactMethod, Person
from contracts.values import Channel, Urgency

_LONGEST = 80
DAY_FROM, DAY_UNTIL = time(9), time(20)
"""The hours in which people are told what can wait, on their own wall clock. Ours."""


def name(*parts: str) -> str:
    """Return the id of a message made of those parts; long ones are cut and keep a hash of the whole."""
    whole = re.sub(r"[^A-Za-z0-9_-]+", "-", "-".join(parts))
    if len(whole) <= _LONGEST:
        return whole
    return f"{whole[: _LONGEST - 25]}-{hashlib.sha256(whole.encode()).hexdigest()[:24]}"


def stamp(moment: datetime) -> str:
    """Return a moment as one token: `20261124T081000Z`."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def to(
    person: Person,
    kind: NoticeKind,
    message: str,
    at: datetime,
    args: Mapping[str, str],
    *,
    urgency: Urgency = Urgency.ROUTINE,
    by_voice: bool = False,
    not_after: datetime | None = None,
    methods: tuple[ContactMethod, ...] | None = None,
) -> NoticeSent | None:
    """Return the notice to that person; None when they have no method left that could bring it.

    Whoever has nothing but voice is called; all others only with `by_voice`, when no text gets through.
    """
    living = methods if methods is not None else living_methods(person)
    if not living:
        return None
    return NoticeSent(
        at=at,
        message=message,
        responder=person.id,
        notice=kind,
        args=dict(args),
        methods=living,
        zone=person.zone,
        urgency=urgency,
        by_voice=by_voice or all(method.channel is Channel.VOICE for method in living),
        not_after=not_after,
    )


def living_methods(person: Person) -> tuple[ContactMethod, ...]:
    """Return the methods that are not dead, of somebody who is active."""
    return tuple(method for method in person.methods if person.active and method.dead_since is None)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone; one that nobody knows is UTC, for a notice at an odd hour beats none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def by_day(now: datetime, zone: str) -> bool:
    """Return whether it is daytime there: what can wait is told then."""
    return DAY_FROM <= now.astimezone(zone_of(zone)).time() < DAY_UNTIL


def next_day(now: datetime, zone: str) -> datetime:
    """Return the next moment at which daytime begins there, UTC."""
    local = now.astimezone(zone_of(zone))
    day = local.date() if local.time() < DAY_FROM else local.date() + timedelta(days=1)
    return datetime.combine(day, DAY_FROM, local.tzinfo).astimezone(UTC)
