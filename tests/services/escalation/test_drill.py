"""Test pages and drills: paged to prove that somebody is reached; nothing is wrong."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.escalations import DrillEnded, FaultRaised, PageRequested, Resolved
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.escalation.core.brief import brief
from services.escalation.core.inputs import RealPageSent, SignalHeard
from tests.services.escalation.board import Board, schedule
from tests.services.escalation.test_laws import people


def drill(board: Board, *tags: str) -> Board:
    return board.hear(
        SignalHeard(
            Signal(
                id=f"drill/{len(board.inputs)}",
                kind=Kind.SYSTEM_FAULT,
                urgency=Urgency.URGENT,
                area=board.run.about,
                occurred_at=board.now,
                received_at=board.now,
                source="cli",
                tags=tags or ("drill", "schedule:first"),
            )
        )
    )


def board(*engaged: str) -> Board:
    made = Board(subject="faults.drill-first")
    made.engaged = set(engaged)
    return made


def ended(of: Board) -> dict[str, Any]:
    event = next(event for event in of.happened if isinstance(event, DrillEnded))
    return event.model_dump(include={"schedule", "why", "responder", "paged", "seconds"})


def test_whoever_is_on_call_is_paged_with_a_page_marked_drill() -> None:
    made = drill(board())
    page = next(event for event in made.happened if isinstance(event, PageRequested))
    assert (made.paged, page.drill, page.test, page.urgency) == (["kim"], True, True, Urgency.URGENT)
    seen = brief(made.run)
    assert seen is not None and (seen.policy, seen.paged) == ("drill", ("kim",))


def test_an_answer_ends_it_and_says_how_long_it_took() -> None:
    made = drill(board()).at("02:14:41").takes("kim")
    assert ended(made) == {
        "schedule": "first",
        "why": "answered",
        "responder": "kim",
        "paged": ("kim",),
        "seconds": 41,
    }
    assert (made.run.status, made.due, made.faults) == ("closed", "never", [])
    assert (made.told, made.args("kim", "drill_answered")) == ([("kim", "drill_answered")], {"seconds": "41"})


@pytest.mark.parametrize("answer", ["passes", "reaches", "closes"])
def test_any_answer_shows_that_they_are_reached(answer: str) -> None:
    made = drill(board()).at("02:15")
    getattr(made, answer)("kim")
    assert ended(made)["why"] == "answered"
    assert (made.run.status, made.run.holder) == ("closed", "kim")


def test_a_question_answers_nothing_yet() -> None:
    assert drill(board()).asks_more("kim").run.open


def test_no_answer_in_three_minutes_ends_it_and_ops_hear_of_it_by_day() -> None:
    made = drill(board()).at("02:17")
    assert ended(made) | {"seconds": 180, "why": "unanswered", "responder": None} == ended(made)
    fault = next(event for event in made.happened if isinstance(event, FaultRaised))
    assert (fault.area, fault.urgency) == ("reachability", Urgency.SOON)
    assert (made.paged, made.run.status) == ([], "closed")


def test_a_page_that_fails_on_all_methods_ends_it_at_once() -> None:
    made = drill(board()).at("02:15").fails("kim", "30003")
    assert (ended(made)["why"], ended(made)["paged"]) == ("unanswered", ("kim",))


def test_it_never_goes_to_somebody_who_has_a_real_one() -> None:
    made = drill(board("kim"))
    assert (made.paged, ended(made)["why"], made.faults) == ([], "busy", [])
    assert (made.run.status, made.due) == ("closed", "never")
    assert next(e for e in made.happened if isinstance(e, Resolved)).disposition == "sent_in_error"


def test_of_two_on_call_only_the_free_one_is_drilled() -> None:
    made = board("kim")
    made.shifts["first"] = schedule("first", "kim", "lee")
    assert drill(made).paged == ["lee"]


def test_of_two_drilled_the_first_to_answer_ends_it_for_both() -> None:
    made = board()
    made.shifts["first"] = schedule("first", "kim", "lee")
    drill(made).at("02:15").takes("lee")
    assert ended(made)["paged"] == ("kim", "lee")
    assert ("kim", "held") in made.withdrawn


def test_one_of_two_who_cannot_be_reached_leaves_it_to_the_other() -> None:
    made = board()
    made.shifts["first"] = schedule("first", "kim", "lee")
    drill(made).at("02:15").fails("kim", "30003")
    assert made.run.open and made.at("02:16").takes("lee").run.status == "closed"


def test_a_real_page_ends_it_at_once_without_a_word_to_ops() -> None:
    made = drill(board()).at("02:15").hear(RealPageSent("kim"))
    assert (ended(made)["why"], made.withdrawn, made.faults) == ("interrupted", [("kim", "closed")], [])
    assert made.due == "never"


def test_a_real_page_to_somebody_else_changes_nothing() -> None:
    assert drill(board()).hear(RealPageSent("lee")).happened == []


def test_whoever_was_kept_from_answering_by_a_real_one_did_not_fail() -> None:
    made = drill(board())
    made.engaged = {"kim"}
    assert (ended(made.at("02:17"))["why"], made.faults) == ("interrupted", [])


def test_an_empty_schedule_is_told_to_ops() -> None:
    made = board()
    made.shifts["first"] = schedule("first")
    drill(made)
    assert (made.paged, ended(made)["why"], len(made.faults)) == ([], "nobody", 1)


def test_one_person_may_be_named() -> None:
    assert drill(board(), "drill", "schedule:first", "to:max").paged == ["max"]


def test_a_test_page_goes_out_although_they_have_a_real_one() -> None:
    made = Board(subject="faults.test-kim")
    made.engaged = {"kim"}
    drill(made, "test", "to:kim")
    page = next(event for event in made.happened if isinstance(event, PageRequested))
    assert (page.responder, page.test, page.drill) == ("kim", True, False)
    assert made.hear(RealPageSent("kim")).happened == []
    assert made.takes("kim").told == [("kim", "test_answered")]
    assert not any(isinstance(event, DrillEnded) for event in made.log)


def test_a_drill_asked_for_about_a_patient_is_a_signal_like_any_other() -> None:
    made = Board().signal(tags=("drill", "schedule:second"))
    assert (made.paged, made.run.is_drill) == (["kim"], False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["takes", "passes", "fails", "asks_more"]), people), max_size=5),
    st.sets(people, max_size=2),
    st.booleans(),
)
def test_a_drill_is_over_after_three_minutes_and_pages_nobody_engaged(
    moves: list[tuple[str, str]], engaged: set[str], real_one: bool
) -> None:
    made = board(*engaged)
    made.shifts["first"] = schedule("first", "kim", "lee")
    drill(made)
    assert not set(made.paged) & engaged
    for move, who in moves:
        getattr(made, move)(who)
    if real_one:
        made.hear(RealPageSent("lee"))
    made.at("02:17")
    assert not made.run.open
    assert sum(isinstance(event, DrillEnded) for event in made.log) == 1
