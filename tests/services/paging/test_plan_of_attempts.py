"""Which contact method is tried when."""

import pytest

from contracts.escalations import Telling
from contracts.pages import MessageFailed, PageExhausted, PageStatus
from contracts.values import Urgency
from services.paging.core import inputs
from services.paging.core.brief import brief
from tests.services.paging.desk import Desk, answer, bridge, progress, receipt, request, telling


def test_an_imminent_page_goes_out_by_text_and_call_at_once() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1 s2 v1"))

    assert desk.waits() == ["s1@0", "v1@0"]


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.SOON])
def test_without_a_receipt_a_call_follows_after_a_minute(urgency: Urgency) -> None:
    desk = Desk(request(urgency))
    desk.send(1)
    desk.hear(receipt(1, "sent"))

    assert desk.looks() == 60
    assert desk.at(59).look() == []
    assert desk.at(60).look() == ["attempt_overdue", "attempt_waiting"]
    assert desk.waits() == ["v1@60"]


def test_a_delivered_text_without_an_answer_is_followed_by_a_call_after_two_minutes() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)
    desk.hear(receipt(1, "delivered"))

    assert desk.looks() == 120
    assert desk.at(120).look() == ["attempt_overdue", "attempt_waiting"]


def test_a_text_stuck_in_our_own_queue_is_followed_by_a_call_too() -> None:
    desk = Desk(request(Urgency.URGENT))

    for seconds in (5, 15, 35, 75):
        assert desk.looks() == seconds
        assert desk.at(seconds).look() == ["attempt_waiting"]
    assert desk.looks() == 120
    assert desk.at(120).look() == ["attempt_overdue", "attempt_waiting"]
    assert desk.waits() == ["s1@0", "v1@120"]


def test_a_refused_text_is_followed_by_a_call_in_the_same_second() -> None:
    desk = Desk(request(Urgency.SOON))
    desk.send(1, accepted=False)

    assert desk.hear(inputs.CarrierRefused(1, 21612, 400)) == ["attempt_failed", "attempt_waiting"]
    assert desk.waits() == ["v1@0"]


def test_an_undelivered_text_is_followed_by_a_call_in_the_same_second() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)

    happened = desk.at(20).hear(receipt(1, "undelivered", 30004))

    assert happened == ["receipt_came", "attempt_failed", "attempt_waiting"]
    assert desk.waits() == ["v1@20"]


def test_an_unreachable_handset_is_called_now_and_texted_once_more() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)

    desk.at(10).hear(receipt(1, "undelivered", 30003))

    assert desk.waits() == ["v1@10", "s1@40"]
    desk.at(40).send(3)
    desk.hear(receipt(3, "undelivered", 30003))
    assert desk.waits() == ["v1@10"]


def test_methods_that_are_dead_are_never_tried() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1! s2 v1!"))

    assert desk.waits() == ["s2@0"]


def test_a_person_without_a_live_method_is_exhausted_at_once() -> None:
    desk = Desk()

    happened = desk.hear(inputs.Requested(request(Urgency.IMMINENT, "s1! v1!")))

    assert happened == ["asked", "page_exhausted", "page_closed"]
    assert isinstance(desk.log[1], PageExhausted)
    assert desk.log[1].codes == ("no_method",)
    assert desk.looks() is None


def test_when_every_method_failed_the_page_is_exhausted_with_the_codes() -> None:
    desk = Desk(request(Urgency.URGENT, "s1 v1 s2"))
    desk.send(1)
    desk.hear(receipt(1, "undelivered", 30005))
    desk.send(2)
    desk.hear(progress(2, "busy"))
    assert desk.waits() == ["s2@0", "v1@60"]
    desk.send(3, accepted=False)

    happened = desk.hear(inputs.CarrierRefused(3, 21610, 400))

    assert happened == ["attempt_failed", "page_exhausted", "page_closed"]
    exhausted = desk.log[-2]
    assert isinstance(exhausted, PageExhausted)
    assert exhausted.codes == ("30005", "busy", "21610")


def test_an_unanswered_call_is_made_three_times_while_the_text_may_still_be_read() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(1)
    desk.send(2)
    desk.hear(receipt(1, "delivered"))

    desk.at(25).hear(progress(2, "no-answer"))
    assert desk.waits() == ["v1@85"]
    desk.at(85).send(3)
    desk.at(110).hear(progress(3, "busy"))
    assert desk.waits() == ["v1@170"]
    desk.at(170).send(4)
    desk.at(200).hear(progress(4, "no-answer"))

    assert desk.waits() == []
    assert desk.page.status is PageStatus.OUT


def test_a_call_that_completed_without_a_key_is_made_again_and_never_exhausts_the_page() -> None:
    desk = Desk(request(Urgency.SOON, "v1"))
    for attempt, seconds in ((1, 0), (2, 90), (3, 180)):
        desk.at(seconds).send(attempt)
        desk.at(seconds + 30).hear(progress(attempt, "completed"))

    assert desk.waits() == []
    assert desk.page.status is PageStatus.OUT
    assert desk.looks() == 210 + 1800
    assert desk.at(210 + 1800).look() == ["looked_again"]
    assert desk.looks() == 210 + 3600


def test_a_call_whose_end_is_never_reported_counts_as_unanswered() -> None:
    desk = Desk(request(Urgency.IMMINENT, "v1"))
    desk.send(1)
    desk.hear(progress(1, "ringing"))

    assert desk.looks() == 120
    assert desk.at(120).look() == ["attempt_overdue", "attempt_waiting"]
    assert desk.waits() == ["v1@180"]


def test_stop_moves_the_page_to_a_call() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)
    desk.hear(receipt(1, "delivered"))

    assert desk.hear(inputs.MethodDied(f"h1-{1:032x}")) == ["attempt_failed", "attempt_waiting"]
    assert desk.waits() == ["v1@0"]
    assert desk.hear(inputs.MethodDied(f"h1-{1:032x}")) == []


def test_stop_before_the_second_phone_was_texted_spares_it() -> None:
    desk = Desk(request(Urgency.URGENT, "s1 s2"))
    desk.hear(inputs.MethodDied(f"h1-{2:032x}"))
    desk.send(1)

    desk.hear(receipt(1, "failed", 30004))

    assert desk.page.status is PageStatus.EXHAUSTED


def test_a_message_whose_text_fails_is_called_when_somebodys_safety_hangs_on_it() -> None:
    desk = Desk(telling(Telling.REACHED_QUESTION))
    assert desk.waits() == ["s1@0"]
    desk.send(1)

    desk.hear(receipt(1, "undelivered", 30003))

    assert desk.waits() == ["v1@0"]
    desk.send(2)
    assert desk.hear(progress(2, "completed")) == ["receipt_came", "page_closed"]
    assert desk.page.status is PageStatus.DONE


@pytest.mark.parametrize(
    ("what", "urgency"), [(Telling.OTHER_HAS_IT, Urgency.IMMINENT), (Telling.YOU_HAVE_IT, Urgency.SOON)]
)
def test_any_other_message_whose_text_fails_is_reported(what: Telling, urgency: Urgency) -> None:
    desk = Desk(telling(what, urgency))
    desk.send(1)

    happened = desk.hear(receipt(1, "undelivered", 30003))

    assert happened == ["receipt_came", "attempt_failed", "message_failed", "page_closed"]
    failed = desk.log[-2]
    assert isinstance(failed, MessageFailed)
    assert failed.codes == ("30003",)


def test_a_message_without_a_receipt_is_done_after_ten_minutes_and_a_later_failure_is_told() -> None:
    desk = Desk(telling())
    desk.send(1)

    assert desk.looks() == 600
    assert desk.at(600).look() == ["attempt_overdue", "page_closed"]
    assert desk.looks() is None
    assert desk.at(700).hear(receipt(1, "undelivered", 30003))[-1] == "message_failed"


def test_a_failed_answer_just_ends() -> None:
    desk = Desk(answer())
    desk.send(1, accepted=False)

    assert desk.hear(inputs.CarrierRefused(1, 20003, 401)) == ["attempt_failed", "page_closed"]
    assert desk.page.status is PageStatus.FAILED


def test_a_bridge_is_a_call_and_uses_the_text_phone_when_there_is_no_other() -> None:
    assert Desk(bridge("s1 v1")).waits() == ["v1@0"]

    desk = Desk(bridge("s1"))
    summary = brief(desk.page)

    assert summary is not None
    assert [channel.value for _, channel, _ in summary.waiting] == ["voice"]
    desk.send(1)
    assert desk.hear(progress(1, "no-answer"))[-2:] == ["message_failed", "page_closed"]


def test_a_bridge_that_talks_is_left_alone() -> None:
    desk = Desk(bridge("v1"))
    desk.send(1)
    desk.hear(progress(1, "in-progress"))

    assert desk.looks() == 2 * 3600
    assert desk.at(3000).hear(progress(1, "completed")) == ["receipt_came", "page_closed"]
    assert desk.page.status is PageStatus.DONE


def test_after_stop_a_late_receipt_does_not_bring_the_method_back() -> None:
    desk = Desk(request(Urgency.URGENT, "s1 v1"))
    desk.send(1)
    desk.hear(inputs.MethodDied(f"h1-{1:032x}"))
    desk.hear(receipt(1, "delivered"))
    desk.send(2)

    assert desk.hear(progress(2, "failed"))[-2:] == ["page_exhausted", "page_closed"]


def test_an_attempt_fails_only_once() -> None:
    desk = Desk(request(Urgency.URGENT, "s1 v1"))
    desk.send(1)
    desk.hear(inputs.MethodDied(f"h1-{1:032x}"))

    assert desk.hear(receipt(1, "failed", 21610)) == ["receipt_came"]


def test_a_call_that_waited_long_for_its_turn_is_not_doubled_once_it_rings() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1 v1"))
    desk.at(120).look()
    assert desk.attempt(2).overdue

    desk.at(130).send(1)
    desk.send(2)
    desk.hear(progress(2, "ringing"))

    assert desk.waits() == []
    assert desk.looks() == 250


def test_a_message_call_whose_end_is_never_reported_fails() -> None:
    desk = Desk(telling(names="v1"))
    desk.send(1)

    assert desk.at(120).look() == ["attempt_failed", "message_failed", "page_closed"]
