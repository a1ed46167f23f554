"""PHQ-9 and PHQ-2: totals, bands, and item 9 by itself (clinical.md 1, 1c, 1e, 5d; 7 rows 8 to 11)."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from contracts.screens import ScreenResult
from contracts.values import Urgency

Score = Callable[..., ScreenResult]
LOINC = "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8".split()


def filled(*values: int) -> dict[str, object]:
    return {str(number): value for number, value in enumerate(values, start=1)}


def rest(total: int, nine: object) -> dict[str, object]:
    """Answers whose first eight items come to a total."""
    values = [3] * (total // 3) + ([total % 3] if total % 3 else [])
    return {**filled(*values, *[0] * (8 - len(values))), "9": nine}


def codes(result: ScreenResult) -> set[str]:
    return {one.code for one in result.findings}


def test_the_official_example_is_read_whole(score: Score) -> None:
    """US Core: linkIds with a slash, the total as an item, difficulty beside it; 2+2+2+2+1+1+2+0+0 = 12."""
    values = dict(zip((f"/{code}" for code in LOINC), (2, 2, 2, 2, 1, 1, 2, 0, 0), strict=True))

    for total in ("12", 12, 12.0):
        result = score("/44249-1", {**values, "/44261-6": total, "/69722-7": "LA6573-5"})

        assert (result.score, result.band, result.urgency) == (12, "moderate", Urgency.ROUTINE)
        assert result.problems == ()
        assert (result.loinc, result.instrument) == ("44261-6", "phq-9")


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately severe"),
        (19, "moderately severe"),
        (20, "severe"),
        (24, "severe"),
    ],
)
def test_bands_are_the_published_ones(score: Score, total: int, band: str) -> None:
    assert score("phq-9", rest(total, 0)).band == band


@pytest.mark.parametrize(
    ("total", "urgency"),
    [(0, None), (9, None), (10, Urgency.ROUTINE), (19, Urgency.ROUTINE), (20, Urgency.SOON)],
)
def test_without_item_9_the_total_decides(score: Score, total: int, urgency: Urgency | None) -> None:
    """Rows 10 and 11, each side of the border."""
    assert score("phq-9", rest(total, 0)).urgency is urgency


@pytest.mark.parametrize(
    ("nine", "code"),
    [
        (1, "phq9_item_9"),
        ("LA6569-3", "phq9_item_9"),
        (2, "phq9_item_9_much"),
        (3, "phq9_item_9_much"),
        ("LA6570-1", "phq9_item_9_much"),
        ("Nearly every day", "phq9_item_9_much"),
    ],
)
def test_item_9_counts_whatever_the_total(score: Score, nine: object, code: str) -> None:
    """Rows 8 and 9."""
    for total in (0, 12, 24):
        result = score("phq-9", rest(total, nine))

        assert result.urgency is Urgency.URGENT
        assert code in codes(result)
        assert result.drove == ("9",)


@pytest.mark.parametrize(("total", "urgency"), [(0, Urgency.SOON), (9, Urgency.SOON), (10, Urgency.URGENT)])
def test_item_9_left_out_is_never_no_risk(score: Score, total: int, urgency: Urgency) -> None:
    answers = rest(total, None)

    result = score("phq-9", answers)

    assert result.urgency is urgency
    assert (result.score, result.least, result.most) == (None, total, total + 3)
    assert [(one.what, one.item) for one in result.problems] == [("missing", "9")]


def test_a_total_that_the_answers_do_not_explain_points_at_item_9(score: Score) -> None:
    result = score("phq-9", rest(2, None), total=4)

    assert result.urgency is Urgency.URGENT
    assert "phq9_item_9_open_high" in codes(result)
    assert score("phq-9", rest(2, None), total=40).urgency is Urgency.URGENT  # nobody knows what it leaves
    assert score("phq-9", rest(2, None), total=2).urgency is None  # leaves item 9 nothing but 0


@pytest.mark.parametrize(
    ("total", "urgency"), [(0, None), (9, Urgency.SOON), (10, Urgency.URGENT), (27, Urgency.URGENT)]
)
def test_a_total_alone_says_nothing_about_item_9(score: Score, total: int, urgency: Urgency | None) -> None:
    result = score("phq-9", {"44261-6": total})

    assert (result.score, result.urgency) == (total, urgency)
    assert len([one for one in result.problems if one.what == "missing"]) == 9


def test_an_impossible_answer_to_item_9_counts_as_positive(score: Score) -> None:
    result = score("phq-9", rest(0, 7))

    assert result.urgency is Urgency.URGENT
    assert result.score is None
    assert [(one.what, one.item) for one in result.problems] == [("impossible", "9")]


def test_a_total_that_contradicts_the_items_is_said_and_the_higher_counts(score: Score) -> None:
    lower, higher = score("phq-9", rest(21, 0), total=12), score("phq-9", rest(12, 0), total=21)

    for result in (lower, higher):
        assert (result.score, result.band, result.urgency) == (None, "", Urgency.SOON)
        assert [(one.what, one.item) for one in result.problems] == [("contradiction", "total")]
    assert "the stated total is 12, the answers come to 21" in lower.problems[0].says


def test_the_nursing_variant_asks_presence_and_frequency(score: Score) -> None:
    present = score("54635-8", {**rest(0, None), "54652-3": "yes"})
    often = score("54635-8", {**rest(0, None), "54653-1": 2, "54652-3": "yes"})
    clash = score("54635-8", {**rest(0, None), "54653-1": 0, "54652-3": "yes"})

    assert present.urgency is often.urgency is clash.urgency is Urgency.URGENT
    assert "phq9_item_9_much" in codes(often)
    assert [one.item for one in clash.problems] == ["9_presence"]


def test_phq_2_is_positive_from_3(score: Score) -> None:
    results = [score("phq-2", filled(total // 2, total - total // 2)) for total in range(7)]

    assert [one.urgency for one in results] == [None] * 3 + [Urgency.ROUTINE] * 4
    assert all(low.score is not None and low.score + 1 == high.score for low, high in pairwise(results))
