"""Three patients and one clinician, a phone that dies, and what else goes wrong on the crisis line."""

from services.conversation import phrasebook
from tests.support.world import LINE, PEOPLE, World

EN = phrasebook.load().of("en")


async def test_three_patients_and_one_clinician(world: World) -> None:
    """ana holds all three: words without a code go nowhere, with a code to that patient alone."""
    codes = {}
    for who in ("rivera", "stone", "moss"):
        await world.phone(who).text(f"{who} needs somebody", LINE)
        await world.texts_soon("ana")
        codes[who] = await world.code(who)
        await world.reply("ana", f"1 {codes[who]}")
        world.texts(who)

    told = await world.reply("ana", "how are you now?")
    assert len(told) == 1 and told[0].startswith("VIGIL: not sent. To whom?")
    assert all(code in told[0] for code in codes.values())
    assert [world.texts(who) for who in codes] == [[], [], []]

    await world.reply("ana", f"{codes['stone']} how are you now?")
    assert [world.texts(who) for who in codes] == [[], ["how are you now?"], []]
    await world.phone("moss").text("anyone?", LINE)
    assert f"{codes['moss']}: anyone?" in await world.texts_soon("ana")
    # Stone's END is the carrier's own word, and a clinical event.
    await world.phone("stone").text("END", LINE)
    told = await world.texts_soon("ana")
    assert all("unsubscribed" in text for text in world.texts("stone")), "the carrier's own answer"
    assert any("can't be texted any more" in text for text in told)
    assert any("something new came in" in text for text in told)
    told = await world.reply("ana", f"{codes['stone']} are you still there?")
    assert (
        f"VIGIL {codes['stone']}: not sent, they stopped texts. CALL {codes['stone']} connects you." in told
    )
    assert world.texts("stone") == []
    assert (await world.open_brief("stone")).holder == "ana"

    # Thirty texts in ten seconds are a few, with every word.
    for number in range(30):
        await world.phone("moss").text(f"w{number}", LINE)
        if number % 3 == 2:
            await world.later(seconds=1)
    await world.later(seconds=8)
    relays = [text for text in world.texts("ana") if text.startswith(f"{codes['moss']}: ")]
    words = " ".join(relays).replace(f"{codes['moss']}: ", "").split()
    assert sorted(words, key=lambda word: int(word[1:])) == [f"w{n}" for n in range(30)]
    assert len(relays) <= 8
    assert (await world.open_brief("moss")).evidence == 1, "what is relayed pages nobody again"


async def test_a_clinician_whose_phone_dies_and_one_who_does_not_answer(world: World) -> None:
    """ana's phone dies: what can't be brought to her pages ben, who takes it; he falls asleep."""
    await world.phone("rivera").text("please talk to me", LINE)
    await world.texts_soon("ana")
    code = await world.code()
    await world.reply("ana", "1")
    await world.reply("ana", "I am here")
    world.emulator.add_phone(PEOPLE["ana"][1], "unknown")
    world.texts("rivera")
    await world.phone("rivera").text("are you there?", LINE)
    await world.later(seconds=20)
    assert any("take" in text for text in world.texts("ben"))

    told = await world.reply("ben", f"1 {code}")
    assert f"{code}: please talk to me\nare you there?" in told
    assert "Ben (from our team) is with you" in world.texts("rivera")[0]
    await world.later(minutes=4)
    assert any("wait for you" in text for text in world.texts("ben"))
    await world.later(minutes=5)
    assert any("take" in text for text in world.texts("ben")), "he is paged like anybody else"
    assert (await world.open_brief()).holder == "ben"


async def test_after_the_end_the_last_holder_is_paged_with_whoever_is_on_call(world: World) -> None:
    """ben spoke with them and closed it; a text 20 minutes later pages ben beside ana."""
    await world.phone("rivera").text("I need to talk", LINE)
    await world.until("03:14")
    code = await world.code()
    await world.reply("ben", f"1 {code}")
    await world.reply("ben", "/close")
    await world.reply("ben", f"3 {code}")
    await world.reply("ben", f"4 {code} spoke")
    assert (await world.open_brief()).status == "closed"
    for who in ("ana", "ben", "rivera"):
        world.texts(who)

    told = await world.reply("ben", "you can always write to us")
    assert any("in no conversation" in text for text in told)
    assert world.texts("rivera") == []
    await world.until("03:34")
    await world.phone("rivera").text("it is back", LINE)
    assert await world.texts_soon("rivera") == [EN.first]
    fresh = await world.code()
    assert fresh != code
    for who in ("ana", "ben"):
        assert any(fresh in text and "take" in text for text in world.texts(who)), who


async def test_a_phone_that_is_staffs_and_a_patients_and_a_wrong_number(world: World) -> None:
    """cal is a patient too: his words are a patient's; behind a code and a colon they are a clinician's."""
    await world.enrol_phone("cal")
    await world.phone("rivera").text("hello", LINE)
    await world.later(minutes=7)
    code = await world.code()
    await world.reply("cal", f"1 {code}")
    await world.reply("cal", f"{code}: I am listening")
    assert "I am listening" in world.texts("rivera")
    told = await world.reply("cal", "I want to hurt myself")
    assert EN.first in told, "he is answered as a patient, and others are paged"
    assert any("NOW" in text or "HOUR" in text for text in world.texts("ana"))

    stranger = "+12025550177"
    world.emulator.add_phone(stranger)
    await world.phone(stranger).text("sorry wrong number", LINE)
    assert await world.texts_soon(stranger) == [EN.first]
    assert any("take" in text for text in world.texts("ana"))
