"""How a session looks as a whole, and what a patient's past attendances say. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.attendance import AttendanceBrief, AttendanceStatus
from services.attendance.core.limits import Limits

_SEEN = (AttendanceStatus.CHECKED_IN, AttendanceStatus.LATE)
_NOT_SEEN = (AttendanceStatus.EXPECTED, AttendanceStatus.HELD_BACK, AttendanceStatus.MISSED)


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of a session were expected, have been seen, and are missing."""

    expected: int = 0
    """Everybody on its list, the excused too; nobody who is not expected any more."""
    seen: int = 0
    missing: int = 0

    def looks_broken(self, limits: Limits) -> bool:
        """Return whether it is likelier that the list is broken than that nobody came."""
        return (
            self.seen == 0 and self.expected >= limits.bulk_expected and self.missing >= limits.bulk_missing
        )


@dataclass(frozen=True, slots=True)
class Past:
    """A patient's attendances before one session: how many missed in a row, and since when."""

    misses: int = 0
    first_missed_at: datetime | None = None
    """The start of the first session of that row."""


def turnout(briefs: Iterable[AttendanceBrief]) -> Turnout:
    """Return how a session looks, given all its attendances."""
    statuses = [brief.status for brief in briefs]
    return Turnout(
        expected=sum(
            status not in (AttendanceStatus.CANCELLED, AttendanceStatus.UNKNOWN) for status in statuses
        ),
        seen=sum(status in _SEEN for status in statuses),
        missing=sum(status in _NOT_SEEN for status in statuses),
    )


def past(briefs: Mapping[str, AttendanceBrief], session: str, starts_at: datetime, now: datetime) -> Past:
    """Return a patient's past before a session; `briefs` is session -> theirs.

    An excused or cancelled attendance neither ends the row nor counts in it; one at which they were
    seen, even late, ends it. One whose grace is over counts although nobody judged it yet: after an
    outage all of them are judged at once.
    """
    before = sorted(
        (
            (brief.starts_at, name, brief.status, _is_over(brief, now))
            for name, brief in briefs.items()
            if name != session
            and brief.starts_at is not None
            and (brief.starts_at, name) < (starts_at, session)
        ),
        reverse=True,
    )
    misses, first = 0, None
    for begun, _, status, over in before:
        if status in _SEEN:
            break
        if status is AttendanceStatus.MISSED or over:
            misses, first = misses + 1, begun
    return Past(misses, first)


def _is_over(brief: AttendanceBrief, now: datetime) -> bool:
    if brief.status is not AttendanceStatus.EXPECTED or brief.starts_at is None:
        return False
    return brief.starts_at + timedelta(minutes=brief.grace_minutes) <= now
