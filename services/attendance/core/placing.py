"""Which session a check-in or an excuse is about, when it does not say so. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.attendance import AttendanceBrief, AttendanceStatus
from services.attendance.core.limits import EARLY
from services.attendance.core.timetable import Planned

DAY = timedelta(days=1)
_SEEN = (AttendanceStatus.CHECKED_IN, AttendanceStatus.LATE)


def is_on(starts_at: datetime, ends_at: datetime, at: datetime, early: timedelta = EARLY) -> bool:
    """Return whether a check-in at that moment counts for a session with these times.

    It counts from `early` before the start.
    """
    return starts_at - early <= at <= ends_at


def session_at(
    known: Iterable[tuple[str, AttendanceBrief]], planned: Iterable[Planned], at: datetime, early: timedelta
) -> str | None:
    """Return the session of a patient that is on at that moment, or begins within `early`; None: none is.

    Of several the one at which they have not been seen yet, then the one whose start is nearest.
    """
    found: dict[str, tuple[bool, float]] = {
        one.session: (False, abs((one.starts_at - at).total_seconds()))
        for one in planned
        if is_on(one.starts_at, one.ends_at, at, early)
    }
    for session, brief in known:
        found.pop(session, None)
        if brief.starts_at is None or brief.ends_at is None or brief.status is AttendanceStatus.CANCELLED:
            continue
        if is_on(brief.starts_at, brief.ends_at, at, early):
            away = abs((brief.starts_at - at).total_seconds())
            found[session] = (brief.status in _SEEN, away)
    return min(found, key=lambda session: (*found[session], session), default=None)


def session_seen(known: Iterable[tuple[str, AttendanceBrief]], document: str, at: datetime) -> str | None:
    """Return the session at which a patient was seen by that word, or, without one, seen last.

    Not after `at`, nor more than a day before it.
    """
    found = {
        session: brief.seen_at
        for session, brief in known
        if brief.status in _SEEN
        and brief.seen_at is not None
        and document in ("", brief.document)
        and at - DAY <= brief.seen_at <= at
    }
    return max(found, key=lambda session: (found[session], session), default=None)


def sessions_of_day(
    known: Iterable[tuple[str, AttendanceBrief]], planned: Iterable[Planned], on: date
) -> tuple[str, ...]:
    """Return every session of a patient that starts on that day of its own wall clock."""
    found = {one.session for one in planned if local_day(one.starts_at, one.zone) == on}
    found |= {
        session
        for session, brief in known
        if brief.starts_at is not None and local_day(brief.starts_at, brief.zone) == on
    }
    return tuple(sorted(found))


def local_day(moment: datetime, zone: str) -> date:
    """Return the day that a zone's wall clock shows."""
    return moment.astimezone(ZoneInfo(zone)).date()
