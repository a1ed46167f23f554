"""Missed and late doses (clinical.md 6e; 7 row 20)."""

from collections.abc import Callable

import pytest

from contracts.screens import ScreenResult
from contracts.values import Kind, Urgency

Score = Callable[..., ScreenResult]


def codes(result: ScreenResult) -> set[str]:
    return {one.code for one in result.findings}


@pytest.mark.parametrize(
    ("given", "urgency", "tolerance"),
    [
        ({"days_missed": 0}, None, False),
        ({"days_missed": 1}, Urgency.ROUTINE, False),
        ({"days_missed": 2}, Urgency.URGENT, False),
        ({"days_missed": 3}, Urgency.URGENT, True),
        ({"hours_late": 23}, None, False),
        ({"hours_late": 24}, Urgency.ROUTINE, False),
        ({"hours_late": 72}, Urgency.URGENT, True),
        ({}, Urgency.URGENT, True),
        ({"days_missed": -1}, Urgency.URGENT, True),
        ({"days_missed": 1.5}, Urgency.URGENT, True),
    ],
)
def test_opioid_agonist(
    score: Score, given: dict[str, object], urgency: Urgency | None, tolerance: bool
) -> None:
    result = score("agonist-doses", given)

    assert result.urgency is urgency
    assert ("agonist_tolerance" in codes(result)) is tolerance
    assert result.kind is Kind.DOSE_MISSED


def test_days_and_hours_that_disagree_are_said_and_the_longer_counts(score: Score) -> None:
    result = score("agonist-doses", {"days_missed": 1, "hours_late": 80})

    assert (result.score, result.urgency) == (None, Urgency.URGENT)
    assert [one.what for one in result.problems] == ["contradiction"]


@pytest.mark.parametrize(
    ("given", "urgency"),
    [
        ({"drug": "naltrexone", "days_since_last": 28}, None),
        ({"drug": "naltrexone", "days_since_last": 29}, Urgency.SOON),
        ({"drug": "naltrexone", "days_since_last": 35}, Urgency.SOON),
        ({"drug": "Vivitrol", "days_since_last": 36}, Urgency.URGENT),
        ({"drug": "buprenorphine", "days_overdue": 14}, Urgency.SOON),
        ({"drug": "buprenorphine", "days_overdue": 15}, Urgency.URGENT),
        ({"drug": "buprenorphine", "days_since_last": 8, "interval_days": 7}, Urgency.SOON),
        ({"drug": "paliperidone", "days_overdue": 60}, Urgency.SOON),
        ({"days_overdue": 8}, Urgency.URGENT),
        ({"drug": "something else", "days_overdue": 8}, Urgency.URGENT),
        ({"drug": "naltrexone"}, Urgency.URGENT),
        ({"drug": "naltrexone", "days_overdue": "many"}, Urgency.URGENT),
    ],
)
def test_long_acting_injections(score: Score, given: dict[str, object], urgency: Urgency | None) -> None:
    assert score("injection-doses", given).urgency is urgency


def test_an_injection_about_which_too_little_is_known_says_so(score: Score) -> None:
    assert [one.item for one in score("injection-doses", {"drug": "naltrexone"}).problems] == [
        "days_since_last"
    ]
    clash = score("injection-doses", {"drug": "naltrexone", "days_overdue": 1, "days_since_last": 40})
    assert (clash.score, clash.urgency) == (None, Urgency.URGENT)
    assert [one.what for one in clash.problems] == ["contradiction"]


@pytest.mark.parametrize(
    ("instrument", "given", "urgency"),
    [
        ("lithium-doses", {"doses_missed": 0}, None),
        ("lithium-doses", {"doses_missed": 1}, Urgency.SOON),
        ("lithium-doses", {}, Urgency.SOON),
        ("clozapine-doses", {"hours_since_last": 47, "doses_missed": 0}, None),
        ("clozapine-doses", {"hours_since_last": 30, "doses_missed": 1}, Urgency.SOON),
        ("clozapine-doses", {"hours_since_last": 48}, Urgency.URGENT),
        ("clozapine-doses", {"doses_missed": 1}, Urgency.URGENT),
        ("taper-doses", {"doses_missed": 1}, Urgency.SOON),
        ("taper-doses", {"doses_missed": 1, "seizure": "yes"}, Urgency.IMMINENT),
        ("taper-doses", {"doses_missed": 0}, None),
    ],
)
def test_lithium_clozapine_and_tapers(
    score: Score, instrument: str, given: dict[str, object], urgency: Urgency | None
) -> None:
    assert score(instrument, given).urgency is urgency
