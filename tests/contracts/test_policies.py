"""Policies as people write them, and the sentences with which a wrong one is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.policies import Applies, Policy, PolicySet, Step, Target
from contracts.values import Kind, Urgency

STEP = {"page": [{"schedule": "primary"}], "wait": "3m"}


def policy(**fields: object) -> Policy:
    return Policy.model_validate({"id": "p", "steps": [STEP], **fields})


def refusal(**fields: object) -> str:
    with pytest.raises(ValidationError) as refused:
        policy(**fields)
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("3m", 180), ("4h", 14400), ("2d", 172800), (" 5 m ", 300)]
)
def test_a_duration_is_a_number_and_a_unit(written: str, seconds: int) -> None:
    assert Step.model_validate({**STEP, "wait": written}).wait == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["3", "3 minutes", "-3m", "m", "1.5h", "3m 20s"])
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    assert "write a number and s, m, h or d: 90s, 3m" in refusal(steps=[{**STEP, "wait": written}])


@settings(max_examples=60)
@given(st.integers(min_value=1, max_value=10**6))
def test_a_duration_that_is_stored_is_read_as_the_same(seconds: int) -> None:
    step = Step(page=(Target(everyone=True),), wait=timedelta(seconds=seconds))

    assert Step.model_validate_json(step.model_dump_json()) == step


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("therapist", "the patient's therapist"),
        ("everyone", "everyone"),
        ({"schedule": "primary"}, "schedule primary"),
        ({"person": "kim"}, "person kim"),
    ],
)
def test_a_target_is_one_of_four(written: object, label: str) -> None:
    assert Target.model_validate(written).label == label


@pytest.mark.parametrize(
    "written", [{}, {"schedule": "a", "person": "b"}, {"schedule": "a", "everyone": True}]
)
def test_a_target_that_names_none_or_two_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="names exactly one of"):
        Target.model_validate(written)


def test_an_unknown_field_of_a_newer_version_is_read_past_and_in_a_file_it_is_a_mistake() -> None:
    assert policy(wiat="3m") == policy()
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Policy.model_validate({"id": "p", "steps": [STEP], "wiat": "3m"}, extra="forbid")


@pytest.mark.parametrize("urgencies", [[], ["imminent"], ["soon", "urgent"]])
def test_nothing_loud_may_wait_for_the_morning(urgencies: list[str]) -> None:
    said = refusal(applies={"urgencies": urgencies}, hours={"quiet_from": "22:00", "until": "07:00"})

    assert "would make imminent or urgent signals wait for the morning" in said


def test_what_is_soon_may_wait_for_the_morning() -> None:
    assert policy(applies={"urgencies": ["soon"]}, hours={"quiet_from": "22:00", "until": "07:00"}).hours


@pytest.mark.parametrize("urgencies", [[], ["imminent"], ["routine", "soon"]])
def test_only_routine_may_page_nobody(urgencies: list[str]) -> None:
    assert "nobody would be paged" in refusal(applies={"urgencies": urgencies}, steps=[])


def test_a_step_needs_somebody() -> None:
    assert "at least 1 item" in refusal(steps=[{"page": [], "wait": "3m"}])


def test_an_empty_field_of_applies_means_any() -> None:
    assert policy().matches(Kind.DOSE_MISSED, Urgency.SOON, ())


@pytest.mark.parametrize(
    ("kind", "urgency", "tags", "fits"),
    [
        (Kind.PATIENT_ALERT, Urgency.IMMINENT, ("youth", "night"), True),
        (Kind.PATIENT_ALERT, Urgency.IMMINENT, (), False),
        (Kind.PATIENT_ALERT, Urgency.URGENT, ("youth",), False),
        (Kind.DOSE_MISSED, Urgency.IMMINENT, ("youth",), False),
    ],
)
def test_every_given_field_of_applies_must_fit(
    kind: Kind, urgency: Urgency, tags: tuple[str, ...], fits: bool
) -> None:
    one = policy(applies={"kinds": ["patient_alert"], "urgencies": ["imminent"], "tags": ["youth"]})

    assert one.matches(kind, urgency, tags) is fits


def test_the_first_that_applies_wins_by_order_then_by_id() -> None:
    last, second, first = policy(id="z", order=900), policy(id="b", order=10), policy(id="a", order=10)
    loud = policy(id="c", order=1, applies=Applies(kinds=(Kind.DOSE_MISSED,)))
    every = PolicySet(
        version=1,
        policies=(last, second, first, loud),
        applied_by="test",
        applied_at=datetime(2026, 11, 24, tzinfo=UTC),
    )

    assert every.match(Kind.PATIENT_ALERT, Urgency.URGENT, ()) == first
    assert every.match(Kind.DOSE_MISSED, Urgency.URGENT, ()) == loud


def test_where_no_policy_applies_there_is_none() -> None:
    none = PolicySet(version=1, policies=(), applied_by="test", applied_at=datetime(2026, 11, 24, tzinfo=UTC))

    assert none.match(Kind.PATIENT_ALERT, Urgency.URGENT, ()) is None
