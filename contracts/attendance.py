"""Attendance: the programme's timetable, who is expected where, and what became of each expectation."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from contracts.facts import Modality
from contracts.schedules import Weekday
from contracts.values import Id, Moment, Urgency, Value


class SessionTime(Value):
    """When a group meets each week, on the wall clock of its zone."""

    days: tuple[Weekday, ...]
    start: time
    minutes: int = 180
    """How long it lasts. Sessions of such programmes last two to three hours (clinical notes, section 0)."""
    first_on: date | None = None
    """The first day on which it holds; None: always did."""
    last_on: date | None = None
    """The last day on which it holds; None: for ever."""


class SessionOff(Value):
    """Sessions that do not take place: nobody is missed there."""

    on: date
    start: time | None = None
    """Which of that day, by the time of the weekly rule; None: all of them."""
    why: str = ""
    by: str = ""
    """Who cancelled it by command; empty: it stands in the programme's files."""


class SessionMoved(Value):
    """One session takes place at another time; it keeps the id of its place in the weekly rule."""

    on: date
    start: time
    """Day and time by the weekly rule."""
    to_on: date
    to_start: time
    minutes: int | None = None
    """How long it lasts there; None: as ever."""


class Group(Value):
    """A group of the programme and its timetable: in the bucket `groups`, under its id."""

    id: Id
    """At most 60 characters: it begins the ids of its sessions, `<group>-20261124-0900`."""
    title: str = ""
    zone: str = "America/New_York"
    """IANA time zone of its wall clock, also where patients join by video."""
    site: Id = "main"
    modality: Modality = Modality.SITE
    calendar: Id | None = None
    """The holiday calendar it observes: no session starts on its days."""
    times: tuple[SessionTime, ...] = ()
    off: tuple[SessionOff, ...] = ()
    moved: tuple[SessionMoved, ...] = ()
    grace_minutes: int | None = None
    """Minutes after the start until somebody counts as missing, 5 to 30; None: the site's setting."""
    reminder_minutes: int | None = None
    """Minutes before the start at which whoever wants it is reminded; None: nobody is."""
    since: Moment | None = None
    """When the timetable was last changed: nobody begins to be expected at what had begun before."""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{value!r} is no time zone; write for example America/New_York") from None
        return value


class Enrolment(Value):
    """A patient is expected at a group's sessions: in the bucket `enrolments`, under `<group>.<patient>`."""

    group: Id
    patient: Id
    first_on: date | None = None
    """The first day on which they are expected; None: from now on."""
    last_on: date | None = None
    """The last day on which they are expected; None: until they leave."""
    since: Moment | None = None
    """When it was recorded: nobody begins to be expected at a session that had begun before."""
    reminders: bool = False
    """Whether they want to be reminded by text."""


class AttendanceCode(Value):
    """What patients text to check in to one session: in the bucket `attendance_codes`, under its id.

    It counts only as a whole text, from a patient who is expected there, from `opens_at` until `closes_at`.
    """

    session: Id
    code: str
    """Six digits, shown in the room."""
    opens_at: Moment
    closes_at: Moment
    patients: tuple[Id, ...] = ()

    def fits(self, patient: str, text: str, at: Moment) -> bool:
        """Return whether the whole text is this code, from somebody expected there, while it counts."""
        return self.is_whole(text) and patient in self.patients and self.opens_at <= at <= self.closes_at

    def is_whole(self, text: str) -> bool:
        """Return whether the whole text is this code, whoever sends it, and when."""
        return text.strip() == self.code


class AttendanceStatus(StrEnum):
    """Where an expected attendance stands."""

    UNKNOWN = "unknown"
    """Nothing was planned yet."""
    EXPECTED = "expected"
    HELD_BACK = "held_back"
    """Nobody at all of that session is checked in: the list is looked at first."""
    CHECKED_IN = "checked_in"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    MISSED = "missed"
    LATE = "late"
    """Missed at first; came, or was entered, afterwards."""


class AttendanceBrief(Value):
    """What others may know of it at a glance, in the header of each commit."""

    status: AttendanceStatus
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    group: Id | None = None
    site: Id = "main"
    zone: str = "America/New_York"
    grace_minutes: int = 15
    remind_at: Moment | None = None
    seen_at: Moment | None = None
    """When they came."""
    document: str = ""
    """What said that they came."""
    urgency: Urgency | None = None
    """Of the signal, when it was missed."""
    cancelled: str = ""
    """Why they are not expected there, as AttendanceCancelled says it."""


class AttendanceExpected(Value):
    """A patient is expected at a session."""

    type: Literal["attendance_expected"] = "attendance_expected"
    at: Moment
    session: Id
    patient: Id
    starts_at: Moment
    ends_at: Moment
    grace_minutes: int
    remind_at: Moment | None = None
    group: Id | None = None
    """None: a session of this patient alone."""
    site: Id = "main"
    zone: str = "America/New_York"
    modality: Modality = Modality.SITE
    as_of: Moment | None = None
    """When the source's word came, for a session of this patient alone: an older word changes nothing."""


class AttendanceMoved(Value):
    """The session takes place at another time, or other rules hold for it."""

    type: Literal["attendance_moved"] = "attendance_moved"
    at: Moment
    starts_at: Moment
    ends_at: Moment
    grace_minutes: int
    remind_at: Moment | None = None
    as_of: Moment | None = None


class AttendanceReminded(Value):
    """The patient wanted to be reminded, and a text was asked for."""

    type: Literal["attendance_reminded"] = "attendance_reminded"
    at: Moment


class AttendanceConfirmed(Value):
    """The patient is, or was, there."""

    type: Literal["attendance_confirmed"] = "attendance_confirmed"
    at: Moment
    """When they came, as reported."""
    heard_at: Moment
    source: str = ""
    by: str = ""
    """How it was reported: api, list, text, fhir, staff."""
    late: bool = False
    """Whether they had been counted as missing before."""
    document: str = ""
    """The source's resource that said so, as a keyed hash."""


class AttendanceTakenBack(Value):
    """A check-in was a mistake. Whoever had been counted as there is expected again, or missing at once."""

    type: Literal["attendance_taken_back"] = "attendance_taken_back"
    at: Moment
    """When that was received: check-ins that were received later count."""
    heard_at: Moment
    document: str = ""
    """Whose word is taken back; empty: whoever gave it."""
    source: str = ""
    by: str = ""
    """How it was reported: api, list, fhir, staff."""


class AttendanceExcused(Value):
    """The patient said that they don't come, or somebody of the staff did."""

    type: Literal["attendance_excused"] = "attendance_excused"
    at: Moment
    heard_at: Moment
    source: str = ""
    late: bool = False


class AttendanceCancelled(Value):
    """They are not expected there: the session is off, or they left."""

    type: Literal["attendance_cancelled"] = "attendance_cancelled"
    at: Moment
    why: Literal["session_off", "holiday", "not_enrolled", "group_gone", "source", "discharged", "linked"]
    as_of: Moment | None = None
    late: bool = False


class AttendanceHeldBack(Value):
    """At the end of grace nobody at all of the session was checked in: the list may be broken."""

    type: Literal["attendance_held_back"] = "attendance_held_back"
    at: Moment
    until: Moment
    """When they count as missing after all, unless the list says otherwise by then."""
    expected: int
    """How many were expected there."""


class AttendanceMissed(Value):
    """They did not come; a signal is due."""

    type: Literal["attendance_missed"] = "attendance_missed"
    at: Moment
    urgency: Urgency
    tags: tuple[str, ...] = ()
    row: int
    """The row of the clinical table (12 to 15) that gave the urgency."""
    misses: int
    """How many in a row, this one included."""
    text_by: Moment
    """Until when the text to the patient makes sense."""
    expected: int = 0
    """How many were expected at the session, when nobody at all was checked in; else 0."""


class AttendanceAdopted(Value):
    """What became of it under another id of the same person: part of their past, and no signal anew."""

    type: Literal["attendance_adopted"] = "attendance_adopted"
    at: Moment
    session: Id
    patient: Id
    former: Id
    """The other id."""
    brief: AttendanceBrief


class AttendanceTold(Value):
    """What was owed to others because of it has been published."""

    type: Literal["attendance_told"] = "attendance_told"
    at: Moment
    what: tuple[str, ...]


AttendanceEvent = Annotated[
    AttendanceExpected
    | AttendanceMoved
    | AttendanceReminded
    | AttendanceConfirmed
    | AttendanceTakenBack
    | AttendanceExcused
    | AttendanceCancelled
    | AttendanceHeldBack
    | AttendanceMissed
    | AttendanceAdopted
    | AttendanceTold,
    Field(discriminator="type"),
]
"""Everything that happens to one expected attendance, `attendances.<session>.<patient>`."""


def session_id(group: str, on: date, start: time) -> str:
    """Return the id of a group's session, by its place in the weekly rule on the wall clock."""
    return f"{group}-{on:%Y%m%d}-{start:%H%M}"


def subject_of(session: str, patient: str) -> str:
    """Return where an attendance stands."""
    return f"attendances.{session}.{patient}"
