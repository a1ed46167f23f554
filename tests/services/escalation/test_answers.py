"""What follows when people take, pass, or can't be reached."""

from contracts import pages
from contracts.escalations import BridgeRequested, Held, PageWithdrawn
from contracts.values import Channel, Urgency
from services.escalation.core.brief import brief
from services.escalation.core.faults import fault_signal, untold_faults
from services.escalation.core.state import Run
from tests.services.escalation.board import Board, clock, method, person, policy, step


def test_the_first_to_take_it_holds_it_and_all_others_are_told() -> None:
    board = Board()
    board.signal().at("02:17").at("02:18")

    board.takes("lee")

    assert board.run.holder == "lee"
    assert board.withdrawn == [("kim", "held")]
    assert board.told == [("kim", "other_has_it"), ("lee", "you_have_it")]
    assert board.args("kim", "other_has_it") == {"holder": "lee"}
    assert board.args("lee", "you_have_it") == {"contact_by": clock("02:33").isoformat(), "untold": "0"}
    stop = next(event for event in board.happened if isinstance(event, PageWithdrawn))
    assert stop.holder == "lee"


def test_a_second_to_take_it_is_told_who_has_it() -> None:
    board = Board()
    board.signal().at("02:17")
    board.takes("lee").takes("kim")

    assert board.run.holder == "lee"
    assert board.told == [("kim", "other_has_it")]


def test_a_holder_who_takes_it_again_is_told_so_and_nothing_changes() -> None:
    board = Board()
    board.signal().takes("kim").at("02:15").takes("kim")

    assert board.told == [("kim", "you_have_it")]
    assert board.run.contact_by == clock("02:29")


def test_taking_what_was_told_before_something_new_came_names_what_is_new() -> None:
    board = Board()
    board.signal().signal().takes("kim", evidence=1)

    assert board.told == [("kim", "you_have_it"), ("kim", "new_signal")]
    assert board.args("kim", "you_have_it")["untold"] == "1"


def test_an_answer_to_a_less_urgent_page_does_not_cover_the_run() -> None:
    board = Board()
    board.signal(Urgency.URGENT).signal(Urgency.IMMINENT)

    board.takes("kim", urgency=Urgency.URGENT)

    assert board.run.holder is None
    assert board.told == [("kim", "more_urgent")]


def test_the_answer_to_a_page_that_was_replaced_counts() -> None:
    board = Board(policy(step("first"), step("first", "second")))
    board.signal().at("02:17")

    board.takes("kim", page="p1-1-p1")

    assert board.run.holder == "kim"
    assert ("kim", "held") in board.withdrawn
    assert ("kim", "other_has_it") not in board.told


def test_an_answer_to_a_run_that_is_over_does_nothing_and_says_so() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").closes("kim")
    board.takes("lee")
    assert board.told == [("lee", "already_closed")]

    board.code = "R4"
    board.at("02:30").signal()
    board.takes("lee", run="p1-1")

    assert (board.run.run, board.run.holder) == ("p1-2", None)
    assert board.told == [("lee", "already_closed")]
    closed = board.happened[-1]
    assert (closed.run, closed.code) == ("p1-1", "K7")  # type: ignore[union-attr]


def test_an_answer_to_a_run_never_heard_of_is_told_that_it_is_closed() -> None:
    board = Board()

    board.passes("kim", run="p1-9")

    assert board.told == [("kim", "already_closed")]
    assert board.due == "never"


def test_whoever_passes_is_told_who_is_next_and_the_next_is_paged_at_once() -> None:
    board = Board()
    board.signal()

    board.passes("kim")

    assert board.paged == ["lee"]
    assert board.told == [("kim", "passed")]
    assert board.args("kim", "passed") == {"next": "lee"}
    assert board.due == "02:17"


def test_passing_a_page_of_an_earlier_step_starts_nothing_new() -> None:
    board = Board()
    board.signal().at("02:17").at("02:18")

    board.passes("kim")

    assert (board.paged, board.args("kim", "passed")) == ([], {"next": "lee"})
    assert board.due == "02:20"


def test_who_passed_is_not_paged_again_before_the_next_round() -> None:
    board = Board(policy(step("therapist"), step("first", "therapist")))
    board.signal()

    assert board.passes("tia").paged == ["kim"]


def test_one_of_many_passing_in_the_last_step_does_not_ring_the_others_anew() -> None:
    board = Board(policy(step("everyone")))
    board.signal()

    board.passes("kim")

    assert (board.paged, board.withdrawn) == ([], [])
    assert board.args("kim", "passed") == {"next": "dee,lee,max,tia"}


def test_passing_to_an_older_page_means_the_one_that_is_out() -> None:
    board = Board(policy(step("first"), step("first"), step("second")))
    board.signal().at("02:17")

    board.passes("kim", page="p1-1-p1")

    assert board.paged == ["lee"]


def test_a_holder_who_passes_gives_it_back_and_the_next_is_paged_at_once() -> None:
    board = Board()
    board.signal().takes("kim").at("02:16")

    board.passes("kim")

    assert (board.run.holder, board.run.status) == (None, "paging")
    assert board.paged == ["lee"]
    assert board.told == [("kim", "given_back")]
    assert board.args("kim", "given_back") == {"next": "lee"}


def test_passing_when_somebody_has_it_is_answered_with_who() -> None:
    board = Board()
    board.signal().at("02:17")
    board.takes("lee").passes("kim")

    assert board.told == [("kim", "other_has_it")]


def test_a_page_that_fails_on_all_methods_moves_on_at_once_and_ops_see_the_code() -> None:
    board = Board()
    board.signal()

    board.fails("kim", "30003")

    assert board.paged == ["lee"]
    assert board.run.codes == ("30003",)
    fault = untold_faults(board.run)[0]
    assert (fault.area, "kim" in fault.note, "30003" in fault.note) == ("reachability", True, True)
    assert board.due == "02:14"
    board.at("02:15")
    assert untold_faults(board.run) == ()


def test_a_fault_becomes_a_signal_for_ops_of_its_own_urgency() -> None:
    board = Board()
    board.signal().fails("kim", "30003")

    signal = fault_signal(untold_faults(board.run)[0])

    assert (signal.id, signal.area) == ("fault/reachability-kim-30003-2026112402", "reachability")
    assert (signal.kind, signal.urgency) == ("system_fault", "urgent")


def test_a_page_that_fails_after_it_was_withdrawn_only_tells_ops() -> None:
    board = Board()
    board.signal().at("02:17")
    board.takes("lee").fails("kim", "30003")

    assert board.kinds == ["heard", "fault_raised"]


def test_a_carrier_that_refuses_us_is_told_to_ops_even_without_a_run() -> None:
    board = Board()

    board.answer(pages.CarrierTrouble, "kim", code="20003", note="The carrier refuses our key.")

    assert board.faults == ["carrier-code-20003-2026112402"]
    assert board.due == "02:14"
    assert board.at("02:15").due == "never"


def test_a_caller_who_waits_is_connected_with_whoever_takes_it_by_text() -> None:
    board = Board()
    board.signal(room="room-1").takes("kim")

    bridge = next(event for event in board.happened if isinstance(event, BridgeRequested))
    assert (bridge.responder, bridge.room, bridge.patient) == ("kim", "room-1", "p1")


def test_whoever_takes_it_by_voice_is_in_the_call_already() -> None:
    board = Board()
    board.signal(room="room-1").takes("kim", channel=Channel.VOICE)

    assert "bridge_requested" not in board.kinds


def test_only_the_holder_is_connected_with_the_patient() -> None:
    board = Board()
    board.signal()
    assert board.calls("kim").told == [("kim", "not_holder")]

    board.takes("kim").calls("kim")
    assert board.kinds == ["heard", "holder_active", "bridge_requested"]

    assert board.calls("lee").told == [("lee", "not_holder")]


def test_the_holder_is_connected_with_a_support_contact_which_is_no_contact_with_the_patient() -> None:
    board = Board()
    board.signal(room="room-1").takes("kim", channel=Channel.VOICE).calls("kim", contact=2)

    bridge = next(event for event in board.happened if isinstance(event, BridgeRequested))
    assert (bridge.contact, bridge.room) == (2, None)
    assert board.kinds == ["heard", "holder_active", "contact_called", "bridge_requested"]

    board.calls("kim")
    bridge = next(event for event in board.happened if isinstance(event, BridgeRequested))
    assert (bridge.contact, bridge.room) == (0, "room-1"), "the patient still waits there"


def test_a_holder_whose_phones_died_is_as_good_as_none() -> None:
    """They took it by voice, then opted out: nothing can be told to them, so the next is paged."""
    board = Board()
    board.signal()
    board.people["kim"] = person("kim", methods=(method("kim", dead=True),))

    board.takes("kim")

    assert board.run.holder == "kim"
    assert board.paged == ["lee"]
    assert board.takes("lee").run.holder == "lee"


def test_a_lost_message_to_the_holder_pages_the_next_at_once() -> None:
    board = Board()
    board.signal().takes("kim")

    board.loses("kim", "30005")

    assert board.paged == ["lee"]
    assert board.faults == ["reachability-kim-30005-2026112402"]
    board.takes("lee")
    assert ("kim", "handed_over") in board.told


def test_a_lost_message_to_somebody_else_pages_nobody() -> None:
    board = Board()
    board.signal().takes("kim").loses("lee", "30005")

    assert (board.paged, len(board.faults)) == ([], 1)


def test_the_brief_says_where_the_run_stands() -> None:
    board = Board()
    assert brief(Run.empty("escalations.p1")) is None
    board.signal().takes("kim")

    at_a_glance = brief(board.run)

    assert at_a_glance is not None
    assert (at_a_glance.status, at_a_glance.holder, at_a_glance.code) == ("held", "kim", "K7")
    assert (at_a_glance.contact_by, at_a_glance.policy) == (clock("02:29"), "crisis")
    assert isinstance(board.happened[1], Held)


def test_a_message_lost_after_the_close_only_tells_ops() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").closes("kim").loses("kim", "30005")

    assert board.kinds == ["heard", "fault_raised"]
    assert board.run.status == "closed"


def test_a_close_that_cannot_be_told_to_the_holder_is_a_close_all_the_same() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim")
    board.people["kim"] = person("kim", methods=(method("kim", dead=True),))

    board.closes("kim")

    assert (board.run.status, board.paged) == ("closed", [])
