"""Handing over to a named person: they must take it, and until then the holder has it."""

import pytest

from contracts.escalations import GiveEnded, GiveStarted, Held, PageRequested
from contracts.values import Disposition, Urgency
from services.escalation.core.state import Run
from tests.services.escalation.board import Board, clock, method, person, policy, step


def held(urgency: Urgency = Urgency.URGENT) -> Board:
    return Board().signal(urgency).takes("kim").at("02:15")


def page_to(board: Board, who: str) -> PageRequested:
    return next(e for e in board.happened if isinstance(e, PageRequested) and e.responder == who)


def test_the_person_named_is_paged_and_the_holder_holds_it_until_they_take_it() -> None:
    board = held().gives("kim", "dee")
    assert (board.paged, board.told) == (["dee"], [("kim", "give_asked")])
    assert (board.args("kim", "give_asked"), page_to(board, "dee").given_by) == ({"next": "dee"}, "kim")
    assert (board.run.holder, board.due) == ("kim", "02:20")

    board.at("02:18").takes("dee")
    assert (board.run.holder, board.run.giving) == ("dee", None)
    assert board.told == [("kim", "handed_over"), ("dee", "you_have_it")]
    assert next(e.before for e in board.happened if isinstance(e, Held)) == "kim"


@pytest.mark.parametrize(("urgency", "over"), [(Urgency.IMMINENT, "02:18"), (Urgency.URGENT, "02:20")])
def test_not_answered_in_time_it_stays_with_the_holder_who_is_told(urgency: Urgency, over: str) -> None:
    board = held(urgency).gives("kim", "dee").asks_more("kim")

    board.at(over)
    assert ("dee", "held") in board.withdrawn
    assert [t for t in board.told if t[1] != "reached_question"] == [
        ("dee", "other_has_it"),
        ("kim", "give_refused"),
    ]
    assert board.args("kim", "give_refused") == {"next": "dee"}
    assert (board.run.holder, board.run.giving) == ("kim", None)
    assert [e.why for e in board.happened if isinstance(e, GiveEnded)] == ["unanswered"]


def test_passed_or_not_reached_it_stays_with_the_holder_who_is_told_at_once() -> None:
    board = held().gives("kim", "dee").at("02:16").passes("dee")
    assert board.told == [("kim", "give_refused"), ("dee", "other_has_it")]
    assert (board.paged, board.run.holder) == ([], "kim")

    board.gives("kim", "max").at("02:17").fails("max", "30003")
    assert (board.told, board.run.holder) == ([("kim", "give_refused")], "kim")
    assert len(board.faults) == 1


@pytest.mark.parametrize("asked", [None, "kim", "ghost", "lee", "dee"])
def test_nobody_who_cannot_take_it_is_asked(asked: str | None) -> None:
    board = Board()
    board.people["lee"] = person("lee", methods=(method("lee", dead=True),))
    board.signal(Urgency.URGENT, not_to=("dee",)).takes("kim").at("02:15")

    board.gives("kim", asked)
    assert (board.paged, board.told, board.run.giving) == ([], [("kim", "give_unknown")], None)


def test_only_the_holder_gives() -> None:
    board = held().gives("lee", "dee")
    assert (board.paged, board.told) == ([], [("lee", "not_holder")])
    assert Board().signal().gives("kim", "dee").told == [("kim", "not_holder")]


def test_a_second_name_replaces_the_first() -> None:
    board = held().gives("kim", "dee").at("02:17").gives("kim", "max")
    assert board.withdrawn == [("dee", "held")]
    assert board.told == [("dee", "other_has_it"), ("kim", "give_asked")]

    board.at("02:18").takes("dee")
    assert (board.told, board.run.holder) == ([("dee", "other_has_it")], "kim")
    assert board.takes("max").run.holder == "max"


def test_the_same_name_again_is_paged_again() -> None:
    board = held().gives("kim", "dee").at("02:17").gives("kim", "dee")
    assert (board.withdrawn, board.paged) == ([("dee", "superseded")], ["dee"])
    assert board.run.giving is not None and board.run.giving.ends_at == clock("02:22")


def test_the_holders_clocks_run_on_and_whoever_takes_it_has_what_is_left_of_the_time() -> None:
    board = held(Urgency.IMMINENT).gives("kim", "dee")
    board.at("02:18")
    assert ("kim", "reached_question") in board.told
    assert page_to(held(Urgency.URGENT).gives("kim", "dee"), "dee").contact_by == clock("02:29")

    urgent = held().at("02:28").gives("kim", "dee")
    urgent.at("02:28:30").takes("dee")
    assert urgent.run.contact_by == clock("02:30:30")


def test_higher_urgency_ends_it_and_pages_from_step_one() -> None:
    board = held().gives("kim", "dee").at("02:16").signal(Urgency.IMMINENT)
    assert (board.run.giving, board.paged) == (None, ["kim"])
    assert ("dee", "superseded") in board.withdrawn

    assert board.takes("dee").run.holder == "dee"


def test_while_others_are_paged_as_well_whoever_takes_it_first_has_it() -> None:
    board = held().at("02:31:30").gives("kim", "dee")
    assert board.run.contested == "contact_overdue"
    assert board.paged == ["dee"]

    board.takes("lee")
    assert (board.run.holder, board.run.giving) == ("lee", None)
    assert ("dee", "held") in board.withdrawn and ("dee", "other_has_it") in board.told


def test_somebody_paged_by_name_and_then_by_the_step_has_one_page_out() -> None:
    board = held().gives("kim", "lee").at("02:16").loses("kim")
    assert (board.withdrawn, board.paged) == ([("lee", "superseded")], ["lee"])
    assert board.passes("lee").told[0] == ("kim", "give_refused")


def test_a_holder_who_gives_it_back_meanwhile_leaves_the_one_asked_their_page() -> None:
    board = held().gives("kim", "dee").at("02:16").passes("kim")
    assert (board.run.holder, board.paged) == (None, ["lee"])

    assert board.at("02:17").takes("dee").run.holder == "dee"


def test_contact_reported_meanwhile_is_handed_over_with_it() -> None:
    board = held().gives("kim", "dee").at("02:16").reaches("kim")
    assert board.withdrawn == []

    board.at("02:17").takes("dee")
    assert (board.run.status, board.run.reached_by, board.run.holder) == ("reached", "kim", "dee")
    assert board.closes("dee").run.status == "closed"


def test_a_hand_off_keeps_its_confirmation_when_it_is_given_to_somebody() -> None:
    board = held().closes("kim", Disposition.WELFARE_CHECK).gives("kim", "dee").at("02:17").takes("dee")

    assert (board.run.status, board.run.holder, board.due) == ("handed_off", "dee", "02:45")
    assert board.confirms("dee").run.status == "closed"


def test_a_disposition_that_waits_for_its_signature_may_be_signed_by_whoever_took_it_over() -> None:
    board = held(Urgency.IMMINENT).closes("kim").gives("kim", "dee").at("02:16").takes("dee")
    assert board.run.unsigned is not None

    assert board.signs("dee").run.status == "closed"


def test_a_close_meanwhile_tells_the_one_asked() -> None:
    board = held().gives("kim", "dee").at("02:16").closes("kim")
    assert ("dee", "other_has_it") in board.told
    assert (board.run.status, board.due) == ("closed", "never")


def test_a_fault_is_handed_over_like_anything_else() -> None:
    board = Board(subject="faults.carrier")
    board.signal(Urgency.URGENT, patient=None, area="carrier").takes("kim").gives("kim", "dee")
    assert board.at("02:16").takes("dee").run.holder == "dee"


def test_a_holder_who_cannot_be_told_of_the_refusal_is_as_good_as_none() -> None:
    board = held().gives("kim", "dee")
    board.people["kim"] = person("kim", methods=(method("kim", dead=True),))

    board.at("02:16").passes("dee")
    assert board.paged == ["lee"]


def test_a_state_of_an_older_version_is_read_and_has_nothing_given() -> None:
    board = held()
    old = board.run.model_dump(exclude={"giving", "helpers", "tags"})
    assert Run.model_validate(old) == board.run


def test_the_log_says_who_asked_whom_and_until_when() -> None:
    board = held().gives("kim", "dee")
    started = next(e for e in board.happened if isinstance(e, GiveStarted))
    assert (started.responder, started.asked, started.ends_at) == ("kim", "dee", clock("02:20"))
    assert started.page == page_to(board, "dee").page


def in_the_step() -> Board:
    """Kim holds an imminent one and is idle: at 02:19 the second step pages lee; kim gives it to lee."""
    return Board().signal(Urgency.IMMINENT).takes("kim").at("02:19:30").gives("kim", "lee")


def test_whoever_the_step_had_paged_passes_and_the_next_are_paged_at_once() -> None:
    board = in_the_step()
    assert board.paged == ["lee"]
    assert board.at("02:20").passes("lee").paged == ["max"]
    assert in_the_step().at("02:20").fails("lee", "30003").paged == ["max"]


def test_not_taken_by_name_the_page_of_the_step_stays_out() -> None:
    """Steps of twenty minutes: at 02:22 the question is over, and lee is still asked by the step."""
    steps = policy(step("first", wait=20), step("second", wait=20), step("third", wait=20))
    board = Board(steps).signal(Urgency.IMMINENT).takes("kim").at("02:19:30").gives("kim", "lee")
    board.at("02:22:30")
    assert ("lee", "held") not in board.withdrawn
    assert [out.responder for out in board.run.current] == ["lee"]
    assert board.takes("lee").run.holder == "lee"
