"""Routing by tags and hours, and the patient's own therapist as a target."""

from datetime import date, datetime

import pytest

from contracts.escalations import StepSkipped
from contracts.people import Patient
from contracts.policies import Applies
from contracts.values import Kind, Urgency
from services.escalation.core.routing import route, tags_of
from tests.services.escalation.board import (
    DAY,
    Board,
    method,
    opened,
    person,
    policies,
    policy,
    schedule,
    step,
)

MINORS = policy(step("second"), id="minors", order=10, applies=Applies(tags=("minor",)))
ADULTS = policy(step("third"), id="adults", order=20, applies=Applies(without_tags=("minor",)))
REST = policy(step("first"), id="rest", order=900)


def test_a_patients_tags_are_derived_from_the_record() -> None:
    patient = Patient(
        id="p1", site="south", language="es", programme="detox", minor=True, high_risk=True, tags=("veteran",)
    )
    assert tags_of(patient, DAY) == (
        "site:south",
        "language:es",
        "programme:detox",
        "minor",
        "high_risk",
        "veteran",
    )
    assert tags_of(Patient(id="p2"), DAY) == ("site:main", "language:en")


@pytest.mark.parametrize(
    ("now", "recent"),
    [
        ("2026-10-24T09:00:00+00:00", False),
        ("2026-10-25T00:00:00+00:00", True),
        ("2026-11-24T23:00:00+00:00", True),
        ("2026-11-25T11:59:00+00:00", True),
        ("2026-11-25T12:00:00+00:00", False),
    ],
)
def test_a_discharge_is_recent_for_thirty_days_wherever_the_patient_is(now: str, recent: bool) -> None:
    patient = Patient(id="p1", discharged_on=date(2026, 10, 25))
    assert ("recent_discharge" in tags_of(patient, datetime.fromisoformat(now))) is recent


def test_the_first_that_applies_is_taken_and_the_others_say_why_not() -> None:
    routed = route(policies(REST, ADULTS, MINORS), Kind.SCREEN_POSITIVE, Urgency.SOON, (), DAY)
    assert routed.policy is ADULTS
    assert routed.tried == (("minors", "asks for the tag minor"),)

    nobody = route(policies(MINORS), Kind.SCREEN_POSITIVE, Urgency.SOON, (), DAY)
    assert (nobody.policy, [name for name, _ in nobody.tried]) == (None, ["minors"])


@pytest.mark.parametrize(
    ("tags", "id"), [((), "adults"), (("minor",), "minors"), (None, "adults"), (("site:x",), "adults")]
)
def test_a_signal_gets_the_policy_for_its_patient(tags: tuple[str, ...] | None, id: str) -> None:
    board = Board(MINORS, ADULTS, REST)
    board.tags = tags
    board.signal()
    assert (board.run.rules.id, opened(board).tags) == (id, tags or ())


def test_tags_of_the_signal_and_of_the_patient_count_together() -> None:
    both = policy(step("second"), id="both", order=1, applies={"all_tags": ["minor", "overdose"]})
    board = Board(both, REST)
    board.tags = ("minor",)
    assert board.signal(tags=("overdose",)).run.rules.id == "both"


def test_without_the_record_a_policy_that_asks_for_tags_is_passed_over_and_somebody_is_paged() -> None:
    board = Board(MINORS, REST)
    board.tags = None
    assert board.signal().paged == ["kim"]


def test_with_no_policy_left_everybody_is_paged() -> None:
    board = Board(MINORS)
    board.tags = None
    board.signal()
    assert (board.run.rules.id, len(board.paged)) == ("last-resort", 5)


def test_higher_urgency_is_routed_with_the_tags_of_the_moment_or_else_of_the_opening() -> None:
    for now in (("minor",), None):
        board = Board(MINORS, REST)
        board.tags = ("minor",)
        board.signal(Urgency.SOON)
        board.tags = now
        assert board.at("02:20").signal(Urgency.IMMINENT).run.rules.id == "minors"


def test_a_policy_for_the_night_takes_what_opens_at_night() -> None:
    night = policy(
        step("second"), id="night", order=1, applies={"during": [{"start": "22:00", "end": "07:00"}]}
    )
    assert Board(night, REST, start="02:14").signal().run.rules.id == "night"
    assert Board(night, REST, start="12:00").signal().run.rules.id == "rest"


def test_the_therapist_on_shift_is_paged_with_the_others_of_the_step() -> None:
    board = Board(policy(step("first", "therapist_on_shift")))
    board.shifts["day"] = schedule("day", "tia")
    assert board.signal().paged == ["kim", "tia"]


def test_a_therapist_who_is_off_is_not_paged_and_nothing_is_wrong() -> None:
    board = Board(policy(step("first", "therapist_on_shift"))).signal()
    assert (board.paged, board.faults) == (["kim"], [])


@pytest.mark.parametrize("therapist", [None, "tia", "ghost", "dee"])
def test_alone_in_a_step_nobody_on_shift_passes_to_the_next_in_the_same_second(therapist: str | None) -> None:
    board = Board(policy(step("therapist_on_shift"), step("first")))
    board.therapist = therapist
    board.people["dee"] = person("dee", methods=(method("dee", dead=True),))
    board.shifts["day"] = schedule("day", "dee", "ghost")
    board.signal()

    assert (board.paged, board.faults) == (["kim"], [])
    skipped = next(event for event in board.happened if isinstance(event, StepSkipped))
    assert skipped.cause == "nobody for the patient's therapist when on shift"


def test_a_patient_without_a_therapist_is_nothing_for_ops_to_mend() -> None:
    board = Board(policy(step("therapist"), step("first")))
    board.therapist = None
    board.signal(Urgency.SOON)
    assert (board.paged, board.faults) == (["kim"], [])


def test_a_therapist_who_cannot_be_paged_is() -> None:
    board = Board(policy(step("therapist"), step("first")))
    board.therapist = "ghost"
    board.signal(Urgency.SOON)
    assert (board.paged, len(board.faults)) == (["kim"], 1)


def test_a_policy_of_the_therapist_alone_pages_everyone_when_there_is_none() -> None:
    board = Board(policy(step("therapist")))
    board.therapist = None
    board.signal(Urgency.SOON)
    assert set(board.paged) == {"kim", "lee", "max", "dee", "tia"}
    assert len(board.faults) == 1
