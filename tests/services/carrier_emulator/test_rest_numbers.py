"""Our numbers at the carrier: their webhooks, whether they are registered, and the balance."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.services.carrier_emulator.conftest import ACCOUNT, FAST, POOL, POOLED, World

ANA = "+12025550111"
FREE = "+18885550100"


async def test_a_number_is_found_and_its_webhooks_are_changed(world: World) -> None:
    found = await world.client.incoming_phone_numbers.list_async(phone_number=FAST)
    assert [one.phone_number for one in found] == [FAST]

    changed = await world.client.incoming_phone_numbers(found[0].sid).update_async(
        sms_url=f"{world.site.url}/new", status_callback=f"{world.site.url}/ended"
    )

    assert changed.sms_url == f"{world.site.url}/new"
    assert changed.voice_url == f"{world.site.url}/voice", "what was not named stays"
    await world.emulator.phone(ANA).text("hello", FAST)
    await world.run_for(1)
    assert len(world.site.at("/new")) == 1 and world.site.at("/sms") == []


async def test_the_end_of_a_call_to_us_goes_to_the_numbers_status_callback(world: World) -> None:
    number = (await world.client.incoming_phone_numbers.list_async(phone_number=FAST))[0]
    await world.client.incoming_phone_numbers(number.sid).update_async(
        status_callback=f"{world.site.url}/ended"
    )
    world.site.replies["/voice"] = "<Response><Hangup/></Response>"

    call = await world.emulator.phone(ANA).call(FAST)
    await world.run_for(5)

    ended = world.site.at("/ended")
    assert [(hit.params["CallSid"], hit.params["CallStatus"]) for hit in ended] == [(call.sid, "completed")]


async def test_what_is_no_url_is_refused(world: World) -> None:
    number = (await world.client.incoming_phone_numbers.list_async(phone_number=FAST))[0]

    with pytest.raises(TwilioRestException):
        await world.client.incoming_phone_numbers(number.sid).update_async(voice_url="nowhere")


async def test_the_balance_is_shown(world: World) -> None:
    balance = await world.client.api.accounts(ACCOUNT).balance.fetch_async()

    assert (balance.balance, balance.currency) == ("100.00", "USD")


async def test_pools_campaigns_brand_and_verifications_are_shown(world: World) -> None:
    numbers = world.emulator.numbers
    numbers.brand, numbers.tollfree = "APPROVED", {FREE: "TWILIO_APPROVED"}
    messaging = world.client.messaging.v1

    assert [one.sid for one in await messaging.services.list_async()] == [POOL]
    assert [n.phone_number for n in await messaging.services(POOL).phone_numbers.list_async()] == [POOLED]
    assert await messaging.services(POOL).us_app_to_person.list_async() == []
    assert [one.status for one in await messaging.brand_registrations.list_async()] == ["APPROVED"]
    shown = await messaging.tollfree_verifications.list_async()
    assert [one.status for one in shown] == ["TWILIO_APPROVED"]
