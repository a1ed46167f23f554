"""Rows 12 to 15 of the clinical table: each met, not met, and on its border."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.values import Urgency
from services.attendance.core.judging import Risk, judge
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past, Turnout, past, turnout

NOW = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)  # 09:15 in New York
ZONE = "America/New_York"
LIMITS = Limits()


def judged(risk=None, misses=0, since=timedelta(hours=24), limits=LIMITS, now=NOW):
    before = Past(misses, now - since if misses else None)
    return judge(risk or Risk(), before, now, ZONE, limits)


def days_ago(days):
    return date(2026, 11, 24) - timedelta(days=days)


@pytest.mark.parametrize(
    ("risk", "row", "urgency", "tag"),
    [
        (Risk(high_risk=True), 12, "urgent", "high_risk"),
        (Risk(safety_plan=True), 12, "urgent", "safety_plan"),
        (Risk(discharged_on=days_ago(0)), 12, "urgent", "recent_discharge"),
        (Risk(discharged_on=days_ago(30)), 12, "urgent", "recent_discharge"),
        (Risk(discharged_on=days_ago(31)), 13, "soon", None),
        (Risk(discharged_on=days_ago(-1)), 13, "soon", None),
        (Risk(unknown=True), 12, "urgent", "no_record"),
        (Risk(), 13, "soon", None),
    ],
)
def test_row_12_a_patient_at_risk(risk, row, urgency, tag):
    judgement = judged(risk)

    assert (judgement.row, judgement.urgency) == (row, urgency)
    assert judgement.tags == (("first_miss", tag) if tag else ("first_miss",))
    assert judgement.at_risk is (tag is not None)


def test_the_day_of_a_discharge_is_the_one_on_the_programmes_wall_clock():
    late = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # still the 24th, 22:00, in New York

    assert judged(Risk(discharged_on=days_ago(30)), now=late).row == 12
    assert judged(Risk(discharged_on=days_ago(30)), now=late + timedelta(hours=2)).row == 13


@pytest.mark.parametrize(
    ("misses", "since_hours", "row", "urgency", "tags"),
    [
        (0, 0, 13, "soon", ("first_miss",)),
        (1, 24, 14, "urgent", ("consecutive",)),
        (1, 72, 14, "urgent", ("consecutive",)),
        (1, 72.01, 15, "urgent", ("consecutive", "repeated")),
        (2, 24, 15, "urgent", ("consecutive", "repeated")),
        (7, 24, 15, "urgent", ("consecutive", "repeated")),
    ],
)
def test_rows_13_to_15_the_row_of_misses(misses, since_hours, row, urgency, tags):
    judgement = judged(misses=misses, since=timedelta(hours=since_hours))

    assert (judgement.row, judgement.urgency, judgement.tags) == (row, urgency, tags)
    assert judgement.misses == misses + 1


def test_the_highest_row_counts_and_every_tag_is_set():
    loud = Limits(third_miss=Urgency.IMMINENT)

    assert judged(Risk(high_risk=True), misses=2).row == 12
    assert judged(Risk(high_risk=True), misses=2, limits=loud).row == 15
    assert judged(Risk(high_risk=True), misses=2).tags == ("consecutive", "repeated", "high_risk")


def test_every_urgency_and_figure_is_the_sites():
    own = Limits(
        at_risk=Urgency.IMMINENT,
        first_miss=Urgency.ROUTINE,
        second_miss=Urgency.SOON,
        third_miss=Urgency.IMMINENT,
        discharge_days=90,
        silent=timedelta(hours=12),
    )

    assert judged(limits=own).urgency == "routine"
    assert judged(misses=1, since=timedelta(hours=1), limits=own).urgency == "soon"
    assert judged(misses=1, limits=own).urgency == "imminent"
    assert judged(Risk(discharged_on=days_ago(89)), limits=own).urgency == "imminent"


def brief(day, status, hour=14):
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    return AttendanceBrief(status=status, starts_at=at, ends_at=at + timedelta(hours=3))


def before(**statuses):
    briefs = {name: brief(int(name[1:]), AttendanceStatus(status)) for name, status in statuses.items()}
    return past(briefs, "d24", datetime(2026, 11, 24, 14, tzinfo=UTC), NOW)


@pytest.mark.parametrize(
    ("statuses", "misses"),
    [
        ({}, 0),
        ({"d19": "missed", "d20": "missed"}, 2),
        ({"d19": "missed", "d20": "checked_in"}, 0),
        ({"d19": "missed", "d20": "late"}, 0),
        ({"d19": "missed", "d20": "excused"}, 1),
        ({"d19": "missed", "d20": "cancelled"}, 1),
        ({"d19": "missed", "d20": "held_back"}, 1),
        ({"d18": "missed", "d19": "checked_in", "d20": "missed"}, 1),
        ({"d19": "missed", "d20": "expected"}, 2),
        ({"d25": "missed", "d26": "missed"}, 0),
        ({"d24": "missed"}, 0),
    ],
)
def test_misses_in_a_row_end_with_whoever_was_seen_and_skip_the_excused(statuses, misses):
    assert before(**statuses).misses == misses


def test_the_row_of_misses_knows_when_it_began():
    assert before(d18="checked_in", d19="missed", d20="excused", d23="missed").first_missed_at == datetime(
        2026, 11, 19, 14, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("statuses", "broken"),
    [
        (["expected"] * 3, True),
        (["expected"] * 40, True),
        (["expected"] * 2, False),
        (["expected"] * 3 + ["checked_in"], False),
        (["expected"] * 3 + ["late"], False),
        (["expected"] * 2 + ["excused"] * 8, False),
        (["expected"] * 3 + ["excused"] * 8, True),
        (["expected"] * 2 + ["cancelled"] * 8, False),
        (["missed", "held_back", "expected"], True),
    ],
)
def test_a_session_looks_broken_when_nobody_of_enough_is_checked_in(statuses, broken):
    session = turnout(brief(24, AttendanceStatus(status)) for status in statuses)

    assert session.looks_broken(LIMITS) is broken


def test_what_counts_as_enough_is_the_sites():
    assert Turnout(expected=5, seen=0, missing=5).looks_broken(Limits(bulk_expected=6)) is False
    assert Turnout(expected=6, seen=0, missing=5).looks_broken(Limits(bulk_expected=6)) is True
    assert Turnout(expected=6, seen=0, missing=5).looks_broken(Limits(bulk_missing=6)) is False
