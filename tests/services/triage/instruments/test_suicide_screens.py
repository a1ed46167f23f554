"""C-SSRS screener and ASQ (clinical.md 1, 1d; 7 rows 3, 4, 9, 10)."""

from collections.abc import Callable

import pytest

from contracts.screens import ScreenResult
from contracts.values import Urgency

Score = Callable[..., ScreenResult]
NONE = {"1": "no", "2": "no", "6": "no"}
FULL = {**dict.fromkeys(("1", "2", "3", "4", "5", "6"), "no"), "2": "yes"}
BY_CODE = {
    "1": "/93246-7",
    "2": "/93247-5",
    "3": "/93248-3",
    "4": "/93249-1",
    "5": "/93250-9",
    "6": "/93267-3",
    "6b": "/93269-9",
}


@pytest.mark.parametrize(
    ("changed", "band", "urgency"),
    [
        ({}, "none", None),
        ({"1": "yes"}, "low", Urgency.SOON),
        ({"2": "yes", "3": "no", "4": "no", "5": "no"}, "low", Urgency.SOON),
        ({"2": "yes", "3": "yes", "4": "no", "5": "no"}, "moderate", Urgency.URGENT),
        ({"6": "yes", "6b": "no"}, "moderate", Urgency.URGENT),
        ({"2": "yes", "3": "no", "4": "yes", "5": "no"}, "high", Urgency.IMMINENT),
        ({"2": "yes", "3": "no", "4": "no", "5": "yes"}, "high", Urgency.IMMINENT),
        ({"6": "yes", "6b": "yes"}, "high", Urgency.IMMINENT),
    ],
)
def test_the_highest_answer_gives_the_level(
    score: Score, changed: dict[str, str], band: str, urgency: Urgency | None
) -> None:
    result = score("c-ssrs", {**NONE, **changed})

    assert (result.band, result.urgency) == (band, urgency)
    assert (result.score, result.problems, result.loinc) == (None, (), "93374-7")


def test_codes_of_the_official_example_are_read(score: Score) -> None:
    """The shipped example is all no; this one turns LA32-8 to LA33-6 where it counts."""
    example = {code: "LA32-8" for item, code in BY_CODE.items() if item in NONE}

    assert score("93373-9", example).band == "none"
    assert score("93373-9", {**example, "/93267-3": "LA33-6", "/93269-9": "LA33-6"}).band == "high"


@pytest.mark.parametrize(
    ("answers", "urgency", "missing"),
    [
        ({**NONE, "6": "yes"}, Urgency.IMMINENT, ["6b"]),
        ({key: value for key, value in FULL.items() if key != "4"}, Urgency.IMMINENT, ["4"]),
        ({key: value for key, value in FULL.items() if key != "3"}, Urgency.URGENT, ["3"]),
        ({"1": "no", "2": "no"}, Urgency.URGENT, ["6", "6b"]),
        ({"2": "no", "6": "no"}, Urgency.SOON, ["1"]),
        ({}, Urgency.URGENT, ["1", "2", "3", "4", "5", "6", "6b"]),
    ],
)
def test_what_was_not_asked_counts_as_its_yes(
    score: Score, answers: dict[str, str], urgency: Urgency, missing: list[str]
) -> None:
    result = score("c-ssrs", answers)

    assert result.urgency is urgency
    assert [one.item for one in result.problems if one.what == "missing"] == missing


def test_intent_after_a_no_to_thoughts_is_high_and_said(score: Score) -> None:
    result = score("c-ssrs", {**NONE, "4": "yes"})

    assert result.urgency is Urgency.IMMINENT
    assert [(one.what, one.item) for one in result.problems if one.what == "contradiction"] == [
        ("contradiction", "4")
    ]


@pytest.mark.parametrize(
    ("refused", "urgency", "contradicted"),
    [
        ({"1": "refused"}, Urgency.SOON, []),
        ({"2": "yes", "3": "no", "4": "refused", "5": "no"}, Urgency.IMMINENT, []),
        ({"4": "refused", "5": "no"}, Urgency.IMMINENT, ["4"]),
        ({"3": "refused", "4": "no", "5": "no"}, Urgency.URGENT, ["3"]),
        ({"6": "refused"}, Urgency.URGENT, []),
        ({"6": "refused", "6b": "no"}, Urgency.URGENT, []),
        ({"6b": "refused"}, Urgency.IMMINENT, ["6b"]),
    ],
)
def test_a_refusal_counts_as_a_positive_answer_also_where_the_question_was_not_due(
    score: Score, refused: dict[str, str], urgency: Urgency, contradicted: list[str]
) -> None:
    result = score("c-ssrs", {**NONE, **refused})

    assert result.urgency is urgency
    assert [one.item for one in result.problems if one.what == "contradiction"] == contradicted


def test_an_answer_that_cannot_be_read_counts_as_yes(score: Score) -> None:
    result = score("c-ssrs", {**NONE, "6": "yes", "6b": "a while ago"})

    assert (result.band, result.urgency) == ("high", Urgency.IMMINENT)
    assert [one.what for one in result.problems] == ["impossible"]


def test_asq_follows_its_four_questions_and_the_fifth(score: Score) -> None:
    no = dict.fromkeys("1234", "no")

    assert score("asq", no).urgency is None
    assert score("asq", no).problems == ()
    for item in "1234":
        for word in ("yes", "refused"):
            positive = score("asq", {**no, item: word, "5": "no"})
            assert (positive.band, positive.urgency) == ("positive", Urgency.URGENT)
            acute = score("asq", {**no, item: word, "5": "yes"})
            assert (acute.band, acute.urgency) == ("acute positive", Urgency.IMMINENT)
            unknown = score("asq", {**no, item: word})
            assert unknown.urgency is Urgency.IMMINENT
            assert [one.item for one in unknown.problems] == ["5"]


def test_asq_left_empty_is_positive_and_not_acute(score: Score) -> None:
    result = score("asq", {})

    assert (result.band, result.urgency) == ("positive", Urgency.URGENT)


def test_a_fifth_answer_of_asq_that_was_not_due_still_counts(score: Score) -> None:
    result = score("asq", {**dict.fromkeys("1234", "no"), "5": "yes"})

    assert result.urgency is Urgency.IMMINENT
    assert [one.what for one in result.problems] == ["contradiction"]


def test_a_fifth_answer_of_asq_that_is_refused_is_acute_by_itself(score: Score) -> None:
    assert score("asq", {**dict.fromkeys("1234", "no"), "5": "refused"}).urgency is Urgency.IMMINENT
