"""The story of a run, told as lines."""

from datetime import timedelta
from typing import Any

import pytest

from contracts import escalations, golden, payloads
from contracts.values import Kind, Value
from services.command_line import timeline

AT = golden.example(escalations.Heard).at  # type: ignore[attr-defined]


def made(kind: type[Value], **changes: object) -> Any:
    return golden.example(kind).model_copy(update=changes)


@pytest.mark.parametrize("kind", payloads.ESCALATION_EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_of_a_run_has_a_line_in_words(kind: type[Value]) -> None:
    if kind is escalations.Heard:
        assert timeline.of_run([made(kind)]) == []
        return
    (line,) = timeline.of_run([made(kind)])

    assert line.what and "Sealed" not in line.what and "methods" not in line.what


@pytest.mark.parametrize("kind", payloads.PAGE_EVENTS, ids=lambda kind: kind.__name__)
def test_no_line_of_a_page_holds_anything_sealed(kind: type[Value]) -> None:
    for line in timeline.of_page("ana", [made(kind)]):
        assert line.who == "ana"
        assert line.what and "bm9uc2Vuc2U=" not in line.what and "h1-" not in line.what


def test_the_lines_stand_by_time_and_the_runs_own_come_first() -> None:
    later = AT + timedelta(seconds=1)
    mine, theirs = timeline.Line(AT, "", "a"), timeline.Line(AT, "ana", "b")

    assert timeline.ordered([timeline.Line(later, "", "c"), theirs, mine])[:2] == [mine, theirs]


def test_only_the_last_run_is_told() -> None:
    first, second = made(escalations.Opened, number=1), made(escalations.Opened, number=2)
    ended, held = made(escalations.Resolved), made(escalations.Held)

    assert timeline.last_run([first, ended, second, held]) == [second, held]
    assert timeline.last_run([held]) == [held]


def test_pages_messages_and_calls_are_followed_to_their_own_subjects() -> None:
    events = [
        made(escalations.PageRequested, responder="ana", page="p1"),
        made(escalations.PageRequested, responder="ana", page="p1"),
        made(escalations.ResponderTold, responder="ben", message="m1"),
        made(escalations.BridgeRequested, responder="ben", bridge="b1"),
        made(escalations.Held),
    ]

    assert timeline.page_subjects(events) == [("ana", "p1"), ("ben", "m1"), ("ben", "b1")]


def test_a_fault_says_what_is_wrong_and_what_to_do_and_a_patients_signal_quotes_nothing() -> None:
    signal = made(escalations.Opened).signal.model_copy(update={"note": "Fill the roster."})
    of_fault = signal.model_copy(update={"kind": Kind.SYSTEM_FAULT})
    of_patient = signal.model_copy(update={"kind": Kind.PATIENT_ALERT})
    for kind in (escalations.Opened, escalations.SignalJoined):
        (told,) = timeline.of_run([made(kind, signal=of_fault)])
        (quiet,) = timeline.of_run([made(kind, signal=of_patient)])
        assert told.what.endswith(". Fill the roster.")
        assert "roster" not in quiet.what
