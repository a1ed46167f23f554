"""Rows 21 to 24 of the clinical table: opting out, faults of Vigil itself, families, and coming back.

What only shows with every part of Vigil running stands in test_rows_whole.py.
"""

from datetime import datetime

import pytest

from contracts.conversations import OptedOut
from contracts.escalations import FaultRaised
from contracts.people import Person
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from contracts.values import Channel, Kind, Sealed, Urgency
from services.conversation.core.opting import Opting, opting
from services.escalation.core.faults import fault_signal
from services.escalation.core.inputs import FollowHeard
from services.escalation.rehearsal.lines import Calls, Lines, Texts
from services.escalation.rehearsal.outcome import Rehearsal
from services.followup.core import decide, messages, wordings
from tests.clinical.hands import (
    contact_by,
    escalated,
    loud,
    paged,
    person,
    policy,
    programme,
    reported,
    shifts,
    texted,
    wall,
)
from tests.services.conversation.talk import Talk
from tests.services.followup.case import Case

MISSED_SOON = "2026-11-24 10:00"


def missed(urgency: Urgency = Urgency.SOON, at: str = MISSED_SOON) -> Signal:
    """A missed session, as attendance says it."""
    return Signal(
        id="attendance/m1",
        kind=Kind.SESSION_MISSED,
        urgency=urgency,
        patient="p1",
        occurred_at=wall(at),
        received_at=wall(at),
        source="attendance",
        tags=("first_miss",) if urgency is Urgency.SOON else ("first_miss", "high_risk"),
    )


def comes(at: str, what: str = "late_check_in") -> tuple[datetime, FollowHeard]:
    """They come after all."""
    followed = {"id": "f1", "signal": "attendance/m1", "patient": "p1", "at": wall(at)}
    followed |= {"received_at": wall(at), "what": what, "source": "attendance"}
    return wall(at), FollowHeard(SignalFollowed.model_validate(followed))


# -- row 21


@pytest.mark.parametrize("word", ["STOP", "end", "Cancel", "quit"])
def test_row_21_positive_a_stop_word_pages_on_call_who_calls_within_half_an_hour(word: str) -> None:
    signal = texted(word)

    assert loud(signal) == ("opted_out", "urgent")
    assert policy(escalated(signal)) == "concern"
    assert paged(escalated(signal, minutes=12)) == [
        "02:14 ana sms, voice 02:16",
        "02:24 ben sms, voice 02:26",
    ]
    taken = escalated(signal, minutes=2, takes={"ana": 0})
    assert (paged(taken), contact_by(taken)) == (["02:14 ana sms"], "02:44")


def test_row_21_positive_while_something_milder_is_open_it_is_raised_at_once() -> None:
    """10:00 a missed session, Tia's; 10:05 STOP: Ana is paged too, under the policy for it."""
    rehearsal = escalated([missed(), texted("STOP", at="2026-11-24 10:05")], minutes=6)

    assert policy(rehearsal) == "concern"
    assert paged(rehearsal) == ["10:00 tia sms, voice 10:02", "10:05 ana sms, voice 10:07"]


def test_row_21_positive_no_text_of_ours_goes_to_the_patient_any_more() -> None:
    """08:10 a text, answered; 08:12 STOP: for four hours not one word, and whoever holds it is told."""
    talk = Talk()
    talk.text("I can't do this")
    talk.until(minutes=1)
    talk.escalation("ana")
    talk.until(minutes=2)
    talk.sent.clear()
    talk.text("STOP", opting=opting("STOP", "STOP"))
    talk.until(minutes=240)

    assert talk.got("patient") == []
    assert any("K7" in told for told in talk.got("ana"))


@pytest.mark.parametrize("words", ["please make it stop", "this has to end", "I quit drinking"])
def test_row_21_negative_the_word_in_a_sentence_is_a_text_like_any_other(words: str) -> None:
    assert loud(texted(words)) == ("patient_alert", "urgent")


@pytest.mark.parametrize(
    ("by_carrier", "words", "meant"),
    [
        ("", "  Stop ", Opting.OUT),
        ("STOP", "stp pls", Opting.OUT),
        ("", "ALTO", Opting.OUT),
        ("", "fin", Opting.NONE),
        ("", "basta", Opting.NONE),
        ("", "the end", Opting.NONE),
    ],
)
def test_row_21_borderline_only_a_whole_text_opts_out(by_carrier: str, words: str, meant: Opting) -> None:
    assert opting(by_carrier, words) is meant


def test_row_21_borderline_a_stop_while_nothing_is_open_is_heard_as_well() -> None:
    talk = Talk()

    assert OptedOut in talk.text("STOP", opting=Opting.OUT)
    assert loud(texted("STOP")) == ("opted_out", "urgent")


# -- row 22


def ops_are_told(rehearsal: Rehearsal) -> list[str]:
    """Who is paged about what is wrong: the faults' own run, from the moment of the first."""
    faults = [one for one in rehearsal.log if isinstance(one, FaultRaised)]
    return paged(escalated(fault_signal(faults[0]), minutes=5, given=programme(therapist=None)))


ALARM = ["olga", "olga", "cal", "dee"]
"""Ops at once; ops, supervisor and medical director three minutes later."""


def who(lines: list[str]) -> list[str]:
    """The names alone."""
    return [line.split()[1] for line in lines]


def test_row_22_positive_a_page_that_fails_moves_on_in_the_same_second_and_ops_are_told() -> None:
    """02:14 Ana has only texts, and they are refused; 02:14 Ben, by call; 02:14 Olga; 02:17 Cal and Dee."""
    texts_down = Lines(Texts.REFUSED)
    given = programme(people={"ana": person("ana", (Channel.SMS,))})
    rehearsal = escalated(reported_high(), minutes=2, given=given, phones=texts_down)

    assert paged(rehearsal) == ["02:14 ana -sms", "02:14 ben -sms+voice"]
    assert who(ops_are_told(rehearsal)) == ALARM


def test_row_22_positive_an_empty_schedule_moves_on_in_the_same_second_and_ops_are_told() -> None:
    rehearsal = escalated(reported_high(), minutes=2, given=programme(shifts("primary")))

    assert paged(rehearsal) == ["02:14 ben sms+voice"]
    assert [one.area for one in rehearsal.faults] == ["roster"]
    told = ops_are_told(rehearsal)
    assert who(told) == ALARM
    assert [line.split()[0] for line in told] == ["02:14", "02:17", "02:17", "02:17"]


def test_row_22_positive_when_nobody_of_a_whole_round_takes_it_ops_are_told_and_it_begins_anew() -> None:
    """02:14 to 02:29 everybody was paged; 02:29 Ana again, with Cal and Dee, and Olga about the silence."""
    rehearsal = escalated(reported_high(), minutes=15)

    assert who(paged(rehearsal))[:4] == ["ana", "ben", "cal", "dee"]
    assert [line for line in paged(rehearsal) if line.startswith("02:29")] == [
        "02:29 ana sms+voice",
        "02:29 cal sms+voice",
        "02:29 dee sms+voice",
    ]
    assert [one.area for one in rehearsal.faults] == ["unanswered"]
    assert ops_are_told(rehearsal)[0].startswith("02:29 olga")


def test_row_22_negative_a_page_that_is_answered_is_no_fault() -> None:
    rehearsal = escalated(reported_high(), minutes=2.5, takes={"ana": 1})

    assert paged(rehearsal) == ["02:14 ana sms+voice"]
    assert rehearsal.faults == ()


def test_row_22_negative_whoever_passes_is_no_fault_either_and_a_second_person_is_there_in_time() -> None:
    rehearsal = escalated(reported_high(), minutes=5, takes={"ben": 1})

    assert who(paged(rehearsal)) == ["ana", "ben"]
    assert rehearsal.faults == ()


def test_row_22_borderline_a_text_without_a_receipt_is_no_failure_and_the_call_comes_sooner() -> None:
    silent = Lines(Texts.NO_RECEIPT)
    rehearsal = escalated(texted("hello?"), minutes=2.5, phones=silent)

    assert paged(rehearsal) == ["02:14 ana sms, voice 02:15"]
    assert rehearsal.faults == ()


def test_row_22_borderline_with_everything_down_everybody_is_tried_and_it_never_ends() -> None:
    nothing = Lines(Texts.REFUSED, Calls.REFUSED)
    rehearsal = escalated(reported_high(), minutes=30, phones=nothing)

    assert set(who(paged(rehearsal))) == {"ana", "ben", "cal", "dee", "olga", "tia"}
    assert rehearsal.closed_at is None and rehearsal.due_at is not None


def test_row_22_borderline_when_nobody_at_all_can_be_paged_the_roster_is_read_again_each_minute() -> None:
    gone: dict[str, Person] = {
        name: person(name, active=False) for name in ("ana", "ben", "cal", "dee", "olga", "tia")
    }
    rehearsal = escalated(reported_high(), minutes=3, given=programme(people=gone))

    assert paged(rehearsal) == []
    assert {one.urgency for one in rehearsal.faults} >= {Urgency.IMMINENT}
    assert rehearsal.due_at is not None and rehearsal.due_at <= wall("2026-11-24 02:18")


def reported_high() -> Signal | None:
    """A C-SSRS with intent, in the night."""
    answers = dict.fromkeys(("1", "2", "3", "5", "6"), "no") | {"2": "yes", "4": "yes"}
    return reported("c-ssrs", answers, at="2026-11-24 02:14")


# -- row 23


def worried(case: Case, sid: str = "SM1") -> list[Signal]:
    """The mother texts that she is worried."""
    case.commit(decide.concern(case.state, sid, "sc_1", 7, Sealed(key="k", box="eA=="), case.here))
    found = [messages.message(case.state, owed, None) for _, owed, _ in case.told]
    return [one.value for one in found if one is not None and isinstance(one.value, Signal)]


def test_row_23_positive_a_worried_contact_pages_on_call_who_calls_within_half_an_hour() -> None:
    (signal,) = worried(Case(start="2026-11-24 02:14"))

    assert loud(signal) == ("concern_raised", "urgent")
    assert policy(escalated(signal)) == "concern"
    assert paged(escalated(signal, minutes=12)) == [
        "02:14 ana sms, voice 02:16",
        "02:24 ben sms, voice 02:26",
    ]
    taken = escalated(signal, minutes=2, takes={"ana": 0})
    assert (paged(taken), contact_by(taken)) == (["02:14 ana sms"], "02:44")


def test_row_23_positive_what_they_are_answered_discloses_nothing() -> None:
    said = wordings.received().lower()

    assert not [word for word in ("patient", "programme", "treatment", "vigil", "clinic") if word in said]


def test_row_23_negative_the_same_text_again_is_no_second_concern() -> None:
    case = Case(start="2026-11-24 02:14")
    worried(case)

    assert len(worried(case)) == 1


def test_row_23_borderline_a_concern_joins_what_is_open_and_lowers_nothing() -> None:
    """02:14 an imminent screen, Ana's; 02:20 her mother texts: one run, still imminent, still Ana's."""
    (signal,) = worried(Case(start="2026-11-24 02:16"))
    first = reported_high()
    assert first is not None
    rehearsal = escalated([first, signal], minutes=2.5, takes={"ana": 0})

    assert (rehearsal.run.urgency, rehearsal.holder) == (Urgency.IMMINENT, "ana")
    assert policy(rehearsal) == "imminent"


# -- row 24


def test_row_24_positive_coming_late_does_not_end_an_urgent_run() -> None:
    """10:00 missed, at high risk; 10:04 they come: Tia, who was paged, is told; 10:05 Ana all the same."""
    rehearsal = escalated(missed(Urgency.URGENT), minutes=6, heard=[comes("2026-11-24 10:04")])

    assert rehearsal.closed_at is None and rehearsal.due_at is not None
    assert paged(rehearsal) == ["10:00 tia sms, voice 10:02", "10:05 ana sms, voice 10:07"]
    assert "responder_told" in [event.type for event in rehearsal.log]


@pytest.mark.parametrize("words", ["ok", "im fine now, sorry", "false alarm lol"])
def test_row_24_positive_an_ok_after_an_imminent_text_closes_and_lowers_nothing(words: str) -> None:
    later = texted(words, at="2026-11-24 02:16", number=2)
    rehearsal = escalated([texted("I just took 30 pills"), later], minutes=3.5)

    assert rehearsal.closed_at is None
    assert rehearsal.run.urgency is Urgency.IMMINENT
    assert "02:17 ben sms+voice" in paged(rehearsal), "the chain goes on"


def test_row_24_negative_coming_late_ends_what_is_soon_and_in_nobodys_hands() -> None:
    rehearsal = escalated(missed(), minutes=70, heard=[comes("2026-11-24 10:04")])

    assert paged(rehearsal) == ["10:00 tia sms, voice 10:02"]
    assert rehearsal.due_at is None


def test_row_24_borderline_once_somebody_has_it_only_they_end_it() -> None:
    rehearsal = escalated(missed(), minutes=70, takes={"tia": 1}, heard=[comes("2026-11-24 10:04")])

    assert rehearsal.holder == "tia"
    assert rehearsal.closed_at is None and rehearsal.due_at is not None


def test_row_24_borderline_a_text_beside_the_miss_keeps_it_open() -> None:
    """10:00 missed, soon; 10:02 a text; 10:04 they come: the text is no reason that went away."""
    text = texted("hello?", at="2026-11-24 10:02")
    rehearsal = escalated([missed(), text], minutes=5, heard=[comes("2026-11-24 10:04")])

    assert rehearsal.due_at is not None
    assert policy(rehearsal) == "crisis_line"
