"""A text that is one key word opts its phone out, or in again, before anybody reads it."""

import pytest
from twilio.base.exceptions import TwilioRestException

from services.carrier_emulator.entries import OptOutChanged

ANA = "+15550101001"
FAST = "+15550100001"


@pytest.mark.parametrize("word", ["STOP", " stop ", "End", "QUIT", "cancel", "REVOKE", "OptOut"])
async def test_a_key_word_blocks_the_sender_and_is_still_passed_on(world, word) -> None:
    """The carrier answers by itself, and a later page is refused with 21610."""
    phone = world.emulator.phone(ANA)

    await phone.text(word, to=FAST)
    await world.run_for(2)

    assert world.site.at("/sms")[0].params["Body"] == word
    assert "OptOutType" not in world.site.at("/sms")[0].params
    assert "unsubscribed" in phone.inbox[0].body
    with pytest.raises(TwilioRestException) as refused:
        await world.send(ANA)
    assert refused.value.code == 21610


async def test_a_word_within_a_sentence_blocks_nothing(world) -> None:
    """Only the whole body counts."""
    await world.emulator.phone(ANA).text("please stop, I want this to end", to=FAST)
    await world.run_for(2)

    assert world.emulator.ledger.of(OptOutChanged) == ()
    await world.send(ANA)


async def test_start_lets_texts_through_again_and_yes_from_others_means_nothing(world) -> None:
    """A YES of somebody who has not opted out gets no answer of the carrier."""
    phone = world.emulator.phone(ANA)
    await phone.text("STOP", to=FAST)
    await phone.text("START", to=FAST)
    other = world.emulator.phone("+15550101002")
    await other.text("YES", to=FAST)
    await world.run_for(2)

    await world.send(ANA)
    changes = [entry.opted_out for entry in world.emulator.ledger.of(OptOutChanged)]
    assert changes == [True, False]
    assert other.inbox == []


async def test_our_reply_to_a_stop_is_dropped(world) -> None:
    """The carrier notes 21610 in its debugger."""
    world.site.replies["/sms"] = "<Response><Message>Are you safe?</Message></Response>"
    phone = world.emulator.phone(ANA)

    await phone.text("STOP", to=FAST)
    await world.run_for(2)

    assert [note.code for note in world.emulator.debugger.notes] == [21610]
    assert len(phone.inbox) == 1


async def test_advanced_opt_out_names_the_wish(make_world) -> None:
    """OptOutType is sent only then."""
    world = await make_world(advanced_opt_out=True)

    await world.emulator.phone(ANA).text("end", to=FAST)
    await world.run_for(2)

    assert world.site.at("/sms")[0].params["OptOutType"] == "STOP"
