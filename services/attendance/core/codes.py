"""Codes that patients text to check in: six digits for each session, made from a keyed hash. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from contracts.attendance import AttendanceBrief, AttendanceCode, AttendanceStatus

_DIGITS = 6
_TAKEN = frozenset({"000000", "911911", "988988", "741741"})
"""Never a code: what people type in need, or by accident."""
KEPT = timedelta(hours=36)
"""So long after its session a code still stands in the bucket, counting no more: whoever texts it late is
told so. Ours: the evening of the next day."""


def code_of(keyed: str) -> str:
    """Return the code of a session: six digits that nobody guesses without the site's hash key.

    `keyed` is the session's keyed hash in hex, the same for every copy of the service.
    """
    number = int(keyed, 16)
    while (code := f"{number % 10**_DIGITS:0{_DIGITS}d}") in _TAKEN or len(set(code)) == 1:
        number = (number * 31 + 7) % 2**128
    return code


def wanted(
    briefs: Iterable[tuple[str, str, AttendanceBrief]],
    keyed: Callable[[str], str],
    now: datetime,
    ahead: timedelta,
    early: timedelta,
) -> Mapping[str, AttendanceCode]:
    """Return session -> its code, for all that begin within `ahead` or are on.

    `briefs`: (session, patient, attendance). A code counts from `early` before its session's start.
    """
    found: dict[str, AttendanceCode] = {}
    members: dict[str, list[str]] = {}
    for session, patient, brief in briefs:
        if brief.starts_at is None or brief.ends_at is None or brief.status is AttendanceStatus.CANCELLED:
            continue
        if not now - KEPT <= brief.ends_at or brief.starts_at > now + ahead:
            continue
        members.setdefault(session, []).append(patient)
        found[session] = AttendanceCode(
            session=session,
            code=code_of(keyed(session)),
            opens_at=brief.starts_at - early,
            closes_at=brief.ends_at,
        )
    return {
        session: code.model_copy(update={"patients": tuple(sorted(members[session]))})
        for session, code in sorted(found.items())
    }
