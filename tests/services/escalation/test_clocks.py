"""What time does after somebody took it: they are asked, then others are paged."""

from contracts.escalations import EscalationStatus
from contracts.values import Disposition, Kind, Urgency
from tests.services.escalation.board import Board, method, person, policy, schedule, step


def test_contact_overdue_asks_the_holder_and_then_pages_them_with_those_on_call() -> None:
    board = Board()
    board.signal(Urgency.URGENT).at("02:17")
    board.takes("lee")

    assert board.due == "02:32"
    assert (board.at("02:32").told, board.paged) == ([("lee", "contact_overdue")], [])
    assert board.due == "02:34"
    assert board.at("02:34").paged == ["kim", "lee"]
    assert board.at("02:37").paged == ["lee", "max"]


def test_contact_overdue_for_an_imminent_one_pages_after_one_minute() -> None:
    board = Board()
    board.signal().takes("kim")
    for minute in range(16, 29, 2):
        board.at(f"02:{minute}").asks_more("kim")

    assert board.at("02:29").told == [("kim", "contact_overdue")]
    assert board.due == "02:30"


def test_a_holder_alone_on_call_who_let_it_lapse_is_paged_together_with_the_next_step() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim")

    assert board.at("02:31").paged == ["kim", "lee"]


def test_whoever_takes_a_lapsed_one_has_their_own_time_to_reach_the_patient() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").at("02:32").takes("lee")

    assert board.run.holder == "lee"
    assert board.due == "02:47"
    assert ("kim", "handed_over") in board.told
    assert ("kim", "other_has_it") not in board.told


def test_a_lapsed_holder_may_take_it_again() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").at("02:32").takes("kim")

    assert (board.run.holder, board.run.seeking, board.due) == ("kim", False, "02:47")


def test_an_idle_holder_of_an_imminent_one_is_asked_then_the_next_step_is_paged_too() -> None:
    board = Board()
    board.signal().at("02:17")
    board.at("02:18").takes("lee")

    assert board.at("02:21").told == [("lee", "reached_question")]
    assert board.at("02:23").paged == ["max"]
    assert board.run.holder == "lee"
    assert board.at("02:26").paged == ["kim", "dee"]


def test_a_sign_of_life_gives_the_idle_holder_three_minutes_more() -> None:
    board = Board()
    board.signal().takes("kim").at("02:18").asks_more("kim")

    assert board.due == "02:21"
    assert board.at("02:22").asks_more("kim").due == "02:25"


def test_somebody_elses_sign_of_life_changes_nothing() -> None:
    board = Board()
    board.signal().takes("kim")

    assert board.at("02:15").asks_more("lee").happened == []
    assert board.due == "02:17"


def test_paging_past_an_idle_holder_goes_on_although_they_wake_up() -> None:
    board = Board()
    board.signal().takes("kim").at("02:19").asks_more("kim")

    assert board.due == "02:22"
    assert board.takes("lee").run.holder == "lee"
    assert board.told == [("kim", "handed_over"), ("lee", "you_have_it")]


def test_an_idle_holder_who_then_reaches_the_patient_ends_the_paging() -> None:
    board = Board()
    board.signal().takes("kim").at("02:19").reaches("kim")

    assert board.withdrawn == [("lee", "held")]
    assert board.told == [("lee", "other_has_it"), ("kim", "reached_noted")]
    assert board.due == "+1 02:19"


def test_with_only_the_idle_holder_on_the_roster_everyone_else_is_paged() -> None:
    board = Board(policy(step("first")))
    board.signal().takes("kim").at("02:19")

    assert board.paged == ["dee", "lee", "max", "tia"]


def test_an_urgent_holder_is_not_watched_for_idleness() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim")

    assert board.due == "02:29"


def test_the_question_to_a_holder_without_a_phone_pages_the_next_at_once() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim")
    board.people["kim"] = person("kim", methods=(method("kim", dead=True),))

    assert board.at("02:29").paged == ["lee"]


def test_after_contact_the_disposition_is_asked_for_each_hour() -> None:
    board = Board()
    board.signal().takes("kim").at("02:16").reaches("kim")

    assert (board.run.status, board.due) == (EscalationStatus.REACHED, "+1 02:16")
    assert board.at("+1 02:16").told == [("kim", "disposition_question")]
    assert board.due == "+1 03:16"


def test_after_contact_in_a_soon_one_the_disposition_is_asked_for_each_day() -> None:
    board = Board()
    board.signal(Urgency.SOON).takes("kim").reaches("kim").at("+1 02:14")

    assert board.due == "+2 02:14"


def test_after_a_long_stop_everything_due_is_done_once() -> None:
    """The service was down for a day: the next step is paged once, not once for each missed wait."""
    board = Board()
    board.signal()
    missed = board.now.replace(day=25)
    board.now = missed

    board.look()

    assert (board.paged, board.run.step) == (["kim", "lee"], 1)


def test_after_a_long_stop_an_overdue_holder_is_asked_and_others_are_paged_once() -> None:
    board = Board()
    board.signal().takes("kim")
    board.happened = []
    board.now = board.now.replace(hour=9)

    board.look()

    assert board.told == [("kim", "reached_question"), ("kim", "contact_overdue")]
    assert board.paged == ["lee"]
    assert board.due == "09:15"


def test_a_hand_off_is_asked_about_after_half_an_hour_and_paged_five_minutes_later() -> None:
    board = Board()
    board.signal().takes("kim").at("02:16").closes("kim", Disposition.WELFARE_CHECK)

    assert board.due == "02:46"
    assert board.at("02:46").told == [("kim", "hand_off_question")]
    assert board.at("02:51").paged == ["kim", "lee"]
    assert board.takes("lee").run.status == "held"


def test_a_held_fault_has_no_patient_to_reach_and_no_idle_clock() -> None:
    board = Board(subject="faults.carrier")
    board.signal(Urgency.IMMINENT, Kind.SYSTEM_FAULT, area="carrier", patient=None).takes("kim")

    assert board.due == "+1 02:14"


def test_the_roster_is_read_anew_at_each_step() -> None:
    board = Board()
    board.signal()
    board.shifts["second"] = schedule("second", "tia")

    assert board.at("02:17").paged == ["tia"]


def test_whoever_handed_off_and_the_holder_are_both_asked() -> None:
    board = Board()
    board.signal().takes("kim").reaches("lee").closes("lee", Disposition.MOBILE_CRISIS)

    assert board.told == [("lee", "hand_off_open"), ("kim", "hand_off_open")]
    assert board.at("02:44").told == [("kim", "hand_off_question"), ("lee", "hand_off_question")]
