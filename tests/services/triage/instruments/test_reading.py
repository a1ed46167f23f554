"""Answers in every spelling, and what cannot be used."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from contracts.screens import ScreenAnswers, ScreenResult
from contracts.values import Urgency
from services.triage import instruments

Score = Callable[..., ScreenResult]
CALM = {str(number): 0 for number in range(1, 8)}


@pytest.mark.parametrize("written", [3, "3", 3.0, "3.0", "LA6571-9", "la6571-9", "Nearly every day", " 3 "])
def test_spellings_of_one_answer(score: Score, written: object) -> None:
    assert score("gad-7", {**CALM, "1": written}).score == 3


@pytest.mark.parametrize("written", [4, -1, 2.5, "often", "1e0", "٣", "3 points", True, "LA6572-7", "1,0"])
def test_an_answer_that_cannot_be_is_refused_and_never_clipped(score: Score, written: object) -> None:
    result = score("gad-7", {**CALM, "1": written})

    assert [(one.what, one.item) for one in result.problems] == [("impossible", "1")]
    assert (result.score, result.least, result.most) == (None, 0, 3)
    assert "0, 1, 2, 3" in result.problems[0].mend


def test_a_word_that_was_refused_is_not_quoted(score: Score) -> None:
    result = score("gad-7", {**CALM, "1": "Kim Lee said so"})

    assert "Kim" not in result.model_dump_json()


@pytest.mark.parametrize("name", ["/69725-0", "69725-0", "/69737-5/69725-0", " 69725-0 "])
def test_link_ids_with_and_without_slashes(score: Score, name: str) -> None:
    answers = {key: value for key, value in CALM.items() if key != "1"}

    assert score("gad-7", {**answers, name: 2}).score == 2


def test_an_item_nobody_knows_is_told_with_the_nearest(score: Score) -> None:
    (problem,) = score("cows", {"gooseflsh": 3}).problems[:1]

    assert (problem.what, problem.item, problem.mend) == (
        "unknown",
        "gooseflsh",
        "did you mean 'gooseflesh'?",
    )


def test_the_same_item_twice_is_said_and_the_more_severe_counts(score: Score) -> None:
    result = score("phq-9", {**{str(n): 0 for n in range(1, 10)}, "44260-8": 2})

    assert (result.score, result.urgency) == (None, Urgency.URGENT)
    assert [(one.what, one.item) for one in result.problems] == [("contradiction", "9")]
    assert score("gad-7", {**CALM, "69725-0": 0}).problems == ()


@pytest.mark.parametrize("total", [28, -1, 12.5, "twelve"])
def test_an_impossible_total_is_refused(score: Score, total: object) -> None:
    result = score("phq-9", {str(n): 1 for n in range(1, 10)}, total=total)

    assert [(one.what, one.item) for one in result.problems] == [("impossible", "total")]
    assert result.score == 9  # the items are whole, and speak for themselves


def test_an_impossible_total_of_an_incomplete_form_leaves_everything_open(score: Score) -> None:
    assert score("gad-7", {}, total=22).urgency is Urgency.SOON
    assert score("gad-7", {}).urgency is Urgency.ROUTINE


def test_two_totals_that_differ_are_said(score: Score) -> None:
    result = score("gad-7", {**CALM, "70274-6": 12}, total=3)

    assert (result.score, result.urgency) == (None, Urgency.ROUTINE)
    assert {one.what for one in result.problems} == {"contradiction"}


@pytest.mark.parametrize("name", ["PHQ-9", "phq9", "phq-9", "44249-1", "/44249-1", "44261-6", "PHQ 9"])
def test_an_instrument_is_found_in_any_spelling(name: str) -> None:
    assert instruments.find(name).id == "phq-9"


def test_an_instrument_nobody_knows_is_told_with_the_nearest() -> None:
    with pytest.raises(instruments.UnknownInstrument, match="did you mean 'cows'"):
        instruments.find("cowss")
    with pytest.raises(instruments.UnknownInstrument, match="there are"):
        instruments.find("44262-4")  # PHQ-9 interpretation, deprecated


def test_an_item_code_leads_to_the_instruments_that_hold_it() -> None:
    assert [one.id for one in instruments.holding("/44260-8")] == ["phq-9"]
    assert [one.id for one in instruments.holding("44250-9")] == ["phq-2", "phq-9"]
    assert instruments.holding("1") == ()


def test_answers_are_read_from_a_list_or_by_item() -> None:
    by_item = ScreenAnswers.model_validate(
        {"answers": {1: 2, "level": {"value": 0.1, "unit": "%"}, "x": True}}
    )
    listed = [
        {"item": "1", "value": "2"},
        {"item": "level", "value": "0.1", "unit": "%"},
        {"item": "x", "value": "yes"},
    ]

    assert by_item == ScreenAnswers.model_validate({"answers": listed})
    assert ScreenAnswers.model_validate_json(by_item.model_dump_json()) == by_item
    with pytest.raises(ValidationError):
        ScreenAnswers.model_validate({"answers": {"1": ["a"]}})
