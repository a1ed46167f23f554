"""Rows 8 to 11 of the clinical table: screens, from the answers to who is paged."""

import pytest

from tests.clinical.hands import (
    DAY,
    NIGHT,
    Reports,
    contact_by,
    escalated,
    loud,
    paged,
    policy,
    programme,
    reported,
)

URGENT, SOON, ROUTINE = (("screen_positive", word) for word in ("urgent", "soon", "routine"))
NOTHING_TAKEN = dict.fromkeys(map(str, range(1, 11)), "no") | {"3": "yes"}
"""DAST-10, whose third question asks for what is well: yes gives no point there."""
NO_TO_ALL = dict.fromkeys(("1", "2", "3", "4", "5", "6"), "no")


def phq9(first_eight: int, item_9: int) -> dict[str, object]:
    """Item 9, and the same answer to all before it."""
    return {str(item): first_eight for item in range(1, 9)} | {"9": item_9}


# -- row 8


@pytest.mark.parametrize("item_9", [2, 3])
@pytest.mark.parametrize("rest", [0, 3])
def test_row_08_positive_item_9_from_two_on_is_paged_and_called_within_the_hour(
    item_9: int, rest: int
) -> None:
    """02:14 the form; 02:14 Ana by text, 02:16 by call; Ben at 02:24; Cal, the supervisor, at 02:34."""
    signal = reported("phq-9", phq9(rest, item_9), at=NIGHT)

    assert loud(signal) == URGENT
    assert paged(escalated(signal, minutes=25)) == [
        "02:14 ana sms, voice 02:16",
        "02:24 ben sms, voice 02:26",
        "02:34 cal sms, voice 02:36",
    ]
    assert contact_by(escalated(signal, minutes=5, takes={"ana": 0})) == "03:14"


def test_row_08_negative_a_zero_is_no_signal_and_takes_nothing_back() -> None:
    patient = Reports()
    assert loud(patient.hear("phq-9", phq9(0, 2))) == URGENT

    assert patient.hear("phq-9", phq9(0, 0), at="2026-11-24 15:00") is None
    assert patient.state.left == (), "the first signal stands"


def test_row_08_borderline_one_goes_to_the_therapist_and_two_to_whoever_is_on_call() -> None:
    one, two = reported("phq-9", phq9(0, 1)), reported("phq-9", phq9(0, 2))

    assert [policy(escalated(each)) for each in (one, two)] == ["urgent_screen", "urgent"]


@pytest.mark.parametrize(("item", "value"), [("9", 4), ("9", "often")])
def test_row_08_borderline_an_answer_that_cannot_be_counts_as_positive(item: str, value: object) -> None:
    assert loud(reported("phq-9", phq9(0, 0) | {item: value})) == URGENT


def test_row_08_borderline_a_total_alone_says_that_item_9_is_not_known() -> None:
    """Nobody knows what the twelve points are made of: an open item 9 counts as row 9."""
    signal = reported("phq-9", {}, total=12)

    assert loud(signal) == URGENT
    assert signal is not None and "phq9_item_9_open_high" in signal.tags


# -- row 9


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("phq-9", phq9(0, 1)),
        ("c-ssrs", NO_TO_ALL | {"2": "yes", "3": "yes"}),
        ("c-ssrs", NO_TO_ALL | {"6": "yes", "6b": "no"}),
        ("asq", dict.fromkeys("1234", "no") | {"4": "yes", "5": "no"}),
    ],
)
def test_row_09_positive_by_day_the_therapist_is_first_then_on_call(
    instrument: str, answers: dict[str, object]
) -> None:
    """10:00 the form; Tia is on shift; 10:05 Ana; contact within the hour, which is sooner than 4 h."""
    signal = reported(instrument, answers, at=DAY)

    assert loud(signal) == URGENT
    assert paged(escalated(signal, minutes=9.9)) == [
        "10:00 tia sms, voice 10:02",
        "10:05 ana sms, voice 10:07",
    ]
    taken = escalated(signal, minutes=4, takes={"tia": 1})
    assert (paged(taken), contact_by(taken)) == (["10:00 tia sms"], "11:01")


def test_row_09_negative_no_answer_that_counts_is_no_signal() -> None:
    assert reported("phq-9", phq9(1, 0)) is None
    assert reported("c-ssrs", NO_TO_ALL) is None


def test_row_09_borderline_at_night_or_without_a_therapist_it_is_on_call_at_once() -> None:
    at_night = reported("phq-9", phq9(0, 1), at=NIGHT)
    nobody = reported("phq-9", phq9(0, 1), at=DAY)

    assert paged(escalated(at_night, minutes=2.5)) == ["02:14 ana sms, voice 02:16"]
    assert paged(escalated(nobody, minutes=2.5, given=programme(therapist=None))) == [
        "10:00 ana sms, voice 10:02"
    ]


# -- row 10


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [("phq-9", phq9(3, 0)), ("c-ssrs", NO_TO_ALL | {"1": "yes"}), ("c-ssrs", NO_TO_ALL | {"2": "yes"})],
)
def test_row_10_positive_the_therapist_hears_the_same_day(
    instrument: str, answers: dict[str, object]
) -> None:
    """10:00 Tia, 11:00 Ana, 12:00 Cal, who supervises; contact within a day of taking it."""
    signal = reported(instrument, answers)

    assert loud(signal) == SOON
    assert paged(escalated(signal, minutes=125)) == [
        "10:00 tia sms, voice 10:02",
        "11:00 ana sms, voice 11:02",
        "12:00 cal sms, voice 12:02",
    ]
    taken = escalated(signal, minutes=30, takes={"tia": 1})
    assert taken.run.contact_by is not None and taken.held_at is not None
    assert (taken.run.contact_by - taken.held_at).total_seconds() == 24 * 3600


def test_row_10_negative_nineteen_points_are_for_the_next_session() -> None:
    assert loud(reported("phq-9", phq9(2, 0) | {"1": 3, "2": 3, "3": 3})) == ROUTINE


@pytest.mark.parametrize(("at", "first"), [("22:00", "07:00"), ("21:59", "21:59"), ("07:00", "07:00")])
def test_row_10_borderline_what_comes_at_night_waits_for_the_morning(at: str, first: str) -> None:
    signal = reported("phq-9", phq9(3, 0) | {"1": 0, "2": 2}, at=f"2026-11-24 {at}")

    assert loud(signal) == SOON, "twenty points"
    assert paged(escalated(signal, minutes=10 * 60))[0].startswith(f"{first} tia")
    flagged = escalated(signal, minutes=10 * 60, tags=("high_risk",))
    assert paged(flagged)[0].startswith(f"{at} "), "for patients at high risk no night is waited out"


# -- row 11


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("phq-9", phq9(2, 0)),
        ("gad-7", {str(item): 2 for item in range(1, 8)} | {"7": 0}),
        ("scoff", {"1": "yes", "2": "yes", "3": "no", "4": "no", "5": "no"}),
        ("audit-c", {"1": 2, "2": 1, "3": 0}),
        ("audit", dict.fromkeys(map(str, range(1, 11)), 0) | {"1": 4, "2": 4}),
        ("dast-10", NOTHING_TAKEN | {"1": "yes", "2": "yes", "4": "yes"}),
    ],
)
def test_row_11_positive_is_on_the_worklist_and_pages_nobody(
    instrument: str, answers: dict[str, object]
) -> None:
    """10:00 Tuesday; due by 10:00 Thursday; meanwhile nobody's phone sounds."""
    signal = reported(instrument, answers)
    rehearsal = escalated(signal, minutes=2 * 24 * 60 - 1)

    assert loud(signal) == ROUTINE
    assert paged(rehearsal) == []
    assert rehearsal.opened_at is not None and rehearsal.due_at is not None
    assert (rehearsal.due_at - rehearsal.opened_at).days == 2


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("phq-9", phq9(1, 0)),
        ("gad-7", dict.fromkeys("1234567", 1)),
        ("scoff", {"1": "yes", "2": "no", "3": "no", "4": "no", "5": "no"}),
        ("audit-c", {"1": 1, "2": 1, "3": 0}),
        ("audit", dict.fromkeys(map(str, range(1, 11)), 0) | {"1": 4, "2": 3}),
        ("dast-10", NOTHING_TAKEN | {"1": "yes", "2": "yes"}),
    ],
)
def test_row_11_negative_below_the_cut_off_is_no_signal(instrument: str, answers: dict[str, object]) -> None:
    assert reported(instrument, answers) is None


@pytest.mark.parametrize(("points", "urgency"), [(9, None), (10, ROUTINE), (14, ROUTINE), (15, SOON)])
def test_row_11_borderline_each_side_of_the_cut_offs_of_gad_7(
    points: int, urgency: tuple[str, str] | None
) -> None:
    answers = {str(item): min(3, max(0, points - 3 * (item - 1))) for item in range(1, 8)}

    assert loud(reported("gad-7", answers)) == urgency
