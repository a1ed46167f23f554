"""Reached, closed, signed, handed off, taken back."""

from datetime import timedelta

import pytest

from contracts.escalations import DispositionNoted, Resolved
from contracts.values import Disposition, Kind, Urgency
from tests.services.escalation.board import Board, clock, person, policy, schedule, step


def held(urgency: Urgency = Urgency.URGENT) -> Board:
    board = Board()
    return board.signal(urgency).takes("kim").at("02:15")


def noted(board: Board) -> list[str]:
    return [event.why for event in board.happened if isinstance(event, DispositionNoted)]


def test_a_disposition_closes_an_urgent_run_and_nothing_is_due_any_more() -> None:
    board = held().closes("kim", Disposition.SPOKE)

    assert (board.run.status, board.due) == ("closed", "never")
    assert board.told == [("kim", "closed")]
    assert board.args("kim", "closed") == {"disposition": "spoke"}


def test_contact_by_whoever_was_paged_makes_them_holder() -> None:
    board = Board()
    board.signal().at("02:17")
    board.reaches("lee")

    assert (board.run.holder, board.run.status) == ("lee", "reached")
    assert board.told == [("kim", "other_has_it"), ("lee", "reached_noted")]


def test_contact_by_somebody_else_counts_and_both_are_told() -> None:
    board = held().reaches("lee")

    assert (board.run.holder, board.run.reached_by) == ("kim", "lee")
    assert board.told == [("lee", "reached_noted"), ("kim", "reached_noted")]
    board.at("+1 02:15")
    assert board.told == [("kim", "disposition_question"), ("lee", "disposition_question")]
    assert board.closes("lee").run.status == "closed"
    assert board.told == [("lee", "closed"), ("kim", "closed")]


def test_a_disposition_does_not_close_what_its_giver_was_not_told_of() -> None:
    board = held().signal(Urgency.URGENT)

    board.closes("kim", evidence=1)

    assert (board.run.status, noted(board)) == ("held", ["untold"])
    assert board.told == [("kim", "not_closed_new")]
    assert board.args("kim", "not_closed_new") == {"untold": "1"}


def test_only_the_holder_closes() -> None:
    board = held().closes("lee")

    assert (board.run.status, noted(board), board.told) == ("held", ["not_holder"], [("lee", "not_holder")])


@pytest.mark.parametrize("pin", ["missing", "wrong"])
def test_an_imminent_run_is_closed_only_with_the_pin(pin: str) -> None:
    board = held(Urgency.IMMINENT).closes("kim", pin=pin)

    assert (board.run.status, noted(board), board.told) == ("held", ["pin"], [("kim", "needs_pin")])


def test_who_gave_too_many_wrong_pins_is_told_until_when_none_counts() -> None:
    board = held(Urgency.IMMINENT)
    until = board.now + timedelta(minutes=15)

    board.closes("kim", pin="wrong", pin_refused_until=until)

    assert board.args("kim", "needs_pin") == {"until": until.isoformat()}


def test_wrong_pins_keep_nothing_open_that_closes_without_one() -> None:
    board = held()

    board.closes("kim", pin="wrong", pin_refused_until=board.now + timedelta(hours=1))

    assert (board.run.status, board.told) == ("closed", [("kim", "closed")])


@pytest.mark.parametrize("urgency", [Urgency.IMMINENT, Urgency.URGENT])
def test_could_not_reach_is_no_disposition_but_the_next_step(urgency: Urgency) -> None:
    board = held(urgency).closes("kim", Disposition.COULD_NOT_REACH, pin="missing")

    assert (board.paged, noted(board)) == (["lee"], ["unreached"])
    assert board.told == [("kim", "not_closed_unreached")]
    assert board.args("kim", "not_closed_unreached") == {"next": "lee"}
    assert board.takes("lee").run.holder == "lee"


def test_could_not_reach_closes_a_soon_run() -> None:
    assert held(Urgency.SOON).closes("kim", Disposition.COULD_NOT_REACH).run.status == "closed"


def test_a_second_person_signs_for_an_imminent_run() -> None:
    board = held(Urgency.IMMINENT).reaches("kim").closes("kim", Disposition.SAFETY_PLAN)

    assert board.run.status == "reached"
    assert board.told == [("kim", "waits_for_signature"), ("lee", "sign_please")]
    assert board.args("lee", "sign_please") == {"by": "kim", "disposition": "safety_plan"}
    assert board.due == "02:25"

    board.at("02:20").signs("lee")
    end = next(event for event in board.happened if isinstance(event, Resolved))
    assert (end.responder, end.second) == ("kim", "lee")
    assert board.told == [("kim", "closed"), ("lee", "closed")]


def test_a_missing_signature_is_asked_for_one_step_wider_every_ten_minutes() -> None:
    board = held(Urgency.IMMINENT).closes("kim")

    assert board.at("02:25").told == [("lee", "sign_please"), ("max", "sign_please")]
    assert {who for who, _ in board.at("02:35").told} == {"lee", "max", "dee", "tia"}
    assert board.due == "02:45"


def test_nobody_signs_their_own_disposition() -> None:
    board = held(Urgency.IMMINENT).closes("kim").signs("kim")

    assert (board.run.status, board.told) == ("held", [("kim", "waits_for_signature")])


def test_without_anybody_to_sign_ops_are_told_and_it_stays_open() -> None:
    board = held(Urgency.IMMINENT)
    board.people = {"kim": person("kim")}

    board.closes("kim")

    assert "roster-nobody-can-sign-2026112402" in board.faults
    assert board.run.open


def test_a_new_signal_voids_a_disposition_that_waits_for_its_signature() -> None:
    board = held(Urgency.IMMINENT).closes("kim").at("02:40").signal()

    assert board.told == [("kim", "new_signal")]
    assert board.signs("lee").told == [("lee", "not_closed_new")]
    assert board.run.contact_by == clock("02:42")


def test_contact_reported_after_the_disposition_keeps_it_waiting_for_its_signature() -> None:
    board = held(Urgency.IMMINENT).closes("kim").reaches("kim").signs("lee")

    assert board.run.status == "closed"


def test_a_disposition_that_waits_can_be_changed_or_taken_back() -> None:
    board = held(Urgency.IMMINENT).closes("kim").closes("kim", Disposition.SENT_IN_ERROR)
    assert board.run.unsigned is not None
    assert board.run.unsigned.disposition is Disposition.SENT_IN_ERROR

    board.undoes("kim")
    assert (board.run.unsigned, board.told) == (None, [("kim", "undone")])
    assert board.due == "02:18"


@pytest.mark.parametrize(("wanted", "status"), [(True, "held"), (False, "closed")])
def test_a_policy_says_itself_whether_a_second_person_signs(wanted: bool, status: str) -> None:
    board = Board(policy(step("first"), step("second"), second_signature=wanted))
    urgency = Urgency.URGENT if wanted else Urgency.IMMINENT

    assert board.signal(urgency).takes("kim").closes("kim").run.status == status


@pytest.mark.parametrize(
    "disposition",
    [
        Disposition.TRANSFERRED_911,
        Disposition.TRANSFERRED_988,
        Disposition.MOBILE_CRISIS,
        Disposition.WELFARE_CHECK,
    ],
)
def test_a_hand_off_stays_open_until_contact_is_confirmed(disposition: Disposition) -> None:
    board = held().closes("kim", disposition)

    assert (board.run.status, board.due, board.told) == ("handed_off", "02:45", [("kim", "hand_off_open")])

    board.at("02:40").confirms("kim")
    assert (board.run.status, board.due, board.told) == ("closed", "never", [("kim", "closed")])
    end = next(event for event in board.happened if isinstance(event, Resolved))
    assert end.disposition is disposition


def test_a_hand_off_of_an_imminent_run_is_signed_by_a_second_person_too() -> None:
    board = held(Urgency.IMMINENT).closes("kim", Disposition.TRANSFERRED_911)

    board.at("02:40").confirms("kim")
    assert board.run.status == "handed_off"
    assert board.told == [("kim", "waits_for_signature"), ("lee", "sign_please")]
    assert board.due == "02:50"

    board.signs("lee")
    end = next(event for event in board.happened if isinstance(event, Resolved))
    assert (end.disposition, end.responder, end.second) == (Disposition.TRANSFERRED_911, "kim", "lee")
    assert (board.run.status, board.due) == ("closed", "never")


def test_confirmed_contact_does_not_close_what_came_since_the_hand_off() -> None:
    board = held(Urgency.IMMINENT).closes("kim", Disposition.MOBILE_CRISIS).signal()

    board.at("02:20").confirms("kim")

    assert (board.run.status, board.told) == ("reached", [("kim", "not_closed_new")])


def test_only_who_has_it_confirms_and_only_after_a_hand_off() -> None:
    board = held()
    assert board.confirms("lee").told == [("lee", "not_holder")]
    assert board.confirms("kim").told == [("kim", "reached_question")]


def test_undo_within_five_minutes_opens_the_run_again() -> None:
    board = held().closes("kim").at("02:20").undoes("kim", at=clock("02:20"))

    assert (board.run.status, board.run.holder) == ("held", "kim")
    assert board.told == [("kim", "undone")]
    assert board.due == "02:29"


def test_undo_leaves_at_least_two_minutes_before_the_next_question() -> None:
    board = held().at("02:28").closes("kim").undoes("kim")

    assert board.due == "02:30"


def test_undo_takes_back_a_close_and_then_the_contact() -> None:
    board = held().reaches("kim").closes("kim")

    assert board.undoes("kim").run.status == "reached"
    assert board.undoes("kim").run.status == "held"
    assert board.undoes("kim").told == [("kim", "nothing_to_undo")]


def test_undo_takes_back_a_hand_off() -> None:
    board = held().closes("kim", Disposition.WELFARE_CHECK).undoes("kim")

    assert (board.run.status, board.run.hand_off) == ("held", None)


def test_undo_after_five_minutes_or_by_somebody_else_does_nothing() -> None:
    board = held().closes("kim").at("02:16")
    assert board.undoes("lee").told == [("lee", "nothing_to_undo")]

    board.at("02:21").undoes("kim")
    assert (board.run.status, board.told) == ("closed", [("kim", "nothing_to_undo")])


def test_undo_does_not_reach_back_to_a_run_before_the_last() -> None:
    board = held().closes("kim").signal(Urgency.URGENT).undoes("kim", run="p1-1")

    assert board.told == [("kim", "nothing_to_undo")]
    assert board.run.run == "p1-2"


def fault() -> Board:
    board = Board(subject="faults.carrier")
    return board.signal(Urgency.URGENT, Kind.SYSTEM_FAULT, area="carrier", patient=None)


def test_a_fault_is_closed_by_anybody_who_was_told_without_pin_or_signature() -> None:
    board = fault()
    board.shifts["first"] = schedule("first", "kim", "lee")

    board.closes("lee", Disposition.FIXED, pin="missing")

    assert (board.run.status, board.withdrawn) == ("closed", [("kim", "closed")])


def test_a_fault_that_was_closed_too_early_pages_again_at_once() -> None:
    board = fault().closes("kim", Disposition.FIXED).undoes("kim")

    assert (board.run.status, board.paged) == ("paging", ["lee"])


def test_a_fault_has_no_patient_to_reach_or_call() -> None:
    board = fault().takes("kim")

    assert board.reaches("kim").told == [("kim", "disposition_question")]
    assert board.calls("kim").told == [("kim", "not_holder")]


def test_a_worklist_entry_is_closed_by_whoever_looks_at_it() -> None:
    board = Board(policy(id="list", applies={"urgencies": ["routine"]}))

    assert board.signal(Urgency.ROUTINE).closes("tia").run.status == "closed"


def test_a_worklist_entry_that_is_given_back_waits_on_the_worklist_again() -> None:
    board = Board(policy(id="list", applies={"urgencies": ["routine"]}))
    board.signal(Urgency.ROUTINE).reaches("tia").passes("tia")

    assert (board.run.status, board.due) == ("worklist", "+1 02:14")
