"""What the carrier answers, and what its receipts mean."""

from itertools import permutations

import pytest

from contracts.pages import AttemptAccepted, CarrierTrouble, PageStatus
from contracts.values import Channel, Urgency
from services.paging.core import inputs, reactions
from services.paging.core.brief import brief, calls_to_end
from services.paging.core.due import unreconciled
from services.paging.core.state import Stage
from tests.services.paging.desk import Desk, progress, receipt, request, telling, withdrawal


def test_an_intention_is_committed_once_and_only_when_its_turn_may_come() -> None:
    desk = Desk(request(Urgency.URGENT))

    assert desk.send(1, accepted=False) == ["attempt_intended"]
    assert desk.send(1, accepted=False) == []
    assert desk.send(7, accepted=False) == []


def test_a_refusal_for_the_rate_repeats_the_same_attempt_with_growing_pauses_and_then_calls() -> None:
    desk = Desk(request(Urgency.URGENT))
    pauses, seconds = [], 0.0
    for _ in range(5):
        desk.at(seconds).send(1, accepted=False)
        desk.hear(inputs.CarrierRefused(1, 20429, 429))
        wait = (desk.attempt(1).not_before - desk.now).total_seconds()
        pauses.append(wait)
        seconds += wait

    assert pauses == [1, 2, 4, 8, 8]
    assert [each.method for each in desk.page.attempts] == ["s1", "v1"]


def test_a_lost_answer_is_asked_for_and_the_attempt_sent_again_when_the_carrier_never_had_it() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)

    assert desk.hear(inputs.CarrierUnknown(1, "timeout")) == ["attempt_unknown"]
    assert desk.looks() == 2
    assert unreconciled(desk.page, desk.now) == ()
    desk.at(2)
    assert [each.number for each in unreconciled(desk.page, desk.now)] == [1]
    assert desk.hear(inputs.NotFound(1)) == ["attempt_waiting"]
    assert desk.waits() == ["s1@2"]


def test_a_lost_answer_found_at_the_carrier_is_accepted() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)
    desk.hear(inputs.CarrierRefused(1, 503, 503))

    desk.at(2).hear(inputs.CarrierAccepted(1, "SM1", reconciled=True))

    assert isinstance(desk.log[-1], AttemptAccepted)
    assert desk.log[-1].reconciled


def test_an_intention_without_an_outcome_is_asked_for_after_ten_seconds() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)

    assert desk.looks() == 10
    assert len(unreconciled(desk.page, desk.at(10).now)) == 1
    assert desk.look() == ["attempt_unknown"]
    assert desk.looks() == 12


def test_a_carrier_that_stays_silent_is_told_to_ops_the_page_is_called_and_then_sent_again() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)
    happened: list[str] = []
    seconds = 0.0
    while desk.attempt(1).stage is not Stage.WAITING:
        happened += desk.at(seconds).hear(inputs.CarrierUnknown(1, "timeout"))
        seconds = desk.looks() or 0

    assert happened.count("attempt_unknown") == 5
    assert happened.count("carrier_trouble") == 1
    assert [each.method for each in desk.page.attempts] == ["s1", "v1"]


def test_a_message_the_carrier_never_answers_for_fails() -> None:
    desk = Desk(telling(names="s1"))
    desk.send(1, accepted=False)

    happened = [event for _ in range(5) for event in desk.hear(inputs.CarrierUnknown(1, "timeout"))]

    assert happened[-2:] == ["message_failed", "page_closed"]


def test_what_only_ops_can_mend_is_told_to_them_and_the_next_method_tried() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)

    happened = desk.hear(inputs.CarrierRefused(1, 20003, 401))

    assert happened == ["attempt_failed", "carrier_trouble", "attempt_waiting"]
    trouble = desk.log[-2]
    assert isinstance(trouble, CarrierTrouble)
    assert (trouble.code, trouble.run) == ("20003", "r1")


@pytest.mark.parametrize("order", list(permutations(["queued", "sending", "sent", "delivered"])))
def test_receipts_in_any_order_end_delivered(order: tuple[str, ...]) -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)

    for status in (*order, *order):
        desk.hear(receipt(1, status))

    assert desk.attempt(1).status == "delivered"
    assert desk.attempt(1).stage is Stage.ACCEPTED


def test_delivered_wins_over_a_failure_whichever_came_first() -> None:
    for order in (("delivered", "undelivered"), ("undelivered", "delivered")):
        desk = Desk(request(Urgency.URGENT))
        desk.send(1)
        for status in order:
            desk.hear(receipt(1, status))

        assert desk.attempt(1).status == "delivered"
        assert desk.attempt(1).stage is Stage.ACCEPTED


def test_a_receipt_may_come_before_the_carriers_own_answer() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)

    desk.hear(receipt(1, "sent", sid="SM9"))

    assert desk.attempt(1).sid == "SM9"
    assert desk.hear(inputs.CarrierAccepted(1, "SM9")) == []


def test_an_unknown_status_is_kept_and_changes_nothing() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)
    desk.hear(receipt(1, "sent"))

    assert desk.hear(receipt(1, "partially_delivered")) == ["receipt_came"]
    assert desk.hear(receipt(1, "partially_delivered")) == []
    assert desk.attempt(1).status == "sent"
    for number in range(50):
        desk.hear(receipt(1, f"strange-{number}"))
    assert len(desk.attempt(1).seen) < 10


def test_a_receipt_for_an_attempt_that_never_was_changes_nothing() -> None:
    desk = Desk(request(Urgency.URGENT))

    assert desk.hear(receipt(9, "delivered")) == []
    assert desk.hear(progress(1, "completed")) == []


def test_the_failure_of_an_earlier_sending_does_not_fail_the_later_one() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1)

    assert desk.hear(receipt(1, "failed", 30008, sid="SM0")) == []


def test_withdrawn_pages_drop_what_waits_and_have_their_calls_hung_up() -> None:
    desk = Desk(request(Urgency.IMMINENT, "s1 v1"))
    desk.send(2)
    desk.hear(progress(2, "ringing"))

    assert desk.hear(inputs.Withdrawn(withdrawal())) == ["page_closed"]
    assert desk.page.status is PageStatus.WITHDRAWN
    assert desk.waits() == []
    assert calls_to_end(desk.page) == ("CA2",)
    assert desk.looks() == 3
    assert desk.hear(progress(2, "canceled")) == ["receipt_came"]
    assert calls_to_end(desk.page) == ()
    assert desk.looks() is None


def test_a_call_accepted_after_the_withdrawal_is_hung_up_too() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(2, accepted=False)
    desk.hear(inputs.Withdrawn(withdrawal()))
    assert desk.looks() == 10

    desk.hear(inputs.CarrierAccepted(2, "CA2"))

    assert calls_to_end(desk.page) == ("CA2",)


def test_hanging_up_ends_even_if_the_carrier_never_says_so() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(2)
    desk.hear(inputs.Withdrawn(withdrawal()))

    looks = 0
    while (at := desk.looks()) is not None:
        assert desk.at(at).look()
        looks += 1

    assert looks <= 41


def test_an_attempt_not_found_after_the_page_closed_is_not_sent_again() -> None:
    desk = Desk(request(Urgency.URGENT))
    desk.send(1, accepted=False)
    desk.hear(inputs.CarrierUnknown(1, "reset"))
    desk.hear(inputs.Withdrawn(withdrawal("closed")))

    assert desk.at(2).hear(inputs.NotFound(1)) == ["attempt_failed"]
    assert desk.looks() is None


def test_a_page_withdrawn_before_it_was_asked_for_never_goes_out() -> None:
    desk = Desk()

    assert desk.hear(inputs.Withdrawn(withdrawal("superseded"))) == ["page_closed"]
    assert desk.hear(inputs.Requested(request())) == []
    assert desk.page.status is PageStatus.SUPERSEDED
    assert brief(desk.page) is None
    assert desk.looks() is None


def test_told_counts_texts_from_acceptance_and_calls_from_the_key_press() -> None:
    desk = Desk(request(Urgency.IMMINENT))
    desk.send(2)
    called = brief(desk.page)
    assert called is not None
    assert (called.told, called.told_at) == (0, desk.now)
    desk.at(5).send(1)
    texted = brief(desk.page)
    assert texted is not None
    assert (texted.told, texted.told_at) == (2, desk.now)

    desk.at(9).hear(receipt(1, "undelivered", 30004))

    failed = brief(desk.page)
    assert failed is not None
    assert failed.told == 0
    desk.at(12).press("9")
    pressed = brief(desk.page)
    assert pressed is not None
    assert (pressed.told, pressed.told_at) == (2, desk.now)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (20429, 429, "retry"),
        (None, 429, "retry"),
        (21610, 400, "method_dead"),
        (30005, None, "method_dead"),
        (30006, None, "method_dead"),
        (21614, 400, "method_dead"),
        (20003, 401, "ops"),
        (None, 401, "ops"),
        (21606, 400, "ops"),
        (30034, None, "ops"),
        (30007, None, "ops"),
        (30003, None, "other_method"),
        (99999, 418, "other_method"),
        (None, None, "other_method"),
    ],
)
def test_each_code_has_its_reaction(code: int | None, status: int | None, expected: str) -> None:
    assert reactions.reaction(code, status, Channel.SMS) == expected


def test_a_landline_can_still_be_called() -> None:
    assert reactions.reaction(21614, 400, Channel.VOICE) == "other_method"


def test_what_is_asked_twice_or_too_early_changes_nothing() -> None:
    desk = Desk(request(Urgency.URGENT))
    assert desk.hear(inputs.CarrierUnknown(1, "timeout")) == []
    assert desk.hear(inputs.NotFound(1)) == []
    assert desk.hear(inputs.CarrierRefused(1, 21610, 400)) == []
    assert desk.look() == []
    desk.send(1)

    assert desk.hear(inputs.CarrierAccepted(1, "SM1")) == []
    assert desk.hear(inputs.NotFound(1)) == []
