"""CIWA-Ar and COWS (clinical.md 1c; 7 row 19)."""

from collections.abc import Callable

import pytest

from contracts.screens import ScreenResult
from contracts.values import Kind, Urgency

Score = Callable[..., ScreenResult]
CALM = dict.fromkeys(
    "nausea tremor sweats anxiety agitation tactile auditory visual headache orientation".split(), 0
)
EASY = dict.fromkeys(
    "pulse sweating restlessness pupils aches nose stomach tremor yawning anxiety gooseflesh".split(), 0
)


@pytest.mark.parametrize(
    ("given", "total", "band", "urgency"),
    [
        ({}, 0, "mild", None),
        ({"tremor": 7, "sweats": 2}, 9, "mild", Urgency.ROUTINE),
        ({"tremor": 7, "sweats": 3}, 10, "moderate", Urgency.URGENT),
        ({"tremor": 7, "sweats": 7, "anxiety": 4}, 18, "moderate", Urgency.URGENT),
        ({"tremor": 7, "sweats": 7, "anxiety": 5}, 19, "severe", Urgency.IMMINENT),
    ],
)
def test_ciwa_follows_the_bands_of_asam(
    score: Score, given: dict[str, int], total: int, band: str, urgency: Urgency | None
) -> None:
    result = score("ciwa-ar", {**CALM, **given})

    assert (result.score, result.band, result.urgency) == (total, band, urgency)
    assert result.kind is Kind.WITHDRAWAL


@pytest.mark.parametrize(
    "sign",
    [{"seizure": "yes"}, {"hallucinations": "yes"}, {"delirium": "yes"}, {"visual": 4}, {"orientation": 4}],
)
def test_complicated_withdrawal_is_imminent_at_any_total(score: Score, sign: dict[str, object]) -> None:
    assert score("ciwa-ar", {**CALM, **sign}).urgency is Urgency.IMMINENT
    assert score("ciwa-ar", {**CALM, "visual": 3}).urgency is Urgency.ROUTINE


def test_orientation_of_ciwa_ends_at_4(score: Score) -> None:
    result = score("ciwa-ar", {**CALM, "orientation": 5})

    assert [(one.what, one.item) for one in result.problems] == [("impossible", "orientation")]
    assert result.urgency is Urgency.IMMINENT  # it could be any, lost for place among them


def test_one_item_missing_counts_as_its_worst(score: Score) -> None:
    missing = {key: value for key, value in CALM.items() if key != "nausea"}

    assert score("ciwa-ar", {**missing, "tremor": 3}).urgency is Urgency.URGENT
    assert score("ciwa-ar", {**missing, "tremor": 2}).urgency is Urgency.ROUTINE


def test_an_empty_form_asks_for_another_look_and_does_not_page_like_the_worst(score: Score) -> None:
    assert score("ciwa-ar", {}).urgency is Urgency.ROUTINE
    assert score("cows", {}).urgency is Urgency.ROUTINE


@pytest.mark.parametrize(
    ("given", "total", "band", "urgency"),
    [
        ({"pulse": 4}, 4, "none", None),
        ({"pupils": 5}, 5, "mild", Urgency.ROUTINE),
        ({"pupils": 5, "pulse": 4, "sweating": 3}, 12, "mild", Urgency.ROUTINE),
        ({"pupils": 5, "pulse": 4, "sweating": 4}, 13, "moderate", Urgency.URGENT),
        ({**dict.fromkeys(EASY, 4), "restlessness": 5, "pupils": 0, "stomach": 0, "gooseflesh": 3}, 36,
         "moderately severe", Urgency.URGENT),
        ({**dict.fromkeys(EASY, 4), "restlessness": 5, "pupils": 1, "stomach": 0, "gooseflesh": 3}, 37,
         "severe", Urgency.IMMINENT),
    ],
)  # fmt: skip
def test_cows_each_side_of_every_border(
    score: Score, given: dict[str, int], total: int, band: str, urgency: Urgency | None
) -> None:
    result = score("cows", {**EASY, **given})

    assert (result.score, result.band, result.urgency, result.problems) == (total, band, urgency, ())


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("pulse", 3),
        ("restlessness", 2),
        ("restlessness", 4),
        ("pupils", 3),
        ("stomach", 4),
        ("gooseflesh", 4),
    ],
)
def test_values_between_those_of_an_item_of_cows_are_refused(score: Score, item: str, value: int) -> None:
    result = score("cows", {**EASY, item: value})

    assert [(one.what, one.item) for one in result.problems] == [("impossible", item)]
    assert result.score is None
