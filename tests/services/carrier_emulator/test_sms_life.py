"""Texts go from the REST reply to a delivery report, and every step is told to our callback."""

import pytest
from twilio.base.exceptions import TwilioRestException

from services.carrier_emulator.entries import SmsChanged, SmsReachedPhone

ANA = "+15550101001"
SLOW = "+15550100002"
POOL = "MG" + "3" * 32
POOLED = "+15550100003"


async def test_a_text_is_sent_at_once_and_delivered_a_second_later(world) -> None:
    """The reply says queued; sent and delivered follow as signed callbacks."""
    message = await world.send(ANA, "Please reply 41")
    await world.emulator.idle()

    assert message.status == "queued"
    assert message.num_segments == "1"
    assert world.site.statuses() == ["sent"]

    await world.run_for(1)
    assert world.site.statuses() == ["sent", "delivered"]
    assert all(hit.signed for hit in world.site.hits)
    assert [text.body for text in world.emulator.phone(ANA).inbox] == ["Please reply 41"]
    fetched = await world.client.messages(message.sid).fetch_async()
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None


async def test_callbacks_carry_an_idempotency_token_and_the_carriers_name(world) -> None:
    """Headers are those of the carrier."""
    await world.send(ANA)
    await world.run_for(1)

    sent, delivered = world.site.at("/status")
    assert sent.headers["User-Agent"] == "TwilioProxy/1.1"
    assert sent.headers["I-Twilio-Idempotency-Token"] != delivered.headers["I-Twilio-Idempotency-Token"]
    assert delivered.params["RawDlrDoneDate"] == "2603040200"
    assert "ErrorCode" not in delivered.params


@pytest.mark.parametrize(
    ("profile", "code"),
    [("off", "30003"), ("landline", "30006"), ("unknown", "30005"), ("filtered", "30007")],
)
async def test_a_phone_that_cannot_be_reached_is_told_with_its_code(world, profile, code) -> None:
    """The text never reaches the phone and the last callback says undelivered."""
    phone = world.emulator.add_phone(ANA, profile)

    await world.send(ANA)
    await world.run_for(20)

    assert world.site.statuses() == ["sent", "undelivered"]
    assert world.site.hits[-1].params["ErrorCode"] == code
    assert phone.inbox == []


async def test_some_carriers_never_report_a_delivery(world) -> None:
    """The phone has the text but the status stays sent."""
    phone = world.emulator.add_phone(ANA, "no_dlr")

    message = await world.send(ANA)
    await world.run_for(86_400)

    assert len(phone.inbox) == 1
    assert (await world.client.messages(message.sid).fetch_async()).status == "sent"


async def test_a_slow_number_sends_one_segment_a_second_in_order(world) -> None:
    """The third of three texts leaves two seconds after the first."""
    for body in ("one", "two", "three"):
        await world.send(ANA, body, from_=SLOW)
    await world.emulator.idle()
    assert len(world.site.statuses()) == 1

    await world.run_for(10)

    sent = [e for e in world.emulator.ledger.of(SmsChanged) if e.status == "sent"]
    assert [e.body for e in sent] == ["one", "two", "three"]
    assert [(e.at - sent[0].at).total_seconds() for e in sent] == [0, 1, 2]


async def test_long_texts_take_the_air_of_all_their_segments(world) -> None:
    """A text of three parts keeps the next one waiting for three seconds."""
    long = await world.send(ANA, "x" * 400, from_=SLOW)
    await world.send(ANA, "short", from_=SLOW)
    await world.run_for(10)

    sent = [e for e in world.emulator.ledger.of(SmsChanged) if e.status == "sent"]
    assert long.num_segments == "3"
    assert (sent[1].at - sent[0].at).total_seconds() == 3


async def test_a_text_still_queued_when_its_validity_ends_fails(world) -> None:
    """It fails at that very moment with 30036 and never goes on air."""
    for _ in range(5):
        await world.send(ANA, "filler", from_=SLOW)
    late = await world.send(ANA, "late", from_=SLOW, validity_period=2)
    await world.run_for(30)

    fetched = await world.client.messages(late.sid).fetch_async()
    assert (fetched.status, fetched.error_code) == ("failed", 30036)
    failed = [e for e in world.emulator.ledger.of(SmsChanged) if e.status == "failed"]
    assert (failed[0].at - failed[0].at.replace(second=0)).total_seconds() == 2
    assert len(world.emulator.ledger.of(SmsReachedPhone)) == 5


async def test_a_queued_text_can_be_canceled_and_a_sent_one_cannot(world) -> None:
    """Canceling frees the place in the queue."""
    first = await world.send(ANA, "one", from_=SLOW)
    second = await world.send(ANA, "two", from_=SLOW)
    await world.send(ANA, "three", from_=SLOW)

    canceled = await world.client.messages(second.sid).update_async(status="canceled")
    assert canceled.status == "canceled"
    with pytest.raises(TwilioRestException):
        await world.client.messages(first.sid).update_async(status="canceled")
    await world.run_for(10)

    bodies = [text.body for text in world.emulator.phone(ANA).inbox]
    assert bodies == ["one", "three"]


async def test_a_messaging_service_chooses_the_sender(world) -> None:
    """The reply says accepted, without a sender and with no segments."""
    message = await world.send(ANA, messaging_service_sid=POOL)
    await world.run_for(1)

    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert world.site.statuses() == ["queued", "sent", "delivered"]
    assert world.emulator.phone(ANA).inbox[0].from_ == POOLED


async def test_a_scheduled_text_waits_for_its_hour(world) -> None:
    """It may be canceled until then."""
    later = world.clock.now().replace(hour=3)
    schedule = {"messaging_service_sid": POOL, "schedule_type": "fixed", "send_at": later}
    kept = await world.send(ANA, "kept", **schedule)
    dropped = await world.send(ANA, "dropped", **schedule)
    await world.client.messages(dropped.sid).update_async(status="canceled")

    await world.run_for(3599)
    assert kept.status == "scheduled"
    assert world.emulator.phone(ANA).inbox == []

    await world.run_for(5)
    assert [text.body for text in world.emulator.phone(ANA).inbox] == ["kept"]
