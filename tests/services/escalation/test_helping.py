"""A call for help adds the next step, and takes nothing from the holder."""

from contracts.values import Urgency
from tests.services.escalation.board import Board, policy, schedule, step


def held(urgency: Urgency = Urgency.IMMINENT) -> Board:
    return Board().signal(urgency).takes("kim").at("02:15")


def test_the_next_step_is_paged_and_the_holder_stays_the_holder() -> None:
    board = held().calls_for_help("kim")
    assert (board.paged, board.told) == (["lee"], [("kim", "help_comes")])
    assert board.args("kim", "help_comes") == {"next": "lee"}
    assert (board.run.holder, board.run.contested) == ("kim", "help")


def test_whoever_answers_comes_beside_the_holder_and_does_not_take_it_from_them() -> None:
    board = held().calls_for_help("kim").at("02:16").takes("lee")
    assert (board.run.holder, board.run.helpers) == ("kim", ("lee",))
    assert board.told == [("kim", "helper_comes"), ("lee", "helping")]
    assert board.args("lee", "helping") == {"holder": "kim"}
    assert board.args("kim", "helper_comes") == {"next": "lee"}
    assert (board.run.seeking, board.run.contested) == (False, "")


def test_steps_go_on_until_somebody_comes() -> None:
    board = held(Urgency.URGENT).calls_for_help("kim")
    assert board.at("02:18").paged == ["max"]
    assert board.at("02:21").paged == ["dee"]

    board.takes("dee")
    assert ("max", "held") in board.withdrawn and ("max", "other_has_it") in board.told
    assert board.run.holder == "kim"


def test_passing_pages_the_next_at_once() -> None:
    board = held().calls_for_help("kim").at("02:16").passes("lee")
    assert board.paged == ["max"]


def test_the_holders_clocks_run_on() -> None:
    """02:15 help; 02:18 nothing heard of the holder; 02:20 whoever answers takes it over."""
    board = held().calls_for_help("kim")
    assert ("kim", "reached_question") in board.at("02:18").told
    board.at("02:20")
    assert board.run.contested == "idle"
    assert board.takes("max").run.holder == "max"


def test_contact_overdue_meanwhile_is_asked_and_paged_as_ever() -> None:
    board = held(Urgency.URGENT).calls_for_help("kim").at("02:16").takes("lee")
    assert ("kim", "contact_overdue") in board.at("02:29").told
    assert board.at("02:31").paged == ["kim", "lee"]
    assert board.takes("lee").run.holder == "lee"


def test_a_helper_may_report_contact_and_then_close() -> None:
    board = held(Urgency.URGENT).calls_for_help("kim").takes("lee").at("02:17")
    assert board.closes("lee").told == [("lee", "not_holder")]
    assert board.reaches("lee").run.status == "reached"
    assert board.closes("lee").run.status == "closed"
    assert ("kim", "closed") in board.told


def test_a_helper_is_told_of_the_close() -> None:
    board = held(Urgency.URGENT).calls_for_help("kim").takes("lee").at("02:17").closes("kim")
    assert board.told == [("kim", "closed"), ("lee", "closed")]


def test_a_helper_who_passes_after_all_is_replaced_at_once() -> None:
    board = held().calls_for_help("kim").takes("lee").at("02:16").passes("lee")
    assert (board.paged, board.run.helpers, board.run.holder) == (["max"], (), "kim")
    assert board.told == [("kim", "help_comes"), ("lee", "passed")]


def test_help_is_called_for_again_and_helpers_are_not_paged_twice() -> None:
    board = held().calls_for_help("kim").takes("lee").at("02:16").calls_for_help("kim")
    assert board.paged == ["max"]
    assert board.at("02:17").takes("max").run.helpers == ("lee", "max")
    assert board.takes("lee").told == [("lee", "helping")]


def test_a_holder_who_gives_it_back_leaves_it_to_the_next_step_and_the_helper() -> None:
    board = held().calls_for_help("kim").takes("lee").at("02:16").passes("kim")
    assert sorted(board.paged) == ["lee", "max"]
    assert board.takes("lee").run.holder == "lee"


def test_helpers_are_told_who_holds_it_when_that_changes() -> None:
    board = held().calls_for_help("kim").takes("lee").gives("kim", "dee").at("02:16").takes("dee")
    assert ("lee", "helping") in board.told
    assert board.args("lee", "helping") == {"holder": "dee"}


def test_only_the_holder_calls_for_help() -> None:
    board = held().calls_for_help("max")
    assert (board.paged, board.told) == ([], [("max", "not_holder")])


def test_higher_urgency_pages_from_step_one_and_whoever_takes_it_holds_it() -> None:
    board = held(Urgency.URGENT).calls_for_help("kim").at("02:16").signal(Urgency.IMMINENT)
    assert board.paged == ["kim"]
    assert board.takes("lee").run.holder == "lee"


def test_a_holder_who_is_alone_in_the_policy_gets_everybody() -> None:
    board = Board(policy(step("first"))).signal().takes("kim").at("02:16").calls_for_help("kim")
    board.at("02:17")
    assert {out.responder for out in board.run.out} >= {"lee", "max", "dee", "tia"}


def test_on_a_worklist_entry_nobody_is_there_to_help() -> None:
    board = Board(policy(applies={"urgencies": ["routine"]})).signal(Urgency.ROUTINE)
    board.reaches("kim").calls_for_help("kim")
    assert (board.paged, board.told) == ([], [("kim", "help_comes")])
    assert not board.run.seeking


def test_the_roster_of_the_moment_says_who_helps() -> None:
    board = held()
    board.shifts["second"] = schedule("second", "dee")
    assert board.calls_for_help("kim").paged == ["dee"]
