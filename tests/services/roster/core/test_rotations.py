"""Timetables of rotations: turns of every length, restrictions, holidays and layers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Every, Holidays, Rotation, Schedule, Shift, Weekday, Window
from services.roster import core
from tests.services.roster.core.words import (
    calendar,
    compiled,
    daily,
    hourly,
    monthly,
    ny,
    person,
    schedule,
    weekly,
    window,
)


def test_a_weekly_rotation_hands_over_on_the_wall_clock():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T08:00")

    assert shifts.on(ny("2026-11-02T07:59")) == ()
    assert shifts.on(ny("2026-11-02T08:00")) == ("kim",)
    assert shifts.on(ny("2026-11-09T07:59")) == ("kim",)
    assert shifts.on(ny("2026-11-09T08:00")) == ("ana",)
    assert shifts.on(ny("2026-11-16T08:00")) == ("kim",)


def test_a_daily_rotation_takes_turns_each_day():
    shifts = compiled(daily("kim", "ana", "lee"), now="2026-11-10T12:00")

    days = [shifts.on(ny(f"2026-11-{day}T12:00"))[0] for day in range(10, 15)]
    assert days == ["lee", "kim", "ana", "lee", "kim"]


def test_an_hourly_rotation_of_twelve_hours_is_days_and_nights():
    shifts = compiled(hourly("kim", "ana", length=12), now="2026-11-03T00:00", days=3)

    hours = ("2026-11-03T07:59", "2026-11-03T08:00", "2026-11-03T20:00", "2026-11-04T08:00")
    assert [shifts.on(ny(at)) for at in hours] == [("ana",), ("kim",), ("ana",), ("kim",)]


def test_hourly_turns_keep_to_the_wall_clock_after_the_clocks_change():
    """In Chicago the clocks go back on 1 November 2026; the turn of eight hours still starts at 07:00."""
    chicago = ZoneInfo("America/Chicago")
    turning = hourly("kim", "ana", "lee", starts_on=date(2026, 10, 1), at=time(7), length=8)
    shifts = core.compile(
        Schedule(id="s", zone="America/Chicago", rotations=(turning,)),
        datetime(2026, 10, 30, tzinfo=UTC),
        datetime(2026, 11, 5, tzinfo=UTC),
    )

    assert {shift.start.astimezone(chicago).strftime("%H:%M") for shift in shifts.shifts} == {
        "07:00",
        "15:00",
        "23:00",
    }


def test_turns_of_ten_days_and_of_two_weeks():
    ten = compiled(daily("kim", "ana", length=10), now="2026-11-02T08:00", days=31)
    two = compiled(weekly("kim", "ana", length=2), now="2026-11-02T08:00")

    assert [s.start for s in ten.shifts] == [
        ny(f"2026-{d}T08:00") for d in ("11-02", "11-12", "11-22", "12-02")
    ]
    assert [s.start for s in two.shifts] == [ny(f"2026-{d}T08:00") for d in ("11-02", "11-16", "11-30")]


def test_a_month_that_lacks_the_day_hands_over_on_its_last():
    turning = monthly("kim", "ana", starts_on=date(2026, 10, 31))
    shifts = compiled(turning, now="2026-10-31T08:00", days=200)

    assert [(s.person, s.start) for s in shifts.shifts] == [
        (name, ny(f"{day}T08:00"))
        for name, day in (
            ("kim", "2026-10-31"),
            ("ana", "2026-11-30"),
            ("kim", "2026-12-31"),
            ("ana", "2027-01-31"),
            ("kim", "2027-02-28"),
            ("ana", "2027-03-31"),
            ("kim", "2027-04-30"),
        )
    ]


def test_a_quarter_is_a_turn_of_three_months():
    turning = monthly("kim", "ana", starts_on=date(2024, 2, 29), length=3)
    shifts = compiled(turning, now="2026-11-02T08:00", days=200)

    assert [(s.person, s.start) for s in shifts.shifts] == [
        ("kim", ny("2026-08-29T08:00")),
        ("ana", ny("2026-11-29T08:00")),
        ("kim", ny("2027-02-28T08:00")),
    ]


def test_the_last_turn_starts_on_the_last_day_and_is_whole():
    shifts = compiled(weekly("kim", "ana", ends_on=date(2026, 11, 9)), now="2026-11-02T08:00")

    assert shifts.shifts[-1].person == "ana"
    assert shifts.shifts[-1].end == ny("2026-11-16T08:00")


def test_each_rotation_keeps_the_clock_of_its_own_zone():
    denver = weekly("ana", zone="America/Denver", starts_on=date(2026, 11, 9))
    shifts = compiled(weekly("kim", ends_on=date(2026, 11, 2)), denver, now="2026-11-02T08:00")

    assert shifts.on(ny("2026-11-09T09:59")) == ()
    assert shifts.on(ny("2026-11-09T10:00")) == ("ana",)


def test_everybody_on_in_any_layer_is_on():
    shifts = compiled(weekly("kim"), daily("ana", "lee"), now="2026-11-02T09:00")

    assert shifts.on(ny("2026-11-02T12:00")) == ("kim", "ana")
    assert shifts.on(ny("2026-11-03T12:00")) == ("kim", "lee")


def test_the_shift_that_runs_now_is_whole():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-12T15:00")

    assert shifts.shifts[0] == Shift(
        person="ana", start=ny("2026-11-09T08:00"), end=ny("2026-11-16T08:00"), origin="rotation rotation"
    )


def test_the_last_shift_is_not_cut_at_the_end_of_the_window():
    shifts = compiled(weekly("kim"), now="2026-11-02T09:00", days=8)

    assert shifts.shifts[-1].end == ny("2026-11-16T08:00")


def test_nobody_is_on_before_a_rotation_starts_and_without_people():
    shifts = compiled(weekly("kim"), weekly(), now="2026-10-01T00:00", days=20)

    assert shifts.shifts == ()


def test_time_that_is_over_compiles_as_it_was():
    shifts = compiled(daily("kim", "ana"), now="2026-11-10T00:00", days=2)
    later = compiled(daily("kim", "ana"), now="2026-11-11T00:00", days=1)

    assert set(later.shifts) <= set(shifts.shifts)


def test_nights_belong_to_the_day_on_which_they_start():
    nights = daily("kim", "ana", only=(window("fri sat", "20:00", "06:00"),))
    shifts = compiled(nights, now="2026-11-02T08:00", days=7)

    assert [(s.person, s.start, s.end) for s in shifts.shifts] == [
        ("kim", ny("2026-11-06T20:00"), ny("2026-11-07T06:00")),
        ("ana", ny("2026-11-07T20:00"), ny("2026-11-08T06:00")),
    ]


def test_a_handoff_within_a_night_divides_it():
    midnight = daily("kim", "ana", at=time(0), only=(window("", "20:00", "06:00"),))
    shifts = compiled(midnight, now="2026-11-03T12:00", days=1)

    assert [(s.person, s.start, s.end) for s in shifts.shifts] == [
        ("ana", ny("2026-11-03T20:00"), ny("2026-11-04T00:00")),
        ("kim", ny("2026-11-04T00:00"), ny("2026-11-04T06:00")),
    ]


def test_windows_that_touch_are_one_shift():
    """A weekend from Friday 17:00 to Monday 08:00 is written as what each day has of it."""
    weekend = (window("fri", "17:00"), window("sat sun"), window("mon", "00:00", "08:00"))
    shifts = compiled(weekly("kim", "ana", only=weekend), now="2026-11-02T09:00", days=8)

    assert [(s.person, s.start, s.end) for s in shifts.shifts] == [
        ("kim", ny("2026-11-06T17:00"), ny("2026-11-09T08:00"))
    ]


def test_weekday_hours_and_everything_else_leave_no_gap():
    hours = weekly("kim", only=(window("mon tue wed thu fri", "08:00", "17:00"),))
    rest = weekly(
        "ana", only=(window("mon tue wed thu fri", "17:00", "08:00"), window("sat sun", "08:00", "08:00"))
    )
    shifts = compiled(hours, rest, now="2026-11-02T08:00")
    people = {name: person(name) for name in ("kim", "ana")}

    assert core.gaps(shifts, people, ny("2026-11-02T08:00"), ny("2026-12-02T08:00")) == ()
    assert shifts.on(ny("2026-11-04T07:59")) == ("ana",)
    assert shifts.on(ny("2026-11-04T08:00")) == ("kim",)


def test_a_window_in_the_hour_that_comes_twice_lasts_through_both():
    """On 1 November 2026 New York shows 01:10 first at 05:10 UTC and 01:50 last at 06:50 UTC."""
    odd = daily("kim", starts_on=date(2026, 10, 1), only=(window("sun", "01:10", "01:50"),))
    shifts = compiled(odd, now="2026-10-31T12:00", days=1)

    assert [(s.start, s.end) for s in shifts.shifts] == [
        (datetime(2026, 11, 1, 5, 10, tzinfo=UTC), datetime(2026, 11, 1, 6, 50, tzinfo=UTC))
    ]


def test_holidays_change_who_is_on_from_midnight_to_midnight():
    everyday = weekly("kim", holidays=Holidays.NEVER)
    festive = weekly("ana", holidays=Holidays.ONLY)
    shifts = compiled(everyday, festive, now="2026-11-25T00:00", days=5, calendar=calendar("2026-11-26"))

    hours = ("2026-11-25T23:59", "2026-11-26T00:00", "2026-11-26T23:59", "2026-11-27T00:00")
    assert [shifts.on(ny(at)) for at in hours] == [("kim",), ("ana",), ("ana",), ("kim",)]


def test_a_night_is_cut_where_a_holiday_begins():
    nights = daily("kim", only=(window("", "20:00", "06:00"),), holidays=Holidays.NEVER)
    shifts = compiled(nights, now="2026-11-25T12:00", days=1.6, calendar=calendar("2026-11-26"))

    assert [(s.start, s.end) for s in shifts.shifts] == [
        (ny("2026-11-25T20:00"), ny("2026-11-26T00:00")),
        (ny("2026-11-27T00:00"), ny("2026-11-27T06:00")),
    ]


def test_two_holidays_in_a_row_are_one_shift():
    festive = weekly("ana", holidays=Holidays.ONLY)
    shifts = compiled(festive, now="2026-11-25T00:00", calendar=calendar("2026-11-27", "2026-11-26"))

    assert [(s.start, s.end) for s in shifts.shifts] == [(ny("2026-11-26T00:00"), ny("2026-11-28T00:00"))]


def test_without_a_calendar_no_day_is_a_holiday():
    shifts = compiled(weekly("kim", holidays=Holidays.NEVER), weekly("ana", holidays=Holidays.ONLY))

    assert {shift.person for shift in shifts.shifts} == {"kim"}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "", "../etc/passwd"])
def test_an_unknown_zone_is_told_as_such(zone):
    with pytest.raises(ZoneInfoNotFoundError):
        core.compile(schedule(zone=zone), ny("2026-11-02T08:00"), ny("2026-11-03T08:00"))


def test_a_turn_without_length_is_refused():
    with pytest.raises(ValueError, match="length 0"):
        compiled(daily("kim", length=0))


ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Europe/London",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Antarctica/Troll",
    "UTC",
)
rotations = st.builds(
    Rotation,
    people=st.lists(st.sampled_from(["kim", "ana", "lee"]), min_size=1, max_size=4).map(tuple),
    every=st.sampled_from([Every.DAY, Every.WEEK, Every.MONTH]),
    length=st.integers(1, 20),
    starts_on=st.dates(date(2004, 1, 1), date(2004, 6, 1)),
    handoff_at=st.times().map(lambda clock: clock.replace(microsecond=0)),
)
windows = st.builds(
    Window,
    days=st.lists(st.sampled_from(Weekday), max_size=4).map(tuple),
    start=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    end=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
nows = st.integers(0, 24 * 365 * 20).map(lambda h: datetime(2006, 1, 1, tzinfo=UTC) + timedelta(hours=h))
"""The years hold the night in which Samoa skipped a day, and Cairo and Casablanca changed at will."""


def within(zone: ZoneInfo, at: datetime, windows: tuple[Window, ...]) -> bool:
    """Return whether the wall clock shows a time within one of the windows; written for this test."""
    wall = at.astimezone(zone).replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        for one in windows:
            start, end = datetime.combine(day, one.start), datetime.combine(day, one.end)
            end += timedelta(days=1) * (end <= start)
            if (not one.days or tuple(Weekday)[day.weekday()] in one.days) and start <= wall < end:
                return True
    return False


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES), turning=rotations, only=st.lists(windows, min_size=1, max_size=3), now=nows
)
def test_somebody_is_on_whenever_the_wall_clock_is_within_a_window(zone, turning, only, now):
    restricted = turning.model_copy(update={"only": tuple(only)})
    shifts = core.compile(Schedule(id="s", zone=zone, rotations=(restricted,)), now, now + timedelta(days=9))

    for quarter in range(0, 9 * 96, 3):
        at = now + timedelta(minutes=15 * quarter)
        if within(ZoneInfo(zone), at, tuple(only)):
            assert shifts.on(at)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), turning=rotations, now=nows, later=st.integers(0, 29 * 24))
def test_a_later_compilation_agrees_with_an_earlier_one(zone, turning, now, later):
    made = Schedule(id="s", zone=zone, rotations=(turning,))
    at = now + timedelta(hours=later)

    assert core.compile(made, now, now + timedelta(days=30)).on(at) == core.compile(
        made, at, at + timedelta(days=30)
    ).on(at)
