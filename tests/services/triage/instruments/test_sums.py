"""GAD-7, AUDIT, AUDIT-C, DAST-10, SCOFF, EDE-Q and the signs beside it (clinical.md 1c, 5d; 7 row 11)."""

from collections.abc import Callable

import pytest

from contracts.screens import ScreenResult
from contracts.values import Urgency
from services.triage.instruments import edeq, instruments

Score = Callable[..., ScreenResult]


def numbered(*values: object) -> dict[str, object]:
    return {str(number): value for number, value in enumerate(values, start=1)}


@pytest.mark.parametrize("instrument", [one for one in instruments() if one.highest], ids=lambda one: one.id)
def test_the_highest_answers_give_the_published_highest_total(score: Score, instrument) -> None:  # type: ignore[no-untyped-def]
    def worst(item) -> object:  # type: ignore[no-untyped-def]
        return item.most if item.most > 1 else ("no" if item.holds.no > item.holds.yes else "yes")

    answers = {item.id: worst(item) for item in instrument.scored}

    assert score(instrument.id, answers).score == instrument.highest


@pytest.mark.parametrize(
    ("total", "band", "urgency"),
    [
        (4, "minimal", None),
        (9, "mild", None),
        (10, "moderate", Urgency.ROUTINE),
        (14, "moderate", Urgency.ROUTINE),
        (15, "severe", Urgency.SOON),
    ],
)
def test_gad_7(score: Score, total: int, band: str, urgency: Urgency | None) -> None:
    values = [3] * (total // 3) + [total % 3]

    result = score("gad-7", numbered(*values, *[0] * (7 - len(values))))

    assert (result.score, result.band, result.urgency) == (total, band, urgency)


@pytest.mark.parametrize(
    ("values", "band", "urgency"),
    [
        ((3, 2, 2, 0, 0, 0, 0, 0, 0, 0), "low risk", None),
        ((3, 2, 3, 0, 0, 0, 0, 0, 0, 0), "hazardous", Urgency.ROUTINE),
        ((4, 4, 4, 0, 0, 0, 0, 0, 0, 4), "harmful", Urgency.ROUTINE),
        ((4, 4, 4, 4, 0, 0, 0, 0, 0, 4), "possible dependence", Urgency.ROUTINE),
    ],
)
def test_audit(score: Score, values: tuple[int, ...], band: str, urgency: Urgency | None) -> None:
    result = score("audit", numbered(*values))

    assert (result.band, result.urgency) == (band, urgency)


@pytest.mark.parametrize("item", ["9", "10"])
def test_the_last_two_of_audit_take_0_2_and_4(score: Score, item: str) -> None:
    result = score("audit", {**numbered(*[0] * 10), item: 3})

    assert [(one.what, one.item) for one in result.problems] == [("impossible", item)]
    assert result.score is None


def test_who_never_drinks_skips_to_the_last_two(score: Score) -> None:
    assert score("audit", {"1": "Never", "9": 0, "10": 0}).problems == ()
    assert score("audit", {"1": "Never", "9": 0, "10": 0}).score == 0
    assert score("audit-c", {"1": 0}).score == 0
    assert [one.item for one in score("audit", {"1": 0, "5": 2, "9": 0, "10": 0}).problems] == ["5"]


@pytest.mark.parametrize(
    ("sex", "total", "urgency"),
    [
        ("male", 3, None),
        ("male", 4, Urgency.ROUTINE),
        ("female", 2, None),
        ("female", 3, Urgency.ROUTINE),
        ("unknown", 3, Urgency.ROUTINE),
        (None, 3, Urgency.ROUTINE),
        ("mlae", 3, Urgency.ROUTINE),
    ],
)
def test_audit_c_uses_the_lower_cut_off_unless_known_male(
    score: Score, sex: str | None, total: int, urgency: Urgency | None
) -> None:
    assert score("audit-c", {**numbered(total - 1, 1, 0), "sex": sex}).urgency is urgency


def test_both_totals_and_the_first_code_of_the_examples_are_known(score: Score) -> None:
    """76504-0 in the behavioural profiles, 75626-2 in US Core; 68517-2 stands for the first question."""
    answers = {"/68517-2": 2, "/68519-8": 1, "/68520-6": 1}

    for code in ("/76504-0", "/75626-2"):
        result = score("72109-2", {**answers, code: 4})
        assert (result.score, result.problems) == (4, ())


def test_dast_10_turns_the_third_answer_round(score: Score) -> None:
    answers = {**numbered(*["no"] * 10), "1": "yes"}

    assert score("dast-10", answers).score == 2
    assert score("dast-10", {**answers, "3": "yes"}).score == 1
    assert score("dast-10", {**answers, "2": "yes"}).urgency is Urgency.ROUTINE
    assert score("dast-10", {**answers, "3": "yes", "2": "yes"}).urgency is None


def test_a_bare_digit_for_the_turned_answer_is_refused(score: Score) -> None:
    result = score("dast-10", {**numbered(*[0] * 10), "1": 1, "2": 1, "3": 1})

    assert [(one.what, one.item) for one in result.problems] == [("impossible", "3")]
    assert (result.least, result.most, result.urgency) == (2, 3, Urgency.ROUTINE)


def test_scoff_is_positive_from_2(score: Score) -> None:
    no = numbered(*["no"] * 5)

    assert score("scoff", {**no, "1": "yes"}).urgency is None
    assert score("scoff", {**no, "1": "yes", "5": "yes"}).urgency is Urgency.ROUTINE


def test_the_global_score_of_ede_q_is_the_mean_of_four_means(score: Score) -> None:
    """Restraint 5, eating concern 2, weight concern 3, shape concern 3, but for item 8, which is in both."""
    values = {item: 0 for items in edeq.SUBSCALES.values() for item in items}
    for name, value in (("restraint", 5), ("eating concern", 2), ("weight concern", 3), ("shape concern", 3)):
        values |= dict.fromkeys(edeq.SUBSCALES[name], value)

    result = score("ede-q", values)

    assert (result.score, result.band, result.urgency) == (3.25, "from the cut-off", Urgency.ROUTINE)
    assert score("ede-q", {**values, "8": 0}).score == 3.01  # 3.25 - 3/20 - 3/32


def test_episodes_of_ede_q_are_not_scored_and_gaps_not_filled(score: Score) -> None:
    values: dict[str, object] = {item: 2 for items in edeq.SUBSCALES.values() for item in items}

    assert score("ede-q", {**values, "15": 28}).score == 2
    gap = score("ede-q", {key: value for key, value in values.items() if key != "1"})
    assert (gap.score, gap.least, gap.most, gap.urgency) == (None, 1.9, 2.2, None)


@pytest.mark.parametrize(
    ("sign", "urgency"),
    [
        ({"heart_rate": 39}, Urgency.IMMINENT),
        ({"heart_rate": 40}, Urgency.URGENT),
        ({"heart_rate": 49}, Urgency.URGENT),
        ({"heart_rate": 50}, None),
        ({"fainted": "yes"}, Urgency.URGENT),
        ({"weight_loss_percent": 10}, Urgency.URGENT),
        ({"weight_loss_percent": 9.9}, None),
        ({"potassium_low": "yes"}, Urgency.IMMINENT),
        ({"heart_rate": 400}, Urgency.URGENT),
    ],
)
def test_signs_of_medical_instability(score: Score, sign: dict[str, object], urgency: Urgency | None) -> None:
    calm = {"fainted": "no", "heart_rate": 70, "potassium_low": "no", "weight_loss_percent": 0}

    assert score("eating-signs", {**calm, **sign}).urgency is urgency
