"""The crisis line tells escalation that a holder did not answer the patient, and who spoke with them last."""

from contracts.signals import HOLD_LAPSED, Signal
from contracts.values import Kind, Urgency
from services.escalation.core.inputs import SignalHeard
from tests.services.escalation.board import Board


def signal(board: Board, name: str, urgency: Urgency = Urgency.URGENT, **more: object) -> SignalHeard:
    return SignalHeard(
        Signal.model_validate(
            {
                "id": name,
                "kind": Kind.PATIENT_ALERT,
                "urgency": urgency,
                "patient": board.run.about,
                "occurred_at": board.now,
                "received_at": board.now,
                "source": "crisis_line",
                **more,
            }
        )
    )


def test_a_hold_that_lapsed_pages_anew_from_step_one_and_the_holder_too() -> None:
    board = Board()
    board.signal(Urgency.URGENT).at("02:20").takes("max").at("02:30")

    board.hear(signal(board, "text/unanswered/1", tags=("text", HOLD_LAPSED)))

    assert sorted(board.paged) == ["kim", "max"]
    assert board.run.holder == "max"
    board.takes("kim")
    assert board.run.holder == "kim"


def test_without_a_holder_such_a_signal_only_joins() -> None:
    board = Board()
    board.signal(Urgency.URGENT)

    board.hear(signal(board, "text/unanswered/1", tags=("text", HOLD_LAPSED)))

    assert board.kinds == ["signal_joined"]


def test_repeated_it_changes_nothing() -> None:
    board = Board()
    board.signal(Urgency.URGENT).takes("kim")
    board.hear(signal(board, "text/unanswered/1", tags=("text", HOLD_LAPSED)))
    board.hear(signal(board, "text/unanswered/1", tags=("text", HOLD_LAPSED)))

    assert board.kinds == []


def test_whoever_spoke_last_is_paged_with_the_first_step_when_the_run_opens() -> None:
    board = Board()
    board.hear(signal(board, "sms/SM1", also_to=("max",)))

    assert sorted(board.paged) == ["kim", "max"]
