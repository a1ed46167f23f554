"""Who holds one already, and who can't be told any more."""

from tests.support.world import LINE, PEOPLE, World


async def test_a_second_imminent_one_goes_to_the_next_step_as_well(world: World) -> None:
    """ana holds one imminent escalation; the next one, a minute later, pages her and ben at once."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.reply("ana", "1")
    await world.until("03:11")
    world.nobody_else_heard("ana")
    await world.signal("screen_positive", "imminent", "stone")
    code = await world.code("stone")
    assert any(code in text for text in await world.texts_soon("ben"))
    assert any(code in text and "NOW" in text for text in world.texts("ana"))
    world.nobody_else_heard("ana", "ben")


async def test_a_message_that_fails_to_reach_the_holder_pages_the_next_at_once(world: World) -> None:
    """ana takes it and her phone dies; news that she can't be told of page ben before 03:12."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")
    world.emulator.add_phone(PEOPLE["ana"][1], "unknown")
    await world.until("03:11")
    world.nobody_else_heard("ana")
    await world.signal("session_missed", "urgent", "rivera")
    await world.until("03:11:30")
    assert any("1 take" in text for text in world.texts("ben"))
    assert await world.due() is not None


async def test_after_stop_the_next_page_is_a_call_and_start_brings_texts_back(world: World) -> None:
    """STOP with nothing open; the page at 03:20 rings; after START the next one is a text again."""
    ana = world.phone("ana")
    await ana.text("STOP", LINE)
    await world.until("03:20")
    world.texts("ana")
    await world.signal("screen_positive", "urgent", "rivera")
    await world.later(seconds=3)
    assert ana.ringing is not None
    assert world.texts("ana") == []
    await ana.answer()
    await world.later(seconds=15)
    await ana.press("1")
    await world.later(seconds=5)
    assert (await world.open_brief()).holder == "ana"

    await ana.text("START", LINE)
    await world.later(seconds=5)
    world.texts("ana")
    await world.signal("screen_positive", "urgent", "stone")
    assert any("1 take" in text for text in await world.texts_soon("ana"))


async def test_a_question_mark_tells_more_and_takes_nothing(world: World) -> None:
    """`?` says urgency, kind and by when, and no name; nobody holds it afterwards."""
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    await world.texts_soon("ana")
    (answer,) = await world.reply("ana", "?")
    assert answer.startswith(f"VIGIL {code} WITHIN THE HOUR, screen, paged 03:10.")
    assert "Contact by 04:10" in answer
    assert "ivera" not in answer
    assert (await world.open_brief()).holder is None
