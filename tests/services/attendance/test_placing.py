"""Which session a check-in or an excuse is about, and the codes that patients text."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.attendance import AttendanceBrief, AttendanceCode, AttendanceStatus
from services.attendance.core import codes, placing
from services.attendance.core.timetable import Planned
from services.attendance.settings import AttendanceSettings

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)


HALF_AN_HOUR = timedelta(minutes=30)


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def brief(start, end, status="expected"):
    return AttendanceBrief(status=AttendanceStatus(status), starts_at=at(start), ends_at=at(end))


def planned(session, start, end):
    return Planned(session, "pt_a", at(start), at(end), 15)


@pytest.mark.parametrize(
    ("minutes", "session"),
    [(-31, None), (-30, "a"), (0, "a"), (120, "a"), (180, "a"), (181, None)],
)
def test_a_check_in_counts_from_half_an_hour_before_the_start_to_the_end(minutes, session):
    known = [("a", brief(0, 180))]

    assert placing.session_at(known, (), at(minutes), HALF_AN_HOUR) == session
    assert placing.session_at((), [planned("a", 0, 180)], at(minutes), HALF_AN_HOUR) == session


@pytest.mark.parametrize(("minutes", "session"), [(-46, None), (-45, "a"), (-31, "a")])
def test_the_site_says_how_early_a_check_in_counts(minutes, session):
    early = AttendanceSettings(early_minutes=45).limits.early

    assert placing.session_at([("a", brief(0, 180))], (), at(minutes), early) == session
    assert placing.session_at((), [planned("a", 0, 180)], at(minutes), early) == session
    found = codes.wanted([("a", "pt_a", brief(0, 180))], lambda _: "ab", at(0), timedelta(hours=36), early)
    assert found["a"].opens_at == at(-45)


@pytest.mark.parametrize(
    ("status", "minutes", "session"),
    [
        ("checked_in", 170, "b"),
        ("expected", 170, "b"),
        ("expected", 151, "b"),
        ("expected", 149, "a"),
        ("cancelled", 160, "b"),
    ],
)
def test_between_two_sessions_it_is_the_one_not_seen_yet_whose_start_is_nearest(status, minutes, session):
    known = [("a", brief(0, 180, status)), ("b", brief(180, 300))]

    assert placing.session_at(known, (), at(minutes), HALF_AN_HOUR) == session


def test_what_is_known_of_a_session_counts_more_than_what_was_planned():
    known, timetable = [("a", brief(0, 180, "cancelled"))], [planned("a", 0, 180)]

    assert placing.session_at(known, timetable, at(0), HALF_AN_HOUR) is None


def test_an_excuse_for_a_day_is_for_every_session_that_begins_on_it():
    known = [
        ("a", brief(0, 180)),
        ("tomorrow", brief(24 * 60, 25 * 60)),
        ("evening", brief(13 * 60, 15 * 60)),
    ]

    found = placing.sessions_of_day(known, [planned("b", 240, 300)], date(2026, 11, 24))

    assert found == ("a", "b", "evening"), "22:00 in New York is still that day"


def test_codes_are_six_digits_that_nobody_types_by_accident():
    found = {codes.code_of(f"{number:032x}") for number in range(0, 3_000_000, 2999)}

    assert all(len(code) == 6 and code.isdigit() and len(set(code)) > 1 for code in found)
    assert not found & {"911911", "988988", "741741", "000000"}
    assert codes.code_of("a" * 32) == codes.code_of("a" * 32)


def test_a_session_has_a_code_from_when_it_is_near_until_the_evening_of_the_next_day():
    briefs = [
        ("s", "pt_b", brief(0, 180)),
        ("s", "pt_a", brief(0, 180)),
        ("s", "pt_gone", brief(0, 180, "cancelled")),
        ("far", "pt_a", brief(60 * 48, 60 * 50)),
    ]

    def wanted(minutes):
        day_and_half = timedelta(hours=36)
        return codes.wanted(briefs, lambda session: "ab" * 16, at(minutes), day_and_half, HALF_AN_HOUR)

    assert list(wanted(-600)) == ["s"]
    assert wanted(0)["s"].patients == ("pt_a", "pt_b")
    assert (wanted(0)["s"].opens_at, wanted(0)["s"].closes_at) == (at(-30), at(180))
    assert "s" in wanted(180 + 36 * 60)
    assert "s" not in wanted(181 + 36 * 60)


CODE = AttendanceCode(session="s", code="482913", opens_at=at(-30), closes_at=at(180), patients=("pt_a",))


@pytest.mark.parametrize(
    ("patient", "text", "minutes", "fits"),
    [
        ("pt_a", "482913", 0, True),
        ("pt_a", " 482913\n", -30, True),
        ("pt_b", "482913", 0, False),
        ("pt_a", "482913", -31, False),
        ("pt_a", "482913", 181, False),
        ("pt_a", "482914", 0, False),
        ("pt_a", "482913 i took all my pills", 0, False),
        ("pt_a", "482913!", 0, False),
        ("pt_a", "", 0, False),
    ],
)
def test_a_code_is_the_whole_text_of_somebody_expected_while_it_counts(patient, text, minutes, fits):
    assert CODE.fits(patient, text, at(minutes)) is fits


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_no_other_text_is_ever_a_code(text):
    assert CODE.fits("pt_a", text, at(0)) is (text.strip() == "482913")
