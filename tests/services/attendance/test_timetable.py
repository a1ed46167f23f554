"""Who is expected where: weekly rules on the wall clock, holidays, sessions off and moved, enrolments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.attendance import Enrolment, Group, SessionMoved, SessionOff, SessionTime
from contracts.schedules import Calendar, Holiday, Weekday
from services.attendance.core import timetable
from services.attendance.core.limits import Limits

MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
ZONE = ZoneInfo("America/New_York")
LIMITS = Limits()


def group(**more):
    rule = SessionTime(days=(MON, TUE, THU), start=time(9), minutes=180)
    return Group(id="iop", times=(rule,), **more)


def local(day, clock="00:00"):
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


def week(of, start="2026-11-23", calendar=None):
    begin = local(start)
    return timetable.sessions(of, calendar, begin, begin + timedelta(days=7))


def shown(sessions):
    return [(s.id, f"{s.starts_at.astimezone(ZONE):%a %H:%M}", s.off) for s in sessions]


def expected(of, *enrolments, calendars=None, start="2026-11-23", days=7):
    begin = local(start)
    return timetable.expected(
        {of.id: of}, enrolments, calendars or {}, LIMITS, begin, begin + timedelta(days=days)
    )


def test_a_week_of_a_group():
    assert shown(week(group())) == [
        ("iop-20261123-0900", "Mon 09:00", ""),
        ("iop-20261124-0900", "Tue 09:00", ""),
        ("iop-20261126-0900", "Thu 09:00", ""),
    ]
    assert {s.ends_at - s.starts_at for s in week(group())} == {timedelta(hours=3)}


def test_on_a_holiday_of_its_calendar_no_session_takes_place():
    calendar = Calendar(id="us", days=(Holiday(day=date(2026, 11, 26), name="Thanksgiving"),))

    off = [s.id for s in week(group(calendar="us"), calendar=calendar) if s.off == "holiday"]

    assert off == ["iop-20261126-0900"]
    enrolment = Enrolment(group="iop", patient="pt_a")
    days = expected(group(calendar="us"), enrolment, calendars={"us": calendar})
    assert [session for session, _ in days] == ["iop-20261123-0900", "iop-20261124-0900"]


def test_a_calendar_that_is_not_there_has_no_holidays():
    assert len(expected(group(calendar="gone"), Enrolment(group="iop", patient="pt_a"))) == 3


def test_a_cancelled_date_takes_all_sessions_of_the_day_or_one():
    rules = (
        SessionTime(days=(TUE,), start=time(9), minutes=120),
        SessionTime(days=(TUE,), start=time(13), minutes=120),
    )
    day = date(2026, 11, 24)

    def off(*cancelled):
        return [bool(s.off) for s in week(Group(id="iop", times=rules, off=cancelled))]

    assert off() == [False, False]
    assert off(SessionOff(on=day)) == [True, True]
    assert off(SessionOff(on=day, start=time(13))) == [False, True]


def test_a_moved_session_keeps_its_id_and_is_held_even_on_a_holiday():
    move = SessionMoved(
        on=date(2026, 11, 26), start=time(9), to_on=date(2026, 11, 27), to_start=time(14), minutes=90
    )
    holidays = tuple(Holiday(day=date(2026, 11, day)) for day in (26, 27))

    sessions = week(group(moved=(move,), calendar="us"), calendar=Calendar(id="us", days=holidays))

    assert shown(sessions)[-1] == ("iop-20261126-0900", "Fri 14:00", "")
    assert sessions[-1].ends_at - sessions[-1].starts_at == timedelta(minutes=90)


def test_a_session_moved_by_months_is_found_where_it_is_held():
    move = SessionMoved(on=date(2026, 9, 1), start=time(9), to_on=date(2026, 11, 25), to_start=time(9))

    assert "iop-20260901-0900" in [s.id for s in week(group(moved=(move,)))]
    assert "iop-20260901-0900" not in [s.id for s in week(group(moved=(move,)), start="2026-08-31")]


@pytest.mark.parametrize(
    ("start", "offsets"),
    [("2026-03-02", {-5, -4}), ("2026-10-26", {-4, -5})],
    ids=["clocks forward", "clocks back"],
)
def test_nine_in_the_morning_stays_nine_when_the_clocks_change(start, offsets):
    begin = local(start)
    sessions = timetable.sessions(group(), None, begin, begin + timedelta(days=14))

    assert {f"{s.starts_at.astimezone(ZONE):%H:%M}" for s in sessions} == {"09:00"}
    hours = {s.starts_at.astimezone(ZONE).utcoffset().total_seconds() / 3600 for s in sessions}
    assert hours == offsets


def test_each_group_keeps_the_clock_of_its_own_zone():
    west = Group(
        id="west",
        zone="America/Los_Angeles",
        times=(SessionTime(days=(TUE,), start=time(9), minutes=60),),
    )
    (one,) = week(west)

    assert f"{one.starts_at.astimezone(ZONE):%H:%M}" == "12:00"
    assert one.id == "west-20261124-0900"


def test_a_rule_holds_from_its_first_to_its_last_day():
    rule = SessionTime(
        days=tuple(Weekday), start=time(9), first_on=date(2026, 11, 25), last_on=date(2026, 11, 26)
    )

    assert [s.on.day for s in week(Group(id="iop", times=(rule,)))] == [25, 26]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [(None, None, [23, 24, 26]), (24, None, [24, 26]), (None, 24, [23, 24]), (24, 24, [24])],
)
def test_a_member_is_expected_from_the_first_to_the_last_day(first, last, days):
    enrolment = Enrolment(
        group="iop",
        patient="pt_a",
        first_on=first and date(2026, 11, first),
        last_on=last and date(2026, 11, last),
    )

    found = expected(group(), enrolment, Enrolment(group="other", patient="pt_b"))

    assert [one.starts_at.astimezone(ZONE).day for one in found.values()] == days


@pytest.mark.parametrize(
    ("own", "site", "is_"),
    [(None, 15, 15), (None, 20, 20), (5, 15, 5), (30, 15, 30), (2, 15, 5), (60, 15, 30)],
)
def test_grace_is_the_groups_own_or_the_sites_and_stays_within_five_and_thirty_minutes(own, site, is_):
    one = group(grace_minutes=own)
    begin = local("2026-11-23")
    found = timetable.expected(
        {"iop": one},
        (Enrolment(group="iop", patient="pt_a"),),
        {},
        Limits(grace_minutes=site),
        begin,
        begin + timedelta(days=1),
    )

    assert [p.grace_minutes for p in found.values()] == [is_]


def test_only_who_wants_it_is_reminded():
    one = group(reminder_minutes=60)
    found = expected(
        one,
        Enrolment(group="iop", patient="pt_a", reminders=True),
        Enrolment(group="iop", patient="pt_b"),
        days=1,
    )

    reminded = {patient: one.remind_at for (_, patient), one in found.items()}
    assert reminded == {"pt_a": local("2026-11-23", "08:00"), "pt_b": None}


def test_the_end_of_a_day_is_midnight_on_the_wall_clock():
    assert timetable.days_end(local("2026-11-01", "00:30"), "America/New_York") == local("2026-11-02")
    assert timetable.days_end(local("2026-11-23", "23:59"), "America/New_York") == local("2026-11-24")


@settings(max_examples=60, deadline=None)
@given(
    hours=st.lists(st.integers(1, 40), min_size=2, max_size=6),
    days=st.sets(st.sampled_from(list(Weekday)), min_size=1),
    clock=st.times(),
    zone=st.sampled_from(["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland"]),
    begin=st.integers(0, 365 * 24).map(lambda hour: local("2026-01-01") + timedelta(hours=hour)),
)
def test_looked_at_in_parts_or_at_once_it_is_the_same_timetable(hours, days, clock, zone, begin):
    clock = clock.replace(second=0, microsecond=0)
    one = Group(id="g", zone=zone, times=(SessionTime(days=tuple(days), start=clock, minutes=60),))
    whole = timetable.sessions(one, None, begin, begin + timedelta(hours=sum(hours)))
    parts, at = [], begin
    for span in hours:
        parts += timetable.sessions(one, None, at, at + timedelta(hours=span))
        at += timedelta(hours=span)

    assert tuple(parts) == whole
    assert len({session.id for session in whole}) == len(whole)
