"""Texts and calls whose webhook was lost are found in the carrier's list, each once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.carrier_emulator.faults import Fault
from services.gateway import recovery
from tests.services.gateway.carrier_side import CRISIS, RIVERA, Side, opened_side
from tests.services.gateway.conftest import ANA, LINE, NOW


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with opened_side(tmp_path) as opened:
        yield opened


async def test_texts_of_a_twenty_minute_outage_are_published_as_their_webhooks_would_have_been(
    side: Side,
) -> None:
    await side.gateway()
    await side.stop_one()
    await side.later(minutes=3)
    await side.emulator.phone(RIVERA).text("I can't do this", CRISIS, ("https://x.example/1",))
    await side.later(minutes=12)
    await side.emulator.phone(ANA).text("1", LINE)
    await side.later(minutes=5)

    await side.gateway()

    patient, staff = await side.texts()
    assert (patient.person, staff.person) == (None, "ana")
    assert patient.received_at == NOW + timedelta(minutes=3), "when it was written, not when it was found"
    assert staff.received_at == NOW + timedelta(minutes=15)
    assert (patient.recovered, patient.media, staff.recovered) == (True, 1, True)
    assert await side.opener.opened(patient.sender_phone) == RIVERA
    assert await side.bodies() == ["I can't do this", "1"]
    form = await side.form(patient.form)
    assert (form["From"], form["To"]) == (RIVERA, CRISIS)
    assert form["MediaContentType0"] == "image/jpeg" and "/Media/ME" in form["MediaUrl0"]


async def test_ops_are_told_once_an_hour_that_a_way_in_is_broken(side: Side) -> None:
    await side.gateway()
    for minute in range(3):
        await side.emulator.phone(RIVERA).text(f"text {minute}", CRISIS)
        await side.later(minutes=1)
    await side.later(minutes=2)

    (fault,) = await side.faults()
    assert (fault.area, fault.source) == ("webhooks", "gateway")
    assert "webhooks do not reach us" in fault.note and "vigil doctor" in fault.note
    assert RIVERA not in fault.model_dump_json()


async def test_a_webhook_under_way_is_left_its_time(side: Side) -> None:
    """The carrier's list shows a text before its webhook has been answered."""
    await side.gateway()
    await side.later(seconds=55)
    await side.emulator.phone(RIVERA).text("hello?", CRISIS)
    await side.later(seconds=10)
    assert await side.texts() == []

    await side.later(seconds=15)

    assert len(await side.texts()) == 1, "looked again sooner than a minute later"


async def test_what_came_in_by_webhook_is_not_published_again(side: Side) -> None:
    gateway = await side.gateway()
    public = gateway.url
    side.emulator.configure(CRISIS, sms_url=f"{public}/twilio/sms", voice_url=f"{public}/twilio/call")
    await side.stop_one()
    gateway = await side.gateway(public_url=public, gateway_port=int(public.rpartition(":")[2]))
    await side.emulator.phone(RIVERA).text("hello", CRISIS)
    await side.emulator.phone(RIVERA).call(CRISIS)
    await side.later(minutes=3)

    (text,), (call,) = await side.texts(), await side.calls()
    assert (text.recovered, call.recovered) == (False, False)
    assert call.room is not None
    assert await side.faults() == []


async def test_a_call_that_nobody_answered_is_published_without_a_room(side: Side) -> None:
    await side.gateway()
    await side.emulator.phone(RIVERA).call(CRISIS)
    await side.later(minutes=2)

    (call,) = await side.calls()
    assert (call.room, call.recovered, call.person) == (None, True, None)
    assert call.received_at == NOW
    (fault,) = await side.faults()
    assert "1 calls" in fault.note


async def test_our_own_texts_and_calls_are_nothing_that_came_in(side: Side) -> None:
    gateway = await side.gateway()
    carrier = gateway.care._carrier
    assert carrier is not None
    await carrier.send_sms(LINE, CRISIS, "from one number of ours to the other", "", 60)
    await carrier.call(LINE, CRISIS, "https://x.example/", "", 15)
    await side.later(minutes=2)

    assert await side.texts() == [] and await side.calls() == []


async def test_two_copies_find_the_same_text_and_it_is_there_once(side: Side) -> None:
    await side.gateway()
    await side.gateway()
    await side.emulator.phone(RIVERA).text("hello", CRISIS)
    await side.later(minutes=2)

    assert len(await side.texts()) == 1
    assert len(await side.faults()) == 1


async def test_after_days_nothing_that_is_known_comes_again(side: Side) -> None:
    """JetStream forgets ids after a day; the facts themselves are asked."""
    await side.gateway()
    await side.emulator.phone(RIVERA).text("before", CRISIS)
    await side.later(minutes=1)
    await side.stop_one()
    bucket = await side.admin.jetstream().key_value("carrier_marks")
    await bucket.put("texts", NOW.isoformat().encode())
    await side.later(hours=30)
    await side.emulator.phone(RIVERA).text("after", CRISIS)
    await side.later(minutes=1)

    await side.gateway()

    assert await side.bodies() == ["before", "after"]
    assert await side.mark("texts") == side.clock.now() - recovery.GRACE


async def test_texts_before_vigil_began_at_this_number_are_left_alone(side: Side) -> None:
    await side.emulator.phone(RIVERA).text("to whoever had this number", CRISIS)
    await side.later(hours=2)

    await side.gateway()
    await side.later(minutes=2)

    assert await side.texts() == []


async def test_while_the_carrier_is_away_the_mark_stands_and_the_next_round_tries_again(side: Side) -> None:
    await side.gateway()
    before = await side.mark("texts")
    await side.emulator.phone(RIVERA).text("hello", CRISIS)
    side.emulator.faults.add(Fault("http_5xx", times=4))
    await side.later(minutes=2)
    assert await side.texts() == []
    assert await side.mark("texts") == before

    await side.later(minutes=3)

    assert len(await side.texts()) == 1


async def test_what_can_not_be_stored_holds_up_nothing_else_and_is_told(side: Side) -> None:
    await side.gateway()
    await side.emulator.phone("").text("from nowhere", CRISIS)
    await side.emulator.phone(RIVERA).text("hello", CRISIS)
    await side.later(minutes=2)

    assert await side.bodies() == ["hello"]
    assert await side.mark("texts") < side.clock.now() - recovery.GRACE, "it is tried again"
    (fault,) = await side.faults()
    assert "can't be stored" in fault.note


async def test_an_opt_out_that_no_webhook_brought_is_marked_as_one(side: Side) -> None:
    words = ("STOP", "end", " Quit ", "STOPALL", "unsubscribe", "Cancel", "revoke", "optout", "make it stop")
    await side.gateway()
    for word in words:
        await side.emulator.phone(RIVERA).text(word, CRISIS)
    await side.later(minutes=2)

    assert {text.opt_out for text in (await side.texts())[:-1]} == {"STOP"}
    assert (await side.texts())[-1].opt_out == ""


async def test_more_than_a_page_of_texts_comes_in_whole_and_in_order(side: Side) -> None:
    await side.gateway()
    for number in range(210):
        await side.emulator.phone(RIVERA).text(str(number), CRISIS)
    await side.later(minutes=2)

    assert list(map(int, await side.bodies())) == list(range(210))


async def test_the_end_of_a_call_tells_of_it_when_its_beginning_was_lost(side: Side) -> None:
    gateway = await side.gateway(gateway_recover_every_seconds=0)
    public = gateway.url
    side.emulator.configure(CRISIS, status_callback=f"{public}/twilio/call-ended")
    await side.stop_one()
    port = int(public.rpartition(":")[2])
    await side.gateway(public_url=public, gateway_port=port, gateway_recover_every_seconds=0)
    await side.emulator.phone(RIVERA).call(CRISIS)
    await side.later(seconds=5)

    (call,) = await side.calls()
    assert (call.room, call.recovered) == (None, True)
    assert len(await side.faults()) == 1


def test_a_long_outage_is_listed_an_hour_at_a_time() -> None:
    spans = list(recovery.windows(NOW, NOW + timedelta(hours=2, minutes=30)))

    assert [end - begin for begin, end in spans] == [timedelta(hours=1)] * 2 + [timedelta(minutes=30)]
    assert spans[0][0] == NOW and spans[-1][1] == NOW + timedelta(hours=2, minutes=30)
    assert list(recovery.windows(NOW, NOW)) == []
