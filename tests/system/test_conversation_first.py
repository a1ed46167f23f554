"""A patient texts in the night, and a person talks with them."""

from services.conversation import phrasebook
from tests.support.world import LINE, PATIENTS, PIN, World

ES = phrasebook.load().of("es")
EN = phrasebook.load().of("en")


async def test_an_overdose_in_progress_at_ten_past_three_in_spanish(world: World) -> None:
    """Rivera took pills: answered at once, ana is paged NOW, takes it, talks, and hands over to 911."""
    await world.speaks("rivera", "es")
    rivera = world.phone("rivera")
    await rivera.text("me tome todas las pastillas, ayuda", LINE)
    assert await world.texts_soon("rivera") == [ES.first]
    (page,) = [text for text in world.texts("ana") if "take" in text]
    code = await world.code()
    assert " NOW " in page and code in page and "pastillas" not in page
    # What was taken already pages the supervisor too, at once.
    assert any(" NOW " in text for text in world.texts("cal"))
    world.nobody_else_heard("ana", "cal")

    told = await world.reply("ana", "1")
    assert any("you have it" in text for text in told)
    assert any("They write es." in text for text in told)
    assert f"{code}: me tome todas las pastillas, ayuda" in told

    await world.reply("ana", "/intro")
    await world.reply("ana", f"{code} ¿Cuantas tomo?")
    assert world.texts("rivera") == [ES.canned["intro"].format(name="Ana"), "¿Cuantas tomo?"]
    await rivera.text("como 30", LINE)
    assert f"{code}: como 30" in await world.texts_soon("ana")

    await world.reply("ana", "where")
    assert world.texts("rivera") == [ES.where]
    assert any("call 911 from your own phone" in text for text in await world.reply("ana", "911"))
    assert any("noted 03:10" in text for text in await world.reply("ana", f"911 {code} called dispatch 7"))
    told = await world.reply("ana", f"4 {code} 911 {PIN}")
    assert any("Open until contact is confirmed" in text for text in told)
    brief = await world.open_brief()
    assert (brief.status, brief.holder) == ("handed_off", "ana")
    assert PATIENTS["rivera"] not in "".join(world.texts("ana"))


async def test_words_reach_nobody_before_it_is_taken_nor_after_it_is_given_back(world: World) -> None:
    """ana's words go nowhere before her 1 and after her 2; ben, who takes it, reads everything."""
    moss = world.phone("moss")
    await moss.text("I can't sleep", LINE)
    assert await world.texts_soon("moss") == [EN.first]
    code = await world.code("moss")
    told = await world.reply("ana", f"{code} hello there")
    assert any(f"nobody has {code} yet" in text for text in told)
    assert world.texts("moss") == []

    await world.reply("ana", "1")
    await world.reply("ana", "hello there")
    assert world.texts("moss") == ["hello there"]
    told = await world.reply("ana", "takk")
    assert any("not understood" in text for text in told)
    assert world.texts("moss") == []

    await world.reply("ana", f"note {code} cannot sleep since Monday")
    await world.reply("ana", f"2 {code}")
    await world.reply("ana", "one more thing from me")
    assert world.texts("moss") == []
    told = await world.reply("ben", f"1 {code}")
    assert f"VIGIL {code}: note from Ana: cannot sleep since Monday" in told
    assert f"{code}: I can't sleep" in told
    assert "Ben (from our team) is with you" in world.texts("moss")[0]
