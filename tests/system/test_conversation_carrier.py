"""The crisis line while the carrier repeats, reorders and fails, and while phones answer by themselves."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.carrier_emulator.entries import SmsReachedPhone
from services.carrier_emulator.faults import Fault
from services.carrier_emulator.profiles import Profile, preset
from services.conversation import phrasebook
from tests.support.world import LINE, PATIENTS, PEOPLE, World
from tests.support.world import world as open_world

EN = phrasebook.load().of("en")
ES = phrasebook.load().of("es")


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[World]:
    """Vigil that asks the carrier every minute what came in, as it does unless it is told otherwise."""
    asked = {"VIGIL_GATEWAY_RECOVER_EVERY_SECONDS": "60"}
    async with open_world(tmp_path, settings=asked) as opened:
        yield opened


def every_webhook_twice_and_receipts_out_of_order(world: World) -> None:
    """Let the carrier do what it may do at any time."""
    world.emulator.faults.add(Fault("duplicate", path="/twilio/sms"))
    world.emulator.faults.add(Fault("out_of_order", path="/twilio/sms-status", prob=0.5))


async def test_a_hand_over_in_mid_conversation_while_every_webhook_comes_twice(world: World) -> None:
    """ana talks with Rivera, in Spanish, and gives it to dee with a note; nothing is said twice."""
    every_webhook_twice_and_receipts_out_of_order(world)
    await world.speaks("rivera", "es")
    rivera = world.phone("rivera")
    # 03:10:00 Rivera texts; 03:10:01 answered, ana is paged, nobody else.
    await rivera.text("no puedo dormir, necesito hablar", LINE)
    assert await world.texts_soon("rivera") == [ES.first]
    code = await world.code()
    assert len([text for text in world.texts("ana") if "1 take" in text]) == 1
    world.nobody_else_heard("ana")
    # 03:10:02 ana takes it and introduces herself.
    told = await world.reply("ana", "1")
    assert told.count(f"{code}: no puedo dormir, necesito hablar") == 1
    await world.reply("ana", "/intro")
    await rivera.text("tengo miedo", LINE)
    assert await world.texts_soon("ana") == [f"{code}: tengo miedo"]
    assert world.texts("rivera") == [ES.canned["intro"].format(name="Ana")]

    # 03:10:08 she asks dee to take it over, and holds it until dee does.
    assert any("noted" in text for text in await world.reply("ana", "note duerme mal desde el lunes"))
    assert any("You hold it until they do" in text for text in await world.reply("ana", f"give {code} dee"))
    assert any("Ana asks you to take it over" in text for text in world.texts("dee"))
    await rivera.text("sigues ahi?", LINE)
    assert await world.texts_soon("ana") == [f"{code}: sigues ahi?"]
    await world.reply("ana", "sigo aqui contigo")
    told = await world.reply("dee", f"{code} hola que tal")
    assert any("not sent" in text for text in told)
    assert world.texts("rivera") == ["sigo aqui contigo"]

    # 03:10:16 dee takes it: the note, what was written, and from here on she alone.
    told = await world.reply("dee", "1")
    assert f"VIGIL {code}: note from Ana: duerme mal desde el lunes" in told
    assert f"{code}: no puedo dormir, necesito hablar\ntengo miedo\nsigues ahi?" in told
    assert world.texts("ana") == [f"VIGIL {code}: Dee has {code} now; you no longer hold it."]
    assert world.texts("rivera") == [ES.takes_over.format(name="Dee", role=ES.team)]
    assert any("not sent" in text for text in await world.reply("ana", f"{code} una cosa mas"))
    await rivera.text("hola Dee", LINE)
    assert await world.texts_soon("dee") == [f"{code}: hola Dee"]
    await world.reply("dee", "hola, cuentame mas")
    assert world.texts("rivera") == ["hola, cuentame mas"]
    assert (await world.open_brief()).holder == "dee"
    await world.later(seconds=40)
    world.nobody_else_heard()


async def test_phones_that_answer_by_themselves_fall_silent_and_page_all_the_same(world: World) -> None:
    """Rivera's phone answers each text of ours, and so does ana's, who drives; a person is looked for."""
    world.emulator.add_phone(PATIENTS["rivera"], machine("I am away and read this later."))
    world.emulator.add_phone(PEOPLE["ana"][1], machine("I am driving, talk to you soon"))
    rivera = world.phone("rivera")
    # 03:10:00 ana is paged; her machine takes nothing, and is not answered for ever.
    await rivera.text("hello", LINE)
    await world.until("03:13")
    code = await world.code()
    told = world.texts("ana")
    assert len([text for text in told if "1 take" in text]) == 1
    assert len(told) <= 17, "and it is not answered for ever"
    # Each tier is paged in its time, whatever the patient's machine says.
    for minute, who in (("03:13:10", "ben"), ("03:16:10", "cal"), ("03:19:10", "dee")):
        await world.until(minute)
        assert any(code in text and "1 take" in text for text in world.texts(who)), who
    await world.until("03:25")
    automatic = world.texts("rivera")
    assert automatic[0] == EN.first
    assert 3 <= len(automatic) <= 8
    assert (await world.open_brief()).evidence == 1 + len(automatic), "each answer of the machine is evidence"

    # 03:25 ana takes it and drives on: two machines talk with one another, twice, and are silent.
    world.emulator.add_phone(PEOPLE["ana"][1])
    await world.reply("ana", f"1 {code}")
    world.emulator.add_phone(PEOPLE["ana"][1], machine("I am driving, talk to you soon"))
    world.texts("rivera")
    await rivera.text("who is this", LINE)
    await world.later(minutes=2)
    assert world.texts("rivera").count("I am driving, talk to you soon") == 2
    before = len(world.emulator.ledger.of(SmsReachedPhone))
    await world.later(minutes=4)
    assert len(world.emulator.ledger.of(SmsReachedPhone)) - before < 20, "pages and nudges, no loop"


def machine(words: str) -> Profile:
    """Return a phone that answers every text with these words."""
    return preset("texts_free_text", {"replies": (words,), "reply_after": 3.0})


async def test_a_twenty_minute_outage_in_mid_conversation_loses_no_word(asking: World) -> None:
    """03:12 to 03:32 the carrier brings us nothing and takes nothing; both go on writing."""
    world = asking
    rivera, ana = world.phone("rivera"), world.phone("ana")
    await rivera.text("I need to talk", LINE)
    await world.texts_soon("ana")
    code = await world.code()
    await world.reply("ana", "1")
    await world.reply("ana", "I am listening, go on")
    for who in ("ana", "rivera"):
        world.texts(who)
    await world.until("03:11:50")
    over = world.clock.now() + timedelta(minutes=20, seconds=10)
    world.emulator.faults.add(Fault("http_5xx", until=over))
    await ana.text("one moment please", LINE)
    await world.until("03:12")
    world.emulator.faults.add(Fault("lost", path="/twilio/", until=over))
    for minute in (13, 15, 18, 25, 31):
        await world.until(f"03:{minute}")
        await rivera.text(f"p{minute}", LINE)
        if minute == 18:
            await ana.text("can you hear me?", LINE)
    await world.until("03:31:59")
    assert [world.texts(who) for who in ("ana", "ben", "rivera")] == [[], [], []], "nothing gets through"

    # 03:32 it is back: within two minutes each has read what the other wrote, once and in order.
    await world.until("03:34")
    told = world.texts("ana")
    relays = [text for text in told if text.startswith(f"{code}: ")]
    assert " ".join(relays).replace(f"{code}: ", "").split() == ["p13", "p15", "p18", "p25", "p31"]
    assert world.texts("rivera") == ["can you hear me?"]
    assert any("your last text did not reach them" in text for text in told), "one moment please: too late"
    # Meanwhile she was as good as unreachable: others are paged, she still holds it, ops are told.
    assert any(code in text and "1 take" in text for text in world.texts("ben"))
    assert (await world.open_brief()).holder == "ana"
    assert any("webhooks" in str(event) for event in await world.events("faults.webhooks"))
    assert world.texts("ops") != []
    await world.reply("ana", "I am back with you")
    assert world.texts("rivera") == ["I am back with you"]
