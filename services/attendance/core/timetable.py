"""From groups, holidays and enrolments to sessions and who is expected at them. Pure.

Times are those of the group's wall clock: nine in the morning stays nine when the clocks change. A
time that never comes is read by the offset before the change, one that comes twice is the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.attendance import Enrolment, Group, SessionTime, session_id
from contracts.facts import Modality
from contracts.schedules import Calendar, Weekday
from services.attendance.core.limits import Limits, grace

Why = Literal["session_off", "holiday", "not_enrolled", "group_gone", "source", "discharged", "linked"]
"""Why somebody is not expected, as AttendanceCancelled says it."""
_DAYS = tuple(Weekday)
_MARGIN = timedelta(days=2)
"""Sessions may be moved, and zones differ by up to a day."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a group (moments in UTC). `off` says why it does not take place."""

    id: str
    group: str
    on: date
    """Its day by the weekly rule."""
    starts_at: datetime
    ends_at: datetime
    held_on: date
    """The day on which it takes place."""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A patient is expected at a session (moments in UTC)."""

    session: str
    patient: str
    starts_at: datetime
    ends_at: datetime
    grace_minutes: int
    remind_at: datetime | None = None
    group: str | None = None
    site: str = "main"
    zone: str = "America/New_York"
    modality: Modality = Modality.SITE
    since: datetime | None = None
    """Since when that is known: nobody begins to be expected at what had begun before."""


def sessions(group: Group, calendar: Calendar | None, start: datetime, end: datetime) -> tuple[Session, ...]:
    """Return the group's sessions that take place from `start` until before `end`, and those that are off.

    One that is off stands with its reason, at the time at which it would have been.
    """
    zone = ZoneInfo(group.zone)
    first, last = (start - _MARGIN).astimezone(zone).date(), (end + _MARGIN).astimezone(zone).date()
    moved_far = [
        move.on for move in group.moved if start - _MARGIN <= _at(move.to_on, move.to_start, zone) < end
    ]
    days = {first + timedelta(days=number) for number in range((last - first).days + 1)} | set(moved_far)
    holidays = {holiday.day for holiday in calendar.days} if calendar is not None else set[date]()
    found: dict[str, Session] = {}
    for day in sorted(days):
        for rule in group.times:
            if _holds(rule, day):
                one = _session(group, rule, day, zone, holidays)
                if start <= one.starts_at < end:
                    found.setdefault(one.id, one)
    return tuple(sorted(found.values(), key=lambda one: (one.starts_at, one.id)))


def expected(
    groups: Mapping[str, Group],
    enrolments: Iterable[Enrolment],
    calendars: Mapping[str, Calendar],
    limits: Limits,
    start: datetime,
    end: datetime,
) -> dict[tuple[str, str], Planned]:
    """Return who is expected at which session from `start` until before `end`: (session, patient) -> it.

    A calendar that is not there has no holidays: then somebody may be missed in vain, and nobody
    is missed in silence.
    """
    members: dict[str, list[Enrolment]] = {}
    for enrolment in enrolments:
        members.setdefault(enrolment.group, []).append(enrolment)
    found: dict[tuple[str, str], Planned] = {}
    for name, group in sorted(groups.items()):
        held = sessions(group, calendars.get(group.calendar or ""), start, end)
        for session in held:
            if session.off:
                continue
            for enrolment in members.get(name, ()):
                if is_member(enrolment, session):
                    found[session.id, enrolment.patient] = planned(group, session, enrolment, limits)
    return found


def is_member(enrolment: Enrolment, session: Session) -> bool:
    """Return whether somebody enrolled like this is expected at that session of the group."""
    if enrolment.first_on is not None and session.held_on < enrolment.first_on:
        return False
    return enrolment.last_on is None or session.held_on <= enrolment.last_on


def planned(group: Group, session: Session, enrolment: Enrolment, limits: Limits) -> Planned:
    """Return the expectation that follows from an enrolment."""
    remind_at = None
    if enrolment.reminders and group.reminder_minutes is not None:
        remind_at = session.starts_at - timedelta(minutes=group.reminder_minutes)
    return Planned(
        session=session.id,
        patient=enrolment.patient,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        grace_minutes=grace(group.grace_minutes, limits),
        remind_at=remind_at,
        group=group.id,
        site=group.site,
        zone=group.zone,
        modality=group.modality,
        since=max((one for one in (group.since, enrolment.since) if one is not None), default=None),
    )


def why_not(
    session: str,
    group: str,
    groups: Mapping[str, Group],
    off: Mapping[str, str],
    enrolled: Iterable[str],
) -> Why:
    """Return why somebody is not expected at a group's session after all.

    `off`: session -> why it is off. `enrolled`: the groups in which the patient is.
    """
    if session in off:
        return "holiday" if off[session] == "holiday" else "session_off"
    if group not in groups:
        return "group_gone"
    return "session_off" if group in set(enrolled) else "not_enrolled"


def days_end(moment: datetime, zone: str) -> datetime:
    """Return the end (UTC) of the day of that moment on the zone's wall clock."""
    there = ZoneInfo(zone)
    return _at(moment.astimezone(there).date() + timedelta(days=1), time(), there)


def _holds(rule: SessionTime, day: date) -> bool:
    if _DAYS[day.weekday()] not in rule.days:
        return False
    if rule.first_on is not None and day < rule.first_on:
        return False
    return rule.last_on is None or day <= rule.last_on


def _session(group: Group, rule: SessionTime, day: date, zone: ZoneInfo, holidays: set[date]) -> Session:
    held_on, start, minutes = day, rule.start, rule.minutes
    move = next((one for one in group.moved if (one.on, one.start) == (day, rule.start)), None)
    if move is not None:
        held_on, start = move.to_on, move.to_start
        minutes = rule.minutes if move.minutes is None else move.minutes
    starts_at = _at(held_on, start, zone)
    off = ""
    if any(one.on == day and one.start in (None, rule.start) for one in group.off):
        off = "session_off"
    elif move is None and day in holidays:
        # A session that was moved stands where somebody put it, whatever day that is.
        off = "holiday"
    return Session(
        id=session_id(group.id, day, rule.start),
        group=group.id,
        on=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        held_on=held_on,
        off=off,
    )


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.replace(tzinfo=None), zone).astimezone(UTC)
