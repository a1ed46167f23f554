"""The calendar of caring contacts on the wall clock, through twelve months."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.privacy import Hours
from services.followup.core import calendar
from services.followup.core.calendar import Window
from services.followup.core.limits import CARING
from tests.services.followup.case import ZONE, clock, wall

WINDOW = Window("America/New_York", clock("10:00"), clock("19:00"))
STEPS = calendar.read(CARING)


def test_a_crisis_in_november_is_followed_through_twelve_months():
    planned = calendar.planned(STEPS, wall("2026-11-24 03:10"), WINDOW, [0.0] * len(STEPS))
    assert [(step.name, moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")) for step, moment in planned] == [
        ("72h", "2026-11-27 10:00"),  # 03:10 is night: the morning
        ("7d", "2026-12-01 10:00"),
        ("14d", "2026-12-08 10:00"),
        ("28d", "2026-12-22 10:00"),
        ("2mo", "2027-01-24 10:00"),
        ("3mo", "2027-02-24 10:00"),
        ("4mo", "2027-03-24 10:00"),  # summer time by then: the wall clock counts
        ("6mo", "2027-05-24 10:00"),
        ("8mo", "2027-07-24 10:00"),
        ("10mo", "2027-09-24 10:00"),
        ("12mo", "2027-11-24 10:00"),
    ]


def test_the_hour_is_drawn_anew_for_each_contact():
    planned = calendar.planned(
        calendar.read("7d 14d 28d"), wall("2026-11-24 03:10"), WINDOW, [0.0, 0.5, 0.999]
    )
    assert [moment.astimezone(ZONE).strftime("%H:%M") for _, moment in planned] == ["10:00", "14:30", "18:55"]


@pytest.mark.parametrize(
    ("over", "check_in"),
    [
        ("2026-11-24 12:20", "2026-11-27 12:20"),
        ("2026-11-24 09:59", "2026-11-27 10:00"),
        ("2026-11-24 18:50", "2026-11-27 18:50"),
        ("2026-11-24 19:00", "2026-11-28 10:00"),
        ("2026-11-24 23:59", "2026-11-28 10:00"),
    ],
)
def test_the_check_in_comes_at_72_hours_or_in_the_first_daytime_after(over, check_in):
    ((_, moment),) = calendar.planned(calendar.read("72h"), wall(over), WINDOW, [0.3])
    assert moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == check_in


def test_a_month_without_that_day_has_its_last():
    ((_, moment),) = calendar.planned(calendar.read("3mo"), wall("2026-11-30 12:00"), WINDOW, [0.0])
    assert moment.astimezone(ZONE).date() == date(2027, 2, 28)


def test_quiet_hours_are_kept_out_of_the_draw():
    quiet = Hours(start=clock("10:00"), end=clock("18:00"))
    window = Window("America/New_York", clock("10:00"), clock("19:00"), quiet)
    for chance in (0.0, 0.5, 0.99):
        local = calendar.on_day(date(2026, 12, 1), window, chance).astimezone(ZONE)
        assert clock("18:00") <= local.time() < clock("19:00")


@pytest.mark.parametrize(
    ("text", "why"),
    [("7days", "no time"), ("900d", "too far"), ("7d 7d", "twice"), ("0d", "no time"), ("36mo", "too far")],
)
def test_a_wrong_calendar_is_named(text, why):
    with pytest.raises(ValueError, match=why):
        calendar.read(text)


@given(
    minutes=st.integers(0, 60 * 24 * 365),
    chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=len(STEPS), max_size=len(STEPS)),
    zone=st.sampled_from(["America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Europe/Madrid"]),
)
@settings(max_examples=60, deadline=None)
def test_no_contact_ever_comes_at_night(minutes, chances, zone):
    since = wall("2026-01-01 00:00") + timedelta(minutes=minutes)
    window = Window(zone, clock("10:00"), clock("19:00"))
    planned = calendar.planned(STEPS, since, window, chances)
    assert {step.name for step, _ in planned} == {step.name for step in STEPS}
    for _, moment in planned:
        assert moment > since
        assert clock("10:00") <= moment.astimezone(ZoneInfo(zone)).time() < clock("19:00")
