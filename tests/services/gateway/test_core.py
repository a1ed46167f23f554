"""The gateway's rules: routing in doubt, words that identify nobody, outcomes that only commits give."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.values import Kind, Urgency
from services.gateway.core import outcome, routing, speech
from services.gateway.core.outcome import Outcome, Seen
from services.gateway.core.routing import Caller, Lane, Numbers

ONE = Numbers(staff="+1", patient="+1")
TWO = Numbers(staff="+1", patient="+2", imminent="+3")
STAFF, PATIENT, BOTH = Caller("ana", False), Caller(None, True), Caller("ana", True)
NOBODY = Caller(None, False)
AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("numbers", "to", "caller", "body", "lane"),
    [
        (ONE, "+1", STAFF, "1", Lane.STAFF),
        (ONE, "+1", STAFF, "I can't go on", Lane.TALK),
        (ONE, "+1", PATIENT, "K7 1", Lane.PATIENT),
        (ONE, "+1", NOBODY, "1", Lane.PATIENT),
        (ONE, "+1", BOTH, "1", Lane.PATIENT),
        (ONE, "+1", BOTH, "K7 1", Lane.STAFF),
        (ONE, "+1", BOTH, "1 k7", Lane.STAFF),
        (ONE, "+1", BOTH, "K7 ?", Lane.STAFF),
        (ONE, "+1", BOTH, "help", Lane.PATIENT),
        (ONE, "+1", BOTH, "help K7", Lane.PATIENT),
        (ONE, "+1", BOTH, "K7", Lane.PATIENT),
        (ONE, "+1", BOTH, "ok K7", Lane.PATIENT),
        (ONE, "+1", BOTH, "stop", Lane.PATIENT),
        (ONE, "+1", STAFF, "K7 how are you now?", Lane.TALK),
        (ONE, "+1", STAFF, "safe?", Lane.TALK),
        (ONE, "+1", STAFF, "sure", Lane.STAFF),
        (ONE, "+1", BOTH, "K7 how are you now?", Lane.PATIENT),
        (ONE, "+1", BOTH, "K7: how are you now?", Lane.TALK),
        (ONE, "+9", BOTH, "1", Lane.PATIENT),
        (TWO, "+1", BOTH, "1", Lane.STAFF),
        (TWO, "+3", STAFF, "1", Lane.STAFF),
        (TWO, "+2", STAFF, "K7 1", Lane.PATIENT),
        (TWO, "+1", NOBODY, "1", Lane.PATIENT),
        (TWO, "+9", BOTH, "1", Lane.PATIENT),
        (TWO, "+9", STAFF, "1", Lane.STAFF),
    ],
)
def test_a_text_goes_by_number_then_by_phone_and_in_doubt_to_the_crisis_line(
    numbers: Numbers, to: str, caller: Caller, body: str, lane: Lane
) -> None:
    assert routing.lane_of_text(to, body, caller, numbers) is lane


@pytest.mark.parametrize(
    ("numbers", "to", "caller", "lane"),
    [
        (ONE, "+1", STAFF, Lane.STAFF),
        (ONE, "+1", BOTH, Lane.PATIENT),
        (ONE, "+1", NOBODY, Lane.PATIENT),
        (TWO, "+2", STAFF, Lane.PATIENT),
        (TWO, "+1", BOTH, Lane.STAFF),
    ],
)
def test_a_call_goes_likewise(numbers: Numbers, to: str, caller: Caller, lane: Lane) -> None:
    assert routing.lane_of_call(to, caller, numbers) is lane


@pytest.mark.parametrize(
    ("to", "caller", "lane"),
    [
        ("+4", NOBODY, Lane.CONTACT),
        ("+4", STAFF, Lane.STAFF),
        ("+2", NOBODY, Lane.PATIENT),
    ],
)
def test_the_number_for_support_contacts_has_a_lane_of_its_own(to: str, caller: Caller, lane: Lane) -> None:
    numbers = Numbers(staff="+1", patient="+2", imminent="+3", contact="+4")
    assert routing.lane_of_text(to, "1", caller, numbers) is lane


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_of_an_unknown_phone_ever_reaches_the_staff_lane(body: str) -> None:
    assert routing.lane_of_text("+1", body, NOBODY, ONE) is Lane.PATIENT
    assert routing.opt_out("", body) in ("", "STOP", "START", "HELP")


@pytest.mark.parametrize(
    ("told", "body", "found"),
    [
        ("", "END", "STOP"),
        ("", "stop please", ""),
        ("stop", "x", "STOP"),
        ("", "help", "HELP"),
        ("", "unstop", "START"),
    ],
)
def test_opt_out_is_the_carriers_word_or_the_whole_text(told: str, body: str, found: str) -> None:
    assert routing.opt_out(told, body) == found


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("urgency", list(Urgency))
def test_what_is_said_of_a_page_tells_no_substance_and_no_id(kind: Kind, urgency: Urgency) -> None:
    said = speech.page(page(kind=kind, urgency=urgency)).lower()

    assert "substance" not in said and "withdrawal" not in said and "pt_" not in said and "ana" not in said
    assert "k 7" in said


def test_only_a_commit_that_makes_somebody_the_holder_says_so() -> None:
    mine = brief("ana")

    assert outcome.after_taking([], "ana", "r1") is Outcome.UNKNOWN
    assert outcome.after_taking([Seen(frozenset({"step_started"}), mine)], "ana", "r1") is Outcome.UNKNOWN
    assert outcome.after_taking([Seen(frozenset({"held"}), mine)], "ana", "r1") is Outcome.YOURS
    assert outcome.after_taking([Seen(frozenset({"held"}), brief("kim"))], "ana", "r1") is Outcome.UNKNOWN
    assert outcome.after_taking([Seen(frozenset({"held"}), mine)], "ana", "r2") is Outcome.UNKNOWN


def test_when_the_time_is_over_somebody_elses_hold_and_a_closure_are_told() -> None:
    quiet = frozenset({"heard"})

    assert outcome.at_last([Seen(quiet, brief("kim"))], "ana", "r1") is Outcome.ANOTHERS
    assert outcome.at_last([Seen(quiet, brief(None))], "ana", "r1") is Outcome.UNKNOWN
    assert outcome.at_last([Seen(quiet, brief("ana"))], "ana", "r1") is Outcome.UNKNOWN
    assert outcome.at_last([Seen(quiet, brief("kim", "closed"))], "ana", "r1") is Outcome.CLOSED
    assert outcome.at_last([], "ana", "r1") is Outcome.UNKNOWN


def test_a_closed_or_searching_run_is_held_by_nobody() -> None:
    assert outcome.holds(brief("ana"), "ana", "r1")
    assert not outcome.holds(brief("ana", "closed"), "ana", "r1")
    assert not outcome.holds(brief("ana", "paging"), "ana", "r1")
    assert not outcome.holds(brief("ana"), "ana", "r0")
    assert not outcome.holds(None, "ana", "r1")


def page(kind: Kind, urgency: Urgency) -> PageBrief:
    return PageBrief(
        page="p1",
        responder="ana",
        run="r1",
        subject="escalations.pt_1",
        code="K7",
        purpose=Purpose.PAGE,
        status=PageStatus.OUT,
        urgency=urgency,
        kind=kind,
        asked_at=AT,
    )


def brief(holder: str | None, status: str = "held") -> EscalationBrief:
    return EscalationBrief(
        run="r1",
        code="K7",
        status=EscalationStatus(status),
        urgency=Urgency.URGENT,
        kind=Kind.SCREEN_POSITIVE,
        holder=holder,
        opened_at=AT,
        policy="standard",
    )
