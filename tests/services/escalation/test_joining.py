"""Further signals: evidence joins the open run, and urgency only rises."""

from contracts.escalations import UrgencyRaised
from contracts.values import Kind, Urgency
from services.escalation.core.inputs import PatientLinked
from tests.services.escalation.board import CRISIS, Board, clock, policies, policy, step

SLOW = policy(step("third", wait=60), id="slow", order=1, applies={"urgencies": ["soon"]})
LIST = policy(id="list", order=1, applies={"urgencies": ["routine"]})


def test_a_signal_as_urgent_joins_quietly_while_people_are_paged() -> None:
    board = Board()
    board.signal().signal()

    assert board.kinds == ["signal_joined"]
    assert (board.run.evidence, board.run.number) == (2, 1)


def test_the_holder_is_told_of_a_signal_that_joins() -> None:
    board = Board()
    board.signal().takes("kim").signal(Urgency.URGENT)

    assert board.told == [("kim", "new_signal")]
    assert (board.paged, board.run.urgency) == ([], Urgency.IMMINENT)


def test_higher_urgency_starts_again_at_step_one_of_the_policy_that_now_applies() -> None:
    board = Board(SLOW, CRISIS)
    board.signal(Urgency.SOON, Kind.DOSE_MISSED).at("02:20")

    board.signal(Urgency.IMMINENT, Kind.PATIENT_ALERT)

    raised = next(event for event in board.happened if isinstance(event, UrgencyRaised))
    assert raised.policy.id == "crisis"
    assert (board.paged, board.withdrawn) == (["kim"], [("max", "superseded")])
    assert (board.run.kind, board.due) == (Kind.PATIENT_ALERT, "02:23")


def test_higher_urgency_pages_again_although_somebody_holds_it() -> None:
    board = Board(SLOW, CRISIS)
    board.signal(Urgency.SOON).takes("max").at("02:20").signal(Urgency.IMMINENT)

    assert board.paged == ["kim"]
    assert board.told == [("max", "more_urgent")]
    assert board.run.holder == "max"

    board.at("02:21").takes("kim")
    assert board.run.holder == "kim"
    assert board.told == [("max", "handed_over"), ("kim", "you_have_it")]


def test_a_holder_who_is_paged_anew_gets_the_page_and_no_message() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").signal(Urgency.IMMINENT)

    assert (board.paged, board.told) == (["kim"], [])

    board.takes("kim")
    assert (board.run.holder, board.run.covered, board.run.seeking) == ("kim", True, False)


def test_higher_urgency_goes_on_to_the_next_step_while_the_old_holder_is_silent() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").at("02:20").signal(Urgency.IMMINENT)

    assert board.at("02:23").paged == ["lee"]
    assert board.at("02:26").paged == ["max"]


def test_higher_urgency_ends_the_wait_for_the_morning() -> None:
    quiet = {"quiet_from": "21:00", "until": "07:00"}
    board = Board(SLOW.model_copy(update={"hours": policy_hours(quiet)}), CRISIS)
    board.signal(Urgency.SOON)
    assert board.run.status == "waiting"

    assert board.signal(Urgency.URGENT).paged == ["kim"]


def policy_hours(hours: dict[str, str]) -> object:
    return policy(step("first"), applies={"urgencies": ["soon"]}, hours=hours).hours


def test_higher_urgency_takes_an_entry_off_the_worklist() -> None:
    board = Board(LIST, CRISIS)
    board.signal(Urgency.ROUTINE)

    assert board.signal(Urgency.URGENT).paged == ["kim"]
    assert board.due == "02:17"


def test_higher_urgency_without_a_policy_pages_everyone() -> None:
    board = Board(SLOW)
    board.signal(Urgency.SOON).signal(Urgency.IMMINENT)

    assert board.paged == ["dee", "kim", "lee", "max", "tia"]
    assert board.faults == ["policies-no-policy-for-patient-alert-imminent-2026112402"]


def test_contact_made_before_a_new_urgent_signal_says_nothing_about_it() -> None:
    board = Board()
    board.signal().takes("kim").reaches("kim").at("02:30").signal()

    assert (board.run.status, board.run.contact_by) == ("held", clock("02:45"))
    assert board.told == [("kim", "new_signal")]


def test_contact_stands_when_something_less_urgent_joins() -> None:
    board = Board()
    board.signal().takes("kim").reaches("kim").signal(Urgency.SOON)

    assert (board.run.status, board.told) == ("reached", [("kim", "new_signal")])


def test_contact_reported_before_hearing_of_a_higher_urgency_does_not_stop_its_pages() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").signal(Urgency.IMMINENT)

    board.reaches("kim", evidence=1)
    assert (board.run.status, board.told) == ("held", [("kim", "more_urgent")])
    assert board.at("02:17").paged == ["lee"]

    board.reaches("kim", evidence=2)
    assert (board.run.status, board.withdrawn) == ("reached", [("kim", "held"), ("lee", "held")])


def test_nobody_hears_the_same_signal_twice() -> None:
    board = Board()
    board.signal(id="text-1").signal(id="text-1")

    assert board.happened == []


def test_after_the_close_a_signal_opens_the_next_run_with_a_new_code() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim").closes("kim")
    board.code = "R4"

    board.signal(Urgency.URGENT)

    assert (board.run.run, board.run.code, board.run.evidence) == ("p1-2", "R4", 1)
    assert (board.paged, board.run.holder) == (["kim"], None)


def test_the_run_of_a_patient_who_is_linked_to_another_is_closed_and_its_pages_stopped() -> None:
    board = Board()
    board.signal().hear(PatientLinked("p2"))

    assert board.kinds == ["page_withdrawn", "merged"]
    assert (board.run.status, board.due) == ("closed", "never")
    assert board.undoes("kim").told == [("kim", "nothing_to_undo")]


def test_linking_a_patient_without_an_open_run_changes_nothing() -> None:
    board = Board()

    assert board.hear(PatientLinked("p2")).happened == []


def test_an_edited_policy_set_counts_from_the_rise_on() -> None:
    board = Board()
    board.signal(Urgency.URGENT)
    board.policies = policies(policy(step("third"), id="edited"))

    board.signal(Urgency.IMMINENT)

    assert (board.run.rules.id, board.paged) == ("edited", ["max"])
