"""A notice of the roster, from asked to brought, failed, answered or too late."""

from datetime import timedelta

import pytest

from contracts.notices import NoticeKind
from contracts.pages import CodeTexted, NoticeAnswered, NoticeFailed, PageEvent, PageStatus, Purpose
from contracts.people import ContactMethod
from contracts.values import Channel, Urgency
from services.paging.core import inputs, plan, state
from services.paging.core.brief import brief
from tests.services.paging.desk import START, Desk, method, methods, notice, progress, receipt


def verify(names: str, method_id: str) -> Desk:
    return Desk(notice(NoticeKind.VERIFY, names, args={"code": "492817", "method": method_id}))


def last(desk: Desk, kind: type[PageEvent]) -> PageEvent:
    found = [event for event in desk.log if isinstance(event, kind)]
    assert found, [event.type for event in desk.log]
    return found[-1]


def test_it_goes_out_as_a_text_and_is_done_when_delivered() -> None:
    desk = Desk(notice())

    assert desk.waits() == ["s1@0"]
    desk.send(1)
    assert desk.at(5).hear(receipt(1, "delivered")) == ["receipt_came", "page_closed"]
    assert desk.page.status is PageStatus.DONE
    assert desk.looks() is None


def test_without_a_receipt_it_counts_as_brought_after_ten_minutes() -> None:
    desk = Desk(notice())
    desk.send(1)

    assert desk.looks() == 600
    assert desk.at(600).look() == ["attempt_overdue", "page_closed"]


def test_when_every_text_fails_the_roster_is_told_and_escalation_is_not() -> None:
    desk = Desk(notice(names="s1 s2 v1"))
    desk.send(1)

    assert desk.hear(receipt(1, "undelivered", 30005)) == [
        "receipt_came",
        "attempt_failed",
        "attempt_waiting",
    ]
    desk.send(2)
    assert desk.hear(receipt(2, "failed", 30007)) == [
        "receipt_came", "attempt_failed", "notice_failed", "page_closed",
    ]  # fmt: skip
    failed = last(desk, NoticeFailed)
    assert isinstance(failed, NoticeFailed)
    assert (failed.page, failed.notice, failed.codes) == ("n1", NoticeKind.SHIFT_TOMORROW, ("30005", "30007"))
    assert failed.args["schedule"] == "crisis"


def test_a_receipt_that_says_failed_after_it_counted_as_brought_is_told_too() -> None:
    desk = Desk(notice())
    desk.send(1)
    desk.at(600).look()

    assert desk.at(700).hear(receipt(1, "undelivered", 30003))[-1] == "notice_failed"


def test_a_call_says_it_only_where_that_is_allowed() -> None:
    assert Desk(notice(names="v1")).page.status is PageStatus.FAILED
    desk = Desk(notice(names="s1 v1", by_voice=True))
    desk.send(1)
    desk.hear(receipt(1, "undelivered", 30005))
    assert desk.waits() == ["v1@0"]
    desk.send(2)
    assert desk.at(30).hear(progress(2, "completed")) == ["receipt_came", "page_closed"]


@pytest.mark.parametrize(("names", "chosen", "channel"), [
    ("s1 v2 s3", "v2", Channel.VOICE), ("s1 v2 s3", "s3", Channel.SMS), ("s1", "gone", Channel.SMS),
])  # fmt: skip
def test_a_code_goes_to_the_method_it_verifies_and_nowhere_else(
    names: str, chosen: str, channel: Channel
) -> None:
    desk = verify(names, chosen)

    assert [(each.method, each.channel) for each in desk.page.attempts] == [
        (chosen if chosen != "gone" else "s1", channel)
    ]
    desk.send(1)
    desk.hear(inputs.CarrierRefused(1, 21211, 400) if channel is Channel.SMS else progress(1, "busy"))
    assert desk.page.status in (PageStatus.FAILED, PageStatus.OUT)
    assert len(desk.page.attempts) == 1


def test_a_code_for_a_method_that_is_dead_fails_at_once() -> None:
    assert verify("s1! s2", "s1").page.status is PageStatus.FAILED


@pytest.mark.parametrize("names", ["s1", "s1 s2"])
def test_what_was_not_sent_in_time_is_not_sent_any_more(names: str) -> None:
    desk = Desk(notice(names=names, not_after=START + timedelta(minutes=30)))
    late = Desk(notice(names=names, not_after=START + timedelta(minutes=30)))

    assert desk.at(1799).send(1, accepted=False) == ["attempt_intended"]
    assert late.at(1800).send(1, accepted=False) == ["notice_failed", "page_closed"]
    failed = last(late, NoticeFailed)
    assert isinstance(failed, NoticeFailed)
    assert failed.codes == ("too_late",)


def test_one_that_waits_is_given_up_at_the_moment_it_is_too_late() -> None:
    desk = Desk(notice(not_after=START + timedelta(seconds=20)))
    desk.at(5).look()
    desk.at(15).look()

    assert desk.looks() == 20
    assert desk.at(20).look() == ["notice_failed", "page_closed"]


def test_one_that_was_sent_in_time_may_arrive_late() -> None:
    desk = Desk(notice(not_after=START + timedelta(seconds=20)))
    desk.at(10).send(1)

    assert desk.at(40).hear(receipt(1, "delivered"))[-1] == "page_closed"
    assert desk.page.status is PageStatus.DONE


def test_after_that_moment_no_further_method_is_tried() -> None:
    desk = Desk(notice(names="s1 s2", not_after=START + timedelta(seconds=20)))
    desk.at(10).send(1)

    assert desk.at(40).hear(receipt(1, "undelivered", 30005))[-2:] == ["notice_failed", "page_closed"]
    failed = last(desk, NoticeFailed)
    assert isinstance(failed, NoticeFailed)
    assert failed.codes == ("30005", "too_late")


def test_one_heard_of_too_late_is_never_sent() -> None:
    desk = Desk()
    asked = inputs.Requested(notice(not_after=START))

    assert desk.hear(asked) == ["asked", "notice_failed", "page_closed"]
    assert desk.waits() == []


def test_it_stands_behind_every_page_whatever_the_roster_says_of_it() -> None:
    assert state.urgency(notice(urgency=Urgency.IMMINENT)) is Urgency.ROUTINE
    assert state.urgency(notice()) is Urgency.ROUTINE


def test_a_6_confirms_it_once_whatever_is_texted_next() -> None:
    desk = Desk(notice())
    desk.send(1)

    assert desk.reply("6") == ["notice_answered", "page_closed", "answer_heard"]
    answered = last(desk, NoticeAnswered)
    assert isinstance(answered, NoticeAnswered)
    assert (answered.answer, answered.page, answered.args["schedule"]) == ("confirm", "n1", "crisis")
    assert desk.reply("ready") == []


@pytest.mark.parametrize("text", ["1", "2", "3", "4 spoke", "ok", "swap yes", "492817", "5", "give lee"])
def test_nothing_else_confirms_it(text: str) -> None:
    desk = Desk(notice())
    desk.send(1)

    assert desk.reply(text) == []


def test_in_a_call_6_confirms_and_a_wrong_key_does_not_stand_in_the_way() -> None:
    desk = Desk(notice(NoticeKind.SHIFT_SOON, "v1", by_voice=True))
    desk.send(1)

    assert desk.press("1") == []
    assert desk.press("6", "CA1")[0] == "notice_answered"
    assert desk.press("6", "CA1") == []


@pytest.mark.parametrize(("text", "answer"), [("swap yes 3", "accept"), ("swap no", "refuse")])
def test_an_offer_is_answered_once(text: str, answer: str) -> None:
    desk = Desk(notice(NoticeKind.SWAP_OFFERED))
    desk.send(1)

    assert desk.reply(text)[0] == "notice_answered"
    answered = last(desk, NoticeAnswered)
    assert isinstance(answered, NoticeAnswered)
    assert answered.answer == answer
    assert desk.reply("swap no 3") == []
    assert desk.reply("6") == []


def test_each_code_that_is_texted_is_told_with_the_phone_it_came_from() -> None:
    desk = verify("s1", "s1")
    desk.send(1)

    assert desk.reply("111111") == ["code_texted", "page_closed", "answer_heard"]
    assert desk.reply("492817") == ["code_texted", "answer_heard"]
    texted = last(desk, CodeTexted)
    assert isinstance(texted, CodeTexted)
    assert (texted.code, texted.phone_ref) == ("492817", method("s1").phone_ref)


def test_an_answer_before_the_acceptance_is_known_counts_and_ends_the_attempts() -> None:
    desk = Desk(notice(names="s1 s2"))
    desk.send(1, accepted=False)

    assert desk.reply("6")[:2] == ["notice_answered", "page_closed"]
    assert desk.hear(inputs.CarrierAccepted(1, "SM1")) == ["attempt_accepted"]
    assert desk.hear(receipt(1, "undelivered", 30003)) == ["receipt_came", "attempt_failed"]


def test_its_brief_says_what_answers_and_calls_need() -> None:
    asked = notice(NoticeKind.SWAP_OFFERED, by_voice=True)
    offer = brief(Desk(asked.model_copy(update={"args": {**asked.args, "number": "3"}})).page)
    shift = brief(Desk(notice()).page)
    code = brief(verify("s1 v2", "v2").page)

    assert offer is not None and shift is not None and code is not None
    assert (offer.purpose, offer.notice, offer.number, offer.shift) == (
        Purpose.NOTICE, NoticeKind.SWAP_OFFERED, "3", "",
    )  # fmt: skip
    assert shift.shift == "crisis 2026-11-27T13:00:00+00:00"
    assert shift.until is not None and shift.until.isoformat() == "2026-11-28T13:00:00+00:00"
    assert (shift.spoken, shift.code) == ("", "")
    assert "4, 9, 2, 8, 1, 7" in code.spoken


def test_the_methods_of_a_notice_are_those_of_the_person_in_order() -> None:
    asked = notice(names="v1 s1! s2 v2", by_voice=True)

    assert [each.id for each, _ in plan.order(asked)] == ["s2", "v1", "v2"]
    assert isinstance(methods("s1")[0], ContactMethod)
