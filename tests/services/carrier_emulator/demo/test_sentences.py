"""Every event of an escalation in plain words. Times are New York's: 08:10 UTC is 03:10 there."""

import typing
from datetime import UTC, datetime, timedelta

import pytest

from contracts import escalations as e
from contracts.golden import example
from contracts.signals import Signal
from contracts.values import Disposition, Kind, Urgency
from services.carrier_emulator.demo import sentences, words
from services.carrier_emulator.demo.sentences import Names

AT = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
PEOPLE = {"clinician_2": "Ana", "clinician_1": "Kim", "supervisor_1": "Sam"}
NAMES = Names(lambda person: PEOPLE.get(person, person), "Robin", "America/New_York")
BOOKKEEPING = (e.Heard, e.FaultTold)


def say(event: e.EscalationEvent, names: Names = NAMES) -> list[str]:
    return [line.text for line in sentences.lines(event, names)]


def in_(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


@pytest.mark.parametrize("kind", typing.get_args(typing.get_args(e.EscalationEvent)[0]))
def test_every_event_but_bookkeeping_is_told(kind):
    assert bool(say(example(kind))) is (kind not in BOOKKEEPING)


def test_it_begins_with_what_happened_and_what_is_done_about_it():
    signal = Signal(
        id="s",
        kind=Kind.PATIENT_ALERT,
        urgency=Urgency.IMMINENT,
        patient="p",
        occurred_at=AT,
        received_at=AT,
        source="x",
    )
    opened = example(e.Opened).model_copy(
        update={"signal": signal, "code": "K7", "starts_at": None, "review_at": None}
    )

    assert say(opened) == [
        "Robin asked for help. Urgency NOW.",
        "Escalation K7 opened with the policy “Imminent risk, any hour”.",
    ]


def test_a_moment_of_another_day_is_told_with_its_day():
    names = Names(NAMES.person, NAMES.patient, NAMES.zone, now=AT)
    reached = example(e.Reached).model_copy(update={"responder": "clinician_2", "resolve_by": in_(24 * 60)})

    assert say(reached, names) == ["Ana reached Robin. How it ends is due by Wed 03:10:00."]
    assert names.at(in_(60)) == "04:10:00"


def test_taking_it_names_who_and_by_when():
    held = e.Held(
        at=AT, responder="clinician_2", page="p", urgency=Urgency.URGENT, evidence=1, contact_by=in_(15)
    )

    assert say(held) == ["Taken by Ana. Contact with the patient is due by 03:25:00."]
    assert say(held.model_copy(update={"before": "clinician_1"})) == [
        "Taken by Ana. Kim no longer holds it. Contact with the patient is due by 03:25:00."
    ]


def test_a_fault_has_nobody_to_contact():
    held = e.Held(
        at=AT, responder="clinician_2", page="p", urgency=Urgency.URGENT, evidence=1, contact_by=in_(15)
    )

    assert say(held, Names(NAMES.person, "demo", NAMES.zone, is_fault=True)) == [
        "Taken by Ana. It is to be fixed by 03:25:00."
    ]
    assert words.status(e.EscalationStatus.HELD, "Jo", is_fault=True) == "Jo has it; not fixed yet"


def test_a_step_says_when_it_goes_on():
    assert say(e.StepStarted(at=AT, round=0, step=0, ends_at=in_(3))) == [
        "Step 1 began. If nobody answers, it goes on at 03:13:00."
    ]
    assert say(e.StepStarted(at=AT, round=1, step=0, ends_at=in_(3))) == [
        "Step 1, round 2 began. If nobody answers, it goes on at 03:13:00."
    ]


def test_closing_says_how_it_ended_and_until_when_it_can_be_undone():
    resolved = e.Resolved(
        at=AT,
        responder="clinician_2",
        disposition=Disposition.SPOKE,
        second="supervisor_1",
        undo_until=in_(5),
    )

    assert say(resolved) == [
        "Closed by Ana, signed by Sam: spoke with the patient. Can be undone until 03:15:00."
    ]


def test_passing_and_being_out_of_reach_are_told_apart():
    ended = e.PageEnded(at=AT, page="p", responder="clinician_1", outcome="declined")

    assert say(ended) == ["Kim passed."]
    assert say(ended.model_copy(update={"outcome": "exhausted", "codes": ("30003",)})) == [
        "Kim can't be reached in any way (carrier code 30003)."
    ]


def test_an_unknown_zone_reads_as_utc_and_says_so():
    assert words.at(AT, "America/New_York") == "03:10:00"
    assert words.at(AT, "Nowhere/Else") == "08:10:00Z"


@pytest.mark.parametrize(
    ("urgency", "word"),
    list(zip(Urgency, ("NEXT SESSION", "TODAY", "WITHIN THE HOUR", "NOW"), strict=True)),
)
def test_urgency_is_a_word(urgency, word):
    assert urgency.word == word
