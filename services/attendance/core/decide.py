"""What happens to an attendance because of what was heard. Repeated or late input gives ()."""

from dataclasses import dataclass
from datetime import datetime

from contracts.attendance import (
    AttendanceAdopted,
    AttendanceBrief,
    AttendanceCancelled,
    AttendanceConfirmed,
    AttendanceEvent,
    AttendanceExcused,
    AttendanceExpected,
    AttendanceHeldBack,
    AttendanceMissed,
    AttendanceMoved,
    AttendanceReminded,
    AttendanceStatus,
    AttendanceTakenBack,
    AttendanceTold,
)
from services.attendance.core.judging import Risk, judge
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past, Turnout
from services.attendance.core.state import Attendance
from services.attendance.core.timetable import Planned, Why, days_end

Events = tuple[AttendanceEvent, ...]
CHECK_IN_UNDONE = "check_in_undone"
"""The tag of a signal about somebody who had been checked in by mistake."""
_SEEN = (AttendanceStatus.CHECKED_IN, AttendanceStatus.LATE)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody reported of an attendance: when it happened, and when and from where it was heard."""

    at: datetime
    heard_at: datetime
    source: str = ""
    by: str = ""
    document: str = ""
    """The source's resource that says so."""
    received_at: datetime | None = None
    """When the word reached us; None: as it was heard."""

    @property
    def received(self) -> datetime:
        """When the word reached us."""
        return self.received_at or self.heard_at


@dataclass(frozen=True, slots=True)
class View:
    """What decides at the end of grace."""

    turnout: Turnout
    past: Past
    risk: Risk
    limits: Limits


def plan(state: Attendance, wanted: Planned, now: datetime, as_of: datetime | None = None) -> Events:
    """They are expected there; again, or at another time, or after all."""
    by_source = state.status is AttendanceStatus.CANCELLED and state.cancelled == "source"
    if _is_older(state, as_of) or (by_source and as_of is None):
        return ()
    if state.starts_at is None or state.status in (AttendanceStatus.UNKNOWN, AttendanceStatus.CANCELLED):
        return (_expected(wanted, now, as_of),)
    known = (state.starts_at, state.ends_at, state.grace_minutes, state.remind_at)
    if known == (wanted.starts_at, wanted.ends_at, wanted.grace_minutes, wanted.remind_at):
        # A newer word that says the same: an older one that comes after it changes nothing.
        return (_expected(wanted, now, as_of),) if as_of not in (None, state.as_of) else ()
    put_off = state.status not in _SEEN and wanted.starts_at > max(now, state.starts_at)
    if not state.is_open and not put_off:
        return ()
    return (
        AttendanceMoved(
            at=now,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            grace_minutes=wanted.grace_minutes,
            remind_at=wanted.remind_at,
            as_of=as_of,
        ),
    )


def cancel(state: Attendance, why: Why, now: datetime, as_of: datetime | None = None) -> Events:
    """They are not expected there; one that was missed already is told to whoever heard the signal."""
    if _is_older(state, as_of):
        return ()
    if state.status in (*_SEEN, AttendanceStatus.EXCUSED, AttendanceStatus.CANCELLED):
        return ()
    if state.status is AttendanceStatus.UNKNOWN and as_of is None:
        return ()
    late = state.status is AttendanceStatus.MISSED
    return (AttendanceCancelled(at=now, why=why, as_of=as_of, late=late),)


def check_in(state: Attendance, word: Word, wanted: Planned | None) -> Events:
    """They are there. It counts whatever was known of the session; the first word of it stands."""
    if state.status in _SEEN or was_taken_back(state, word):
        return ()
    late = state.status is AttendanceStatus.MISSED
    confirmed = AttendanceConfirmed(
        at=word.at,
        heard_at=word.heard_at,
        source=word.source,
        by=word.by,
        late=late,
        document=word.document,
    )
    return (*_planned_first(state, wanted, word), confirmed)


def take_back(state: Attendance, word: Word) -> Events:
    """A check-in was a mistake: they are expected again, or missing when grace is over.

    One that has not been heard yet, and was received before, will not count either. An empty document
    takes back whatever was said. Repeated it changes nothing: whoever came afterwards is there.
    """
    if was_taken_back(state, word):
        return ()
    return (
        AttendanceTakenBack(
            at=word.received,
            heard_at=word.heard_at,
            document=word.document,
            source=word.source,
            by=word.by,
        ),
    )


def was_taken_back(state: Attendance, word: Word) -> bool:
    """Return whether that word was received before it, or any, was said to be a mistake."""
    return any(one.document in ("", word.document) and word.received <= one.at for one in state.taken_back)


def excuse(state: Attendance, word: Word, wanted: Planned | None) -> Events:
    """They said that they don't come, or somebody did; who came was there all the same."""
    if state.status in (*_SEEN, AttendanceStatus.EXCUSED, AttendanceStatus.CANCELLED):
        return ()
    late = state.status is AttendanceStatus.MISSED
    excused = AttendanceExcused(at=word.at, heard_at=word.heard_at, source=word.source, late=late)
    return (*_planned_first(state, wanted, word), excused)


def adopt(state: Attendance, former: str, theirs: AttendanceBrief, now: datetime) -> Events:
    """They turned out to be the person `former`, of whom this is known at the same session.

    What is over counts in their past. Whoever was seen under either id was there.
    """
    if theirs.status in _SEEN and state.status not in (*_SEEN, AttendanceStatus.UNKNOWN):
        at = theirs.seen_at or now
        return check_in(state, Word(at, now, "link", document=theirs.document), None)
    over = (*_SEEN, AttendanceStatus.EXCUSED, AttendanceStatus.MISSED)
    if state.status is not AttendanceStatus.UNKNOWN or theirs.status not in over:
        return ()
    return (
        AttendanceAdopted(at=now, session=state.session, patient=state.patient, former=former, brief=theirs),
    )


def is_judged(state: Attendance, now: datetime) -> bool:
    """Return whether the moment has come to see whether they are missing: then a view is needed."""
    if state.owed:
        return False
    if state.status is AttendanceStatus.HELD_BACK:
        return state.held_until is None or now >= state.held_until
    ends_at = state.grace_ends_at
    return state.status is AttendanceStatus.EXPECTED and ends_at is not None and now >= ends_at


def look(state: Attendance, view: View | None, now: datetime) -> Events:
    """Do what is due: a reminder, or at the end of grace the judgement. Without a view nothing is judged."""
    if is_judged(state, now):
        return _judged(state, view, now) if view is not None else ()
    wants = state.remind_at is not None and not state.reminded and not state.owed
    if state.status is AttendanceStatus.EXPECTED and wants and state.remind_at is not None:
        return (AttendanceReminded(at=now),) if now >= state.remind_at else ()
    return ()


def told(state: Attendance, keys: tuple[str, ...], now: datetime) -> Events:
    """What was owed under these keys has been published."""
    owed = tuple(one.key for one in state.owed if one.key in keys)
    return (AttendanceTold(at=now, what=owed),) if owed else ()


def _judged(state: Attendance, view: View, now: datetime) -> Events:
    judgement = judge(view.risk, view.past, now, state.zone, view.limits)
    mistaken = (CHECK_IN_UNDONE,) if state.again else ()
    # Whoever strikes somebody off a list has it before them: it is not the list that is broken.
    waits = state.status is AttendanceStatus.EXPECTED and not state.again
    broken = waits and view.turnout.looks_broken(view.limits)
    if broken and not judgement.at_risk:
        until = now + view.limits.bulk_wait
        return (AttendanceHeldBack(at=now, until=until, expected=view.turnout.expected),)
    return (
        AttendanceMissed(
            at=now,
            urgency=judgement.urgency,
            tags=(*judgement.tags, *mistaken),
            row=judgement.row,
            misses=judgement.misses,
            text_by=days_end(now, state.zone),
            expected=view.turnout.expected if broken else 0,
        ),
    )


def _expected(wanted: Planned, now: datetime, as_of: datetime | None) -> AttendanceExpected:
    return AttendanceExpected(
        at=now,
        session=wanted.session,
        patient=wanted.patient,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        grace_minutes=wanted.grace_minutes,
        remind_at=wanted.remind_at,
        group=wanted.group,
        site=wanted.site,
        zone=wanted.zone,
        modality=wanted.modality,
        as_of=as_of,
    )


def _planned_first(state: Attendance, wanted: Planned | None, word: Word) -> Events:
    """Return what makes the session known that is heard of for the first time by what became of it."""
    if wanted is None or state.status is not AttendanceStatus.UNKNOWN:
        return ()
    return plan(state, wanted, word.heard_at)


def _is_older(state: Attendance, as_of: datetime | None) -> bool:
    return as_of is not None and state.as_of is not None and as_of < state.as_of
