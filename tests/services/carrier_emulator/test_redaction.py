"""What the carrier forgets when it is told to: the body of a text, and its files."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.services.carrier_emulator.conftest import FAST, SLOW, World

ANA = "+12025550111"


async def test_a_redacted_text_keeps_everything_but_its_body(world: World) -> None:
    sent = await world.send(ANA, "K7: I took them all")
    await world.run_for(30)

    await world.client.messages(sent.sid).update_async(body="")
    await world.client.messages(sent.sid).update_async(body="")

    stored = await world.client.messages(sent.sid).fetch_async()
    assert (stored.body, stored.to, stored.status) == ("", ANA, "delivered")
    assert world.emulator.messages[sent.sid].body == ""
    listed = await world.client.messages.list_async(to=ANA)
    assert [one.body for one in listed] == [""]


async def test_a_text_that_came_in_is_redacted_like_one_that_went_out(world: World) -> None:
    sid = await world.emulator.phone(ANA).text("I can't go on", FAST)
    await world.run_for(1)

    await world.client.messages(sid).update_async(body="")

    assert (await world.client.messages.list_async(to=FAST))[0].body == ""


async def test_a_text_that_is_still_on_its_way_is_not_redacted(world: World) -> None:
    await world.send(ANA, "the first one", from_=SLOW)
    sent = await world.send(ANA, "waits for its turn", from_=SLOW)

    with pytest.raises(TwilioRestException):
        await world.client.messages(sent.sid).update_async(body="")


async def test_the_files_of_a_text_are_listed_and_deleted_one_by_one(world: World) -> None:
    sid = await world.emulator.phone(ANA).text("", FAST, ("https://x.example/1", "https://x.example/2"))
    await world.run_for(1)
    media = world.client.messages(sid).media
    files = await media.list_async()
    assert [file.parent_sid for file in files] == [sid, sid]
    assert files[0].sid.startswith("ME") and files[0].content_type == "image/jpeg"

    assert await world.client.messages(sid).media(files[0].sid).delete_async()

    assert [file.sid for file in await media.list_async()] == [files[1].sid]
    with pytest.raises(TwilioRestException) as gone:
        await world.client.messages(sid).media(files[0].sid).delete_async()
    assert gone.value.status == 404
