"""Acknowledged is not reached: the second clock."""

from tests.support.world import World


async def test_the_holder_is_asked_then_holder_and_on_call_are_paged(world: World) -> None:
    """Crisis text taken 03:11, contact due 03:26; asked then; two minutes later both are paged."""
    await world.signal("patient_alert", "urgent", "rivera")
    await world.until("03:13:05")
    world.texts("ana")
    await world.reply("ben", "1")
    world.texts("ana")
    contact_by = (await world.open_brief()).contact_by
    assert contact_by is not None

    await world.until("03:28:08")
    assert any("overdue" in text for text in world.texts("ben"))
    world.nobody_else_heard("ben")

    await world.until("03:30:10")
    assert any("1 take" in text for text in world.texts("ben")), "the holder is paged"
    assert any("1 take" in text for text in world.texts("ana")), "and whoever is on call"


async def test_reached_in_time_asks_for_nothing(world: World) -> None:
    """3 at 03:12: no question at 03:26."""
    await world.signal("patient_alert", "urgent", "rivera")
    await world.reply("ana", "1")
    await world.reply("ana", "3")
    await world.until("04:10")
    assert world.texts("ana") == []


async def test_handed_to_911_stays_open_until_contact_is_confirmed(world: World) -> None:
    """`4 transferred 911` closes nothing; asked after 30 minutes; `confirm` closes it."""
    await world.signal("patient_alert", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    assert "CONFIRM" in (await world.reply("ana", "4 transferred 911"))[-1]
    assert await world.due() is not None
    await world.until("03:41")
    assert any("was contact made?" in text for text in world.texts("ana"))
    assert "closed" in (await world.reply("ana", f"confirm {code} officer Lopez at the door"))[-1]
    assert await world.due() is None


async def test_an_imminent_one_closes_with_pin_and_a_second_signature(world: World) -> None:
    """Without the PIN: told so. With it: ben must sign. He does: closed."""
    await world.signal("screen_positive", "imminent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    await world.reply("ana", "3")
    assert "PIN" in (await world.reply("ana", "4 spoke"))[-1]
    assert "PIN" in (await world.reply("ana", "4 spoke 9999"))[-1]
    assert "Open until" in (await world.reply("ana", "4 spoke 4711"))[-1]
    assert any(f"SIGN {code}" in text for text in world.texts("ben"))
    await world.reply("ben", f"sign {code}")
    assert any("closed" in text for text in world.texts("ana"))
    assert await world.due() is None


async def test_guessing_the_pin_ends_and_keeps_nobody_from_the_patient(world: World) -> None:
    """Five wrong PINs: refused for 15 minutes, ops are told; taking and 3 go on."""
    await world.signal("screen_positive", "imminent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    for number in range(5):
        (told, *_) = (await world.reply("ana", f"4 {code} spoke 999{number}"))[-1:]
    assert "too many wrong PINs" in told

    assert "too many wrong PINs" in (await world.reply("ana", f"4 {code} spoke 4711"))[-1]
    assert await world.due(subject="faults.pins") is not None, "ops are told"

    assert "contact noted" in (await world.reply("ana", f"3 {code}"))[-1]
    await world.signal("screen_positive", "imminent", "stone")
    other = await world.code("stone")
    await world.reply("ana", f"1 {other}")
    assert (await world.open_brief("stone")).holder == "ana"
    await world.later(minutes=15)
    assert "Open until" in (await world.reply("ana", f"4 {code} spoke 4711"))[-1]
