"""Our texts to patients, as timetables and properties: sent once, in turn, and told when they fail."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import contracts
from contracts.conversations import (
    AnswerAccepted,
    AnswerFailed,
    AnswerIntended,
    AnswerPostponed,
    AnswerStage,
    AnswerUnknown,
    AnswerWaiting,
    CallReceived,
    ConversationEvent,
    OptedIn,
    OptedOut,
    Purpose,
    TextReceived,
)
from services.conversation.core import answering, hear
from services.conversation.core.decide import time_reached
from services.conversation.core.evolve import evolve
from services.conversation.core.opting import Opting
from services.conversation.core.state import HEARD_KEPT, Conversation, due
from tests.services.conversation.talk import LANGUAGES, START
from tests.services.conversation.talk import Talk as Conversing


class Talk(Conversing):
    """A conversation with a carrier that does as it is told."""

    def intend(self):
        return self.hear(time_reached)

    def accepted(self, sid="SMout"):
        answer = self.state.answer
        return self.hear(lambda d: answering.accepted(d, answer.id, answer.attempt, sid))

    def refused(self, code, status=400, attempt=None):
        answer = self.state.answer
        attempt = attempt or answer.attempt
        return self.hear(lambda d: answering.refused(d, answer.id, attempt, code, status))

    def unknown(self):
        answer = self.state.answer
        return self.hear(lambda d: answering.unknown(d, answer.id, answer.attempt, "timeout"))

    def not_found(self):
        answer = self.state.answer
        return self.hear(lambda d: answering.not_found(d, answer.id, answer.attempt))

    def receipt(self, status, attempt=1, code=""):
        heard = hear.Receipt(self.state.answer.id, attempt, "SMout", status, code)
        return self.hear(lambda d: hear.receipt(d, heard))

    def call(self):
        return self.hear(lambda d: hear.call(d, hear.Call("CA1", 5, "room_CA1")))


@pytest.fixture
def talk():
    """A conversation whose patient is not told that they wait: these are about the answer alone."""
    return Talk().with_times(wait=(timedelta(days=9),))


def test_a_text_is_answered_once_and_then_only_the_wait_is_due(talk):
    assert talk.text() == [TextReceived, AnswerWaiting]
    assert due(talk.state) == START
    assert talk.intend() == [AnswerIntended]
    assert talk.accepted() == [AnswerAccepted]
    assert due(talk.state) > START + timedelta(days=8)


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
    assert talk.call() == [CallReceived]
    assert talk.call() == []
    assert due(talk.state) is None


def test_stop_is_not_answered_and_stops_what_still_waits(talk):
    talk.text()

    assert talk.at(seconds=1).text(opting=Opting.OUT) == [TextReceived, OptedOut, AnswerFailed]
    assert talk.at(minutes=90).text() == [TextReceived]
    assert talk.at(minutes=91).text(opting=Opting.IN) == [TextReceived, OptedIn, AnswerWaiting]


def test_an_answer_of_unknown_fate_is_not_repeated_after_stop(talk):
    talk.text(), talk.intend(), talk.unknown()
    talk.at(seconds=1).text(opting=Opting.OUT)

    assert talk.at(seconds=3).not_found() == [AnswerFailed]


def test_a_refusal_with_21610_fails_for_good_and_later_texts_are_not_answered(talk):
    talk.text(), talk.intend()

    assert talk.refused(21610) == [OptedOut, AnswerFailed]
    assert talk.at(minutes=90).text() == [TextReceived]


@pytest.mark.parametrize("code", [21211, 21614, 20003, 999999, None])
def test_any_other_refusal_fails_and_is_not_repeated(talk, code):
    talk.text(), talk.intend()

    assert talk.refused(code) == [AnswerFailed]
    assert talk.until(minutes=30).sent == []


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
    assert answering.lost(talk.state, talk.now) == ()
    assert talk.unknown() == [AnswerUnknown]
    assert talk.intend() == []

    talk.at(seconds=2)
    assert answering.lost(talk.state, talk.now)[0].attempt == 1
    assert talk.not_found() == [AnswerIntended]
    assert talk.state.answer.attempt == 2


def test_an_intention_without_outcome_is_asked_for_after_ten_seconds(talk):
    talk.text(), talk.intend()

    assert answering.lost(talk.state, talk.at(seconds=9).now) == ()
    assert len(answering.lost(talk.state, talk.at(seconds=10).now)) == 1


def test_a_receipt_proves_that_the_carrier_has_it(talk):
    talk.text(), talk.intend(), talk.unknown()

    assert talk.receipt("sent") == [AnswerAccepted]
    assert talk.receipt("queued") == []
    assert talk.receipt("undelivered", code="30003") == [AnswerFailed]
    assert talk.state.answer.code == "30003"


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "delivered", "undelivered", "failed"])
@pytest.mark.parametrize("then", ["nothing", "accepted", "delivered", "refused"])
def test_what_is_passed_over_as_no_news_would_have_changed_nothing(talk, status, then):
    talk.text(), talk.intend()
    match then:
        case "accepted":
            talk.accepted()
        case "delivered":
            talk.accepted(), talk.receipt("delivered")
        case "refused":
            talk.refused(21211)
        case _:
            assert not hear.is_old(talk.state, talk.state.answer.id, status)
    if hear.is_old(talk.state, talk.state.answer.id, status):
        assert talk.receipt(status) == []


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

    assert talk.refused(21211, attempt=1) == []


def test_a_text_whose_number_is_unreadable_is_kept_without_an_answer(talk):
    assert talk.text(phone=None) == [TextReceived]


@pytest.mark.parametrize("language", ["es", "es-MX", "ES", "es_US"])
def test_spanish_speakers_are_answered_in_spanish(talk, language):
    talk.language = language
    talk.text()

    assert talk.state.answer.text == LANGUAGES.of("es").first != LANGUAGES.of("en").first


def test_an_unknown_language_is_answered_in_english():
    assert LANGUAGES.of("tlh") == LANGUAGES.of("") == LANGUAGES.of("en")


def test_the_state_stays_bounded_however_long_a_conversation_is(talk):
    for _ in range(HEARD_KEPT + 20):
        talk.text()

    assert len(talk.state.heard) == HEARD_KEPT
    assert talk.state.texts == HEARD_KEPT + 20


_MOVES = ["text", "stop", "start", "intend", "accepted", "refused", "429", "opted"]
_MOVES += ["unknown", "lost", "receipt"]


@given(st.lists(st.tuples(st.sampled_from(_MOVES), st.sampled_from([0, 1, 12, 700, 3600])), max_size=25))
@settings(max_examples=80, deadline=None)
def test_open_means_due_and_nobody_who_opted_out_is_texted(moves):
    talk = Talk().with_times(wait=(timedelta(days=900),))
    for move, seconds in moves:
        talk.now += timedelta(seconds=seconds)
        kinds = _do(talk, move)
        assert not (talk.state.opted_out and AnswerIntended in kinds)
        assert due(talk.state) is not None or not any(one.under_way for one in talk.state.outbox)
    for _ in range(300):
        if not any(one.under_way for one in talk.state.outbox):
            return
        talk.now = max(talk.now, due(talk.state))
        _do(talk, "lost"), _do(talk, "intend")
    raise AssertionError("an answer ends, whatever the carrier does")


def _do(talk, move):
    match move:
        case "text":
            return talk.text()
        case "stop":
            return talk.text(opting=Opting.OUT)
        case "start":
            return talk.text(opting=Opting.IN)
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


def test_what_the_first_version_stored_is_still_read():
    events = TypeAdapter(ConversationEvent)
    old = ["text_received", "answer_waiting", "answer_intended", "answer_accepted", "answer_delivered"]
    state = Conversation.empty("conversations.pt_a")
    for name in old:
        file = Path(contracts.__file__).parent / "examples" / f"conversations.{name}.v1.json"
        state = evolve(state, events.validate_json(file.read_text()))

    assert (state.answer.purpose, state.answer.stage) == (Purpose.FIRST, AnswerStage.DELIVERED)
    assert state.texts == 1 and state.said[0].carried is False
    assert state.waiting_since is not None
