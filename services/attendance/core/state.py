"""One expected attendance: what is true of it, when it acts again, and what others may know at a glance."""

from datetime import datetime, timedelta
from enum import StrEnum

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.facts import Modality
from contracts.values import Id, Moment, Urgency, Value

VERSION = 1


class Debt(StrEnum):
    """What may be owed to others; published in the order in which it came to be owed."""

    SIGNAL = "signal"
    FAULT = "fault"
    TEXT = "text"
    REMINDER = "reminder"
    FOLLOWED = "followed"
    DROPPED = "dropped"
    """A text that was asked for is not wanted any more."""


class Owed(Value):
    """Something that must still be published because of what happened."""

    what: Debt
    since: Moment
    how: str = ""
    """Of `followed`: what came later (contracts/programme.SignalFollowed)."""
    happened_at: Moment | None = None
    source: str = ""

    @property
    def key(self) -> str:
        """What names it in AttendanceTold: a later one of the same kind is another."""
        return f"{self.what}@{self.since.isoformat()}"


class TakenBack(Value):
    """A check-in that was a mistake: what was received until then under that document counts no more."""

    document: str = ""
    """Empty: whoever said it."""
    at: Moment


class Attendance(Value):
    """Where one patient's attendance at one session stands."""

    session: Id
    patient: Id
    status: AttendanceStatus = AttendanceStatus.UNKNOWN
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    grace_minutes: int = 15
    remind_at: Moment | None = None
    reminded: bool = False
    group: Id | None = None
    site: Id = "main"
    zone: str = "America/New_York"
    modality: Modality = Modality.SITE
    as_of: Moment | None = None
    """When the last word about the plan of this session came; an older one changes nothing."""
    held_until: Moment | None = None
    expected: int = 0
    """How many were expected at a session at which nobody was checked in."""
    urgency: Urgency | None = None
    tags: tuple[str, ...] = ()
    misses: int = 0
    missed_at: Moment | None = None
    signal: str = ""
    """The id of the signal that says so."""
    text_by: Moment | None = None
    seen_at: Moment | None = None
    document: str = ""
    """What said that they came."""
    taken_back: tuple[TakenBack, ...] = ()
    """The last check-ins that were mistakes."""
    again: int = 0
    """How often a check-in was taken back after which they count as missing: each is a signal of its own."""
    cancelled: str = ""
    """Why they are not expected there."""
    owed: tuple[Owed, ...] = ()

    @classmethod
    def empty(cls, subject: str) -> "Attendance":
        """Return the attendance of which nothing is known."""
        _, session, patient = subject.split(".")
        return cls(session=session, patient=patient)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be seen whether they come."""
        return self.status in (AttendanceStatus.EXPECTED, AttendanceStatus.HELD_BACK)

    @property
    def grace_ends_at(self) -> datetime | None:
        """When they count as missing."""
        if self.starts_at is None:
            return None
        return self.starts_at + timedelta(minutes=self.grace_minutes)


def due(state: Attendance) -> datetime | None:
    """Return when it acts again: what is owed at once, else a reminder, the end of grace or of a wait."""
    if state.owed:
        return min(owed.since for owed in state.owed)
    match state.status:
        case AttendanceStatus.HELD_BACK:
            return state.held_until
        case AttendanceStatus.EXPECTED:
            if state.remind_at is not None and not state.reminded and state.grace_ends_at is not None:
                return min(state.remind_at, state.grace_ends_at)
            return state.grace_ends_at
        case _:
            return None


def brief(state: Attendance) -> AttendanceBrief:
    """Return what others may know at a glance."""
    return AttendanceBrief(
        status=state.status,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
        group=state.group,
        site=state.site,
        zone=state.zone,
        grace_minutes=state.grace_minutes,
        remind_at=state.remind_at,
        seen_at=state.seen_at,
        document=state.document,
        urgency=state.urgency,
        cancelled=state.cancelled,
    )
