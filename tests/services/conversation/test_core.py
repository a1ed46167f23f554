"""The rules of the crisis line, as timetables and properties."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conversations import (
    AnswerAccepted,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    AnswerWaiting,
    CallReceived,
    OptedIn,
    OptedOut,
    TextReceived,
)
from contracts.values import Sealed
from services.conversation.core import answering, callers, hear, wording
from services.conversation.core.evolve import evolve
from services.conversation.core.opting import Opting, opting
from services.conversation.core.risk_words import RISKS, risks
from services.conversation.core.staff import Meaning, meaning
from services.conversation.core.state import HEARD_KEPT, Conversation, due

START = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
PHONE = Sealed(key="k1", box="phone")
BODY = Sealed(key="k1", box="body")
GSM7_PLAIN = set(" !\"#$%&'()*+,-./:;<=>?@_\n") | set("0123456789") | {chr(c) for c in range(65, 91)}
GSM7_PLAIN |= {chr(c) for c in range(97, 123)}


class Talk:
    """One conversation and a clock."""

    def __init__(self):
        self.state = Conversation.empty("conversations.pt_a")
        self.now = START
        self.texts = 0

    def at(self, minutes=0.0, seconds=0.0):
        self.now = START + timedelta(minutes=minutes, seconds=seconds)
        return self

    def hears(self, events):
        for event in events:
            self.state = evolve(self.state, event)
        assert (due(self.state) is not None) == bool(self.state.answer and self.state.answer.under_way)
        return [type(event) for event in events]

    def text(self, opting=Opting.NONE, phone=PHONE, sid=None, language="en"):
        self.texts += 1
        heard = hear.Text(sid or f"SM{self.texts}", self.texts, BODY, phone, opting, language)
        return self.hears(hear.text(self.state, self.now, heard))

    def intend(self):
        return self.hears(answering.intend(self.state, self.now))

    def accepted(self, sid="SMout"):
        answer = self.state.answer
        return self.hears(answering.accepted(self.state, self.now, answer.id, answer.attempt, sid))

    def refused(self, code, status=400):
        answer = self.state.answer
        return self.hears(answering.refused(self.state, self.now, answer.id, answer.attempt, code, status))

    def unknown(self):
        answer = self.state.answer
        return self.hears(answering.unknown(self.state, self.now, answer.id, answer.attempt, "timeout"))

    def not_found(self):
        return self.hears(answering.not_found(self.state, self.now, self.state.answer.attempt))

    def receipt(self, status, attempt=1, code=""):
        heard = hear.Receipt(self.state.answer.id, attempt, "SMout", status, code)
        return self.hears(hear.receipt(self.state, self.now, heard))


@pytest.fixture
def talk():
    return Talk()


def test_a_text_is_answered_once_and_then_nothing_is_due(talk):
    assert talk.text() == [TextReceived, AnswerWaiting]
    assert due(talk.state) == START
    assert talk.intend() == [AnswerIntended]
    assert talk.accepted() == [AnswerAccepted]
    assert due(talk.state) is None


def test_a_second_text_is_not_answered_within_the_hour_and_is_after_it(talk):
    talk.text(), talk.intend(), talk.accepted()

    assert talk.at(minutes=59, seconds=59).text() == [TextReceived]
    assert talk.at(minutes=60).text() == [TextReceived, AnswerWaiting]


def test_a_text_that_comes_while_the_answer_waits_joins(talk):
    talk.text()

    assert talk.at(seconds=1).text() == [TextReceived]


def test_a_repeated_text_changes_nothing(talk):
    talk.text(sid="SMx")

    assert talk.at(minutes=90).text(sid="SMx") == []


def test_a_call_is_noted_and_nothing_is_texted(talk):
    assert talk.hears(hear.call(talk.state, START, "CA1", 5, "room_CA1")) == [CallReceived]
    assert talk.hears(hear.call(talk.state, START, "CA1", 5, "room_CA1")) == []
    assert due(talk.state) is None


def test_stop_is_not_answered_and_stops_what_still_waits(talk):
    talk.text()

    assert talk.at(seconds=1).text(Opting.OUT) == [TextReceived, OptedOut, AnswerFailed]
    assert talk.at(minutes=90).text() == [TextReceived]
    assert talk.at(minutes=91).text(Opting.IN) == [TextReceived, OptedIn, AnswerWaiting]


def test_an_answer_of_unknown_fate_is_not_repeated_after_stop(talk):
    talk.text(), talk.intend(), talk.unknown()
    talk.at(seconds=1).text(Opting.OUT)

    assert talk.at(seconds=3).not_found() == [AnswerFailed]


def test_a_refusal_with_21610_fails_for_good_and_later_texts_are_not_answered(talk):
    talk.text(), talk.intend()

    assert talk.refused(21610) == [AnswerFailed, OptedOut]
    assert talk.at(minutes=90).text() == [TextReceived]


@pytest.mark.parametrize("code", [21211, 21614, 20003, 999999, None])
def test_any_other_refusal_fails_and_is_not_repeated(talk, code):
    talk.text(), talk.intend()

    assert talk.refused(code) == [AnswerFailed]
    assert due(talk.state) is None


def test_after_a_failed_answer_the_next_text_is_answered(talk):
    talk.text(), talk.intend(), talk.refused(21612)

    assert talk.at(minutes=1).text() == [TextReceived, AnswerWaiting]


def test_429_waits_ever_longer_until_it_would_be_too_late(talk):
    talk.text()
    waits = []
    for _ in range(6):
        talk.intend()
        assert talk.refused(20429, 429) == [AnswerPostponed]
        waits.append((due(talk.state) - talk.now).total_seconds())
        talk.now = due(talk.state)
    assert waits == [1, 2, 4, 8, 16, 30]

    assert talk.at(minutes=15).intend() == [AnswerFailed]


def test_an_unknown_outcome_is_asked_for_before_it_is_sent_again(talk):
    talk.text(), talk.intend()
    assert answering.lost(talk.state, talk.now) is None
    assert talk.unknown() == [AnswerUnknown]
    assert talk.intend() == []

    talk.at(seconds=2)
    assert answering.lost(talk.state, talk.now).attempt == 1
    assert talk.not_found() == [AnswerIntended]
    assert talk.state.answer.attempt == 2


def test_an_intention_without_outcome_is_asked_for_after_ten_seconds(talk):
    talk.text(), talk.intend()

    assert answering.lost(talk.state, talk.at(seconds=9).now) is None
    assert answering.lost(talk.state, talk.at(seconds=10).now) is not None


def test_a_receipt_proves_that_the_carrier_has_it(talk):
    talk.text(), talk.intend(), talk.unknown()

    assert talk.receipt("sent") == [AnswerAccepted]
    assert talk.receipt("queued") == []
    assert talk.receipt("undelivered", code="30003") == [AnswerFailed]
    assert talk.state.answer.code == "30003"


def test_delivered_stands_whatever_comes_after_it(talk):
    talk.text(), talk.intend(), talk.accepted(), talk.receipt("delivered")

    assert talk.receipt("failed") == []
    assert talk.receipt("sent") == []
    assert talk.state.answer.stage is AnswerStage.DELIVERED


def test_a_failure_of_an_earlier_sending_says_nothing_of_the_later(talk):
    talk.text(), talk.intend(), talk.unknown(), talk.at(seconds=2).not_found(), talk.accepted()

    assert talk.receipt("failed", attempt=1) == []


def test_a_late_refusal_of_an_earlier_attempt_changes_nothing(talk):
    talk.text(), talk.intend(), talk.unknown(), talk.at(seconds=2).not_found()

    assert answering.refused(talk.state, talk.now, talk.state.answer.id, 1, 21211, 400) == ()


def test_a_text_whose_number_is_unreadable_is_kept_without_an_answer(talk):
    assert talk.text(phone=None) == [TextReceived]


@pytest.mark.parametrize("language", ["es", "es-MX", "ES", "es_US"])
def test_spanish_speakers_are_answered_in_spanish(talk, language):
    talk.text(language=language)

    assert talk.state.answer.text == wording.FIRST_ANSWER["es"]


def test_an_unknown_language_is_answered_in_english():
    assert wording.first_answer("tlh") == wording.first_answer("") == wording.FIRST_ANSWER["en"]


@pytest.mark.parametrize("text", wording.FIRST_ANSWER.values())
def test_every_wording_is_one_plain_gsm7_segment(text):
    assert len(text) <= 160
    assert set(text) <= GSM7_PLAIN
    assert "988" in text and "911" in text
    assert "STOP" not in text.upper()


def test_the_state_stays_bounded_however_long_a_conversation_is(talk):
    for _ in range(HEARD_KEPT + 20):
        talk.text()

    assert len(talk.state.heard) == HEARD_KEPT
    assert talk.state.texts == HEARD_KEPT + 20


_MOVES = ["text", "stop", "start", "intend", "accepted", "refused", "429", "opted"]
_MOVES += ["unknown", "lost", "receipt"]


@given(st.lists(st.tuples(st.sampled_from(_MOVES), st.sampled_from([0, 1, 12, 700, 3600])), max_size=25))
@settings(max_examples=150, deadline=None)
def test_open_means_due_and_nobody_who_opted_out_is_texted(moves):
    talk = Talk()
    for move, seconds in moves:
        talk.now += timedelta(seconds=seconds)
        kinds = _do(talk, move)
        assert not (talk.state.opted_out and AnswerIntended in kinds)
    for _ in range(200):
        if (next_due := due(talk.state)) is None:
            break
        talk.now = max(talk.now, next_due)
        _do(talk, "lost"), _do(talk, "intend")
    assert due(talk.state) is None, "an answer ends, whatever the carrier does"


def _do(talk, move):
    match move:
        case "text":
            return talk.text()
        case "stop":
            return talk.text(Opting.OUT)
        case "start":
            return talk.text(Opting.IN)
        case "intend":
            return talk.intend()
        case _ if talk.state.answer is None:
            return []
        case "accepted":
            return talk.accepted()
        case "refused":
            return talk.refused(21211)
        case "429":
            return talk.refused(20429, 429)
        case "opted":
            return talk.refused(21610)
        case "unknown":
            return talk.unknown()
        case "lost":
            return talk.not_found()
        case _:
            return talk.receipt("sent", talk.state.answer.attempt)


@pytest.mark.parametrize("body", ["STOP", " stop ", "End", "QUIT", "cancel", "optout", "\uff33TOP"])
def test_a_stop_word_counts_as_the_whole_text(body):
    assert opting("", body) is Opting.OUT


@pytest.mark.parametrize("body", ["stop please", "I want this to end", "END IT", "", "help", "stop."])
def test_a_stop_word_within_a_text_does_not(body):
    assert opting("", body) is Opting.NONE


def test_what_the_carrier_says_counts_too():
    assert opting("STOP", "arret") is Opting.OUT
    assert opting("START", "whatever") is Opting.IN
    assert opting("HELP", "help") is Opting.NONE
    assert opting("", "Yes") is Opting.IN


@pytest.mark.parametrize(
    "text",
    [
        "she took 30 tylenol",
        "He swallowed the whole bottle",
        "client took all her pills",
        "possible overdose at home",
        "patient OD'd in group room",
        "says she will kill herself tonight",
        "I can't stop thinking about suicide",
        "suicidal",
        "i want to die",
        "he wants to end it all",
        "just end it please",
        "mentioned a gun in the house",
        "I don\u2019t want to wake up any more",
        "he is not breathing",
        "dad took 800mg of something",
        "quiero morir hoy",
        "se tom\u00f3 todas las pastillas",
        "va a SUICIDARSE creo",
        "me quiero matar",
        "\U0001f48a\U0001f48a\U0001f48a he has them now",
        "he is going to kill them",
        "she is on the roof, about to jump off the roof",
        "give up, suicide",
    ],
)
def test_a_staff_text_with_a_risk_in_it_is_one(text):
    assert meaning(text) is Meaning.RISK


@pytest.mark.parametrize(
    "text",
    [
        "took 20 minutes to answer, sorry about that",
        "my diet is killing me",
        "can you shoot me a text later",
        "I will jump off the call now",
        "he took his meds this morning",
        "me muero de risa con esto",
        "this is a deadline I can not meet",
    ],
)
def test_other_words_are_a_concern_that_a_person_reads(text):
    assert meaning(text) is Meaning.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks", "On my way!", "got it", "Ok, thank you so much", "I'm on it, calling now",
        "\U0001f44d", "thanks everyone, have a good night", "muchas gracias", "good morning all", "",
    ],
)  # fmt: skip
def test_a_courtesy_is_left_alone(text):
    assert meaning(text) is Meaning.NOTHING


@pytest.mark.parametrize(
    "text", ["1", "2 K7", "k7 1", "4 spoke", "?", "call K7", "STOP", "confirm K7 Kim", "give Kim", "492817"]
)
def test_a_command_is_left_to_paging(text):
    assert meaning(text) is Meaning.NOTHING


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_reading_of_it(text):
    meaning(text)
    opting("", text)


def test_every_risk_names_its_source():
    assert all(risk.source for risk in RISKS)
    assert len({risk.name for risk in RISKS}) == len(RISKS)
    assert risks("took 30 pills, gun") == ("ingestion", "means")


def test_callers_who_withhold_their_number_are_told_apart():
    assert callers.withheld("anonymous") and callers.withheld("+266696687") and callers.withheld("")
    assert not callers.withheld("+12025550123")
    assert callers.patient_of_call("CA1") != callers.patient_of_call("CA2")
    assert callers.patient_of_call("CA1") == callers.patient_of_call("CA1")
    assert len(callers.patient_id(b"0123456789")) == 19
