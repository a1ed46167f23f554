"""What the responder answers: only `1` acknowledges, by text or by key."""

import pytest

from contracts.pages import DispositionGiven, PageAcknowledged, PageStatus
from contracts.replies import parse
from contracts.values import Channel, Disposition, Urgency
from services.paging.core import inputs
from services.paging.core.brief import brief, calls_to_end
from tests.services.paging.desk import Desk, answer, progress, receipt, request, telling, withdrawal


def test_a_text_takes_the_page_and_closes_it() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(1)

    assert desk.reply("1") == ["page_acknowledged", "page_closed", "answer_heard"]
    taken = desk.log[-3]
    assert isinstance(taken, PageAcknowledged)
    assert (taken.evidence, taken.channel, taken.run) == (2, Channel.SMS, "r1")
    assert desk.page.status is PageStatus.ACKNOWLEDGED
    assert desk.waits() == []


def test_the_same_text_heard_again_changes_nothing() -> None:
    desk = Desk(request())
    heard = inputs.Replied(parse("1"), "sms-SM7", 2)

    assert desk.hear(heard)
    assert desk.hear(heard) == []


def test_a_second_text_with_more_told_is_told_to_escalation_too() -> None:
    desk = Desk(request())
    desk.reply("1", evidence=2)

    assert desk.reply("1", evidence=3) == ["page_acknowledged", "answer_heard"]


@pytest.mark.parametrize("reason", ["held", "superseded", "closed"])
def test_a_late_take_is_told_whatever_became_of_the_page(reason: str) -> None:
    desk = Desk(request())
    desk.hear(inputs.Withdrawn(withdrawal(reason)))

    assert desk.reply("K7 1") == ["page_acknowledged", "answer_heard"]
    assert desk.page.status is PageStatus.ACKNOWLEDGED


def test_a_pass_declines_and_the_holder_can_give_it_back() -> None:
    desk = Desk(request())
    assert desk.reply("2") == ["page_declined", "page_closed", "answer_heard"]

    holder = Desk(request())
    holder.reply("1")
    assert holder.reply("2") == ["page_declined", "answer_heard"]
    assert holder.page.status is PageStatus.DECLINED


def test_a_key_press_takes_it_and_its_own_call_goes_on() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1 v1"))
    desk.send(1)
    desk.send(2)
    desk.hear(progress(2, "in-progress"))

    assert desk.press("1", sid="CA2") == ["page_acknowledged", "page_closed", "answer_heard"]
    assert calls_to_end(desk.page) == ()
    assert desk.press("3", sid="CA2") == ["responder_active", "answer_heard"]


def test_a_text_hangs_up_the_call_that_rings() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1 v1"))
    desk.send(1)
    desk.send(2)

    desk.reply("1")

    assert calls_to_end(desk.page) == ("CA2",)


@pytest.mark.parametrize("digits", ["3", "9", "", "11", "*"])
def test_no_other_key_takes_it(digits: str) -> None:
    desk = Desk(request(Urgency.IMMINENT, "v1"))
    desk.send(1)

    assert desk.press(digits) == ["answer_heard"]
    assert desk.page.status is PageStatus.OUT


@pytest.mark.parametrize("text", ["ok", "yes", "k", "help", "stop", "start", "hello there", "4 nonsense"])
def test_no_other_text_takes_or_closes_it(text: str) -> None:
    desk = Desk(request())

    assert desk.reply(text) == ["answer_heard"]


def test_neither_receipts_nor_finished_calls_take_it() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(1)
    desk.send(2)

    happened = desk.hear(receipt(1, "delivered")) + desk.hear(progress(2, "completed"))

    assert "page_acknowledged" not in happened
    assert desk.page.status is PageStatus.OUT


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("3", "patient_reached"),
        ("4 spoke", "disposition_given"),
        ("sign K7", "signature_given"),
        ("confirm K7 officer diaz", "contact_confirmed"),
        ("undo", "undo_asked"),
        ("call K7", "call_asked"),
        ("?", "responder_active"),
    ],
)
def test_each_key_is_told_to_escalation_once(text: str, event: str) -> None:
    desk = Desk(telling())

    assert desk.reply(text) == [event, "answer_heard"]


def test_a_disposition_carries_what_was_told_and_the_pin() -> None:
    desk = Desk(request())
    desk.hear(inputs.Replied(parse("4 K7 2 4711"), "sms-1", 1, pin="right"))

    given = desk.log[-2]
    assert isinstance(given, DispositionGiven)
    assert (given.disposition, given.evidence, given.pin) == (Disposition.SAFETY_PLAN, 1, "right")


def test_a_bare_four_closes_nothing() -> None:
    assert Desk(request()).reply("4") == ["answer_heard"]


def test_a_reply_to_a_text_of_our_own_concerns_no_run() -> None:
    desk = Desk(answer())

    assert desk.reply("1") == ["answer_heard"]


def test_a_holders_page_stays_taken_when_the_withdrawal_says_that_they_hold_it() -> None:
    desk = Desk(request())
    desk.reply("1")

    assert desk.hear(inputs.Withdrawn(withdrawal("held", "kim"))) == []
    assert desk.hear(inputs.Withdrawn(withdrawal("held", "lee"))) == ["page_closed"]
    assert desk.page.status is PageStatus.WITHDRAWN


def test_the_brief_says_when_they_last_answered() -> None:
    desk = Desk(request())
    desk.at(33).reply("?")

    summary = brief(desk.page)

    assert summary is not None
    assert summary.answered_at == desk.now


def test_a_key_press_passes_and_the_same_press_again_changes_nothing() -> None:
    desk = Desk(request(Urgency.IMMINENT, "v1"))
    desk.send(1)
    heard = inputs.Pressed("2", "press-1", 2, sid="CA1")

    assert desk.hear(heard) == ["page_declined", "page_closed", "answer_heard"]
    assert desk.hear(heard) == []
    assert calls_to_end(desk.page) == ()


def test_a_key_press_in_a_call_that_told_a_message_answers_nothing() -> None:
    desk = Desk(telling(names="v1"))
    desk.send(1)

    assert desk.press("1") == ["answer_heard"]
