"""After somebody took it: helped, handed over by name, put off; and pages by day that share a text."""

import re

import pytest

from services.command_line import answer as desk
from services.command_line.troubles import Trouble
from tests.support.world import PIN, World

TALK = """\
ana >  1
ana <  VIGIL K7: you have it. Contact by 03:25. 3 K7 when reached, CALL K7 connects you, 2 K7 gives it back.
ana >  5
ana <  VIGIL K7: Ben is paged as well. You still hold K7.
ben <  VIGIL K7 WITHIN THE HOUR 03:10, text. Contact by 03:25. 1 take, 2 pass
ben >  1
ben <  VIGIL K7: thank you. Ana holds K7 and needs you beside them: call them now.
ana <  VIGIL K7: Ben comes to help. You still hold K7.
ana >  give zoe
ana <  VIGIL K7: nobody of that name can be paged; you still hold it. GIVE K7 and a first name.
ana >  give dee
ana <  VIGIL K7: Dee was asked to take K7. You hold it until they do.
dee <  VIGIL K7 WITHIN THE HOUR 03:10, text. Ana asks you to take it over. Contact by 03:25. 1 take, 2 pass
dee >  2
dee <  VIGIL K7: Ana has K7. Nothing to do for you.
ana <  VIGIL K7: Dee did not take K7: you still hold it. 2 K7 gives it back.
ana >  give dee
ana <  VIGIL K7: Dee was asked to take K7. You hold it until they do.
dee <  VIGIL K7 WITHIN THE HOUR 03:10, text. Ana asks you to take it over. Contact by 03:25. 1 take, 2 pass
dee >  1
dee <  VIGIL K7: you have it. Contact by 03:25. 3 K7 when reached, CALL K7 connects you, 2 K7 gives it back.
ana <  VIGIL K7: Dee has K7 now; you no longer hold it.
ben <  VIGIL K7: thank you. Dee holds K7 and needs you beside them: call them now.
"""
"""The conversation of the chapter on what comes after taking it, word for word."""


async def talk(world: World, *said: tuple[str, str]) -> list[str]:
    """Play what was said, and return who read what because of it; the code reads K7."""
    code = await world.code()
    lines = []
    for who, text in said:
        lines.append(f"{who} >  {text}")
        lines += [f"{who} <  {answer}" for answer in await world.reply(who, text)]
        for other in ("ana", "ben", "dee"):
            lines += [f"{other} <  {heard}" for heard in world.texts(other)]
    return [line.replace(code, "K7") for line in lines]


async def test_help_comes_beside_the_holder_and_a_named_person_takes_it_over(world: World) -> None:
    """03:10 ana takes it, calls for help, and gives it to Dee, who passes first and then takes it."""
    await world.signal("patient_alert", "urgent", "rivera")
    await world.texts_soon("ana")

    lines = await talk(world, ("ana", "1"), ("ana", "5"), ("ben", "1"), ("ana", "give zoe"))
    assert (await world.open_brief()).holder == "ana"
    lines += await talk(world, ("ana", "give dee"), ("dee", "2"), ("ana", "give dee"))
    assert (await world.open_brief()).holder == "ana"
    lines += await talk(world, ("dee", "1"))

    assert (await world.open_brief()).holder == "dee"
    assert "\n".join(lines) + "\n" == TALK
    world.nobody_else_heard("ana", "ben", "dee")


async def test_only_what_can_wait_is_put_off(world: World) -> None:
    """At noon, one soon and one urgent: `snooze` moves the clock of the soon one alone."""
    await world.until("12:00")
    await world.signal("session_missed", "soon", "rivera")
    await world.later(seconds=3)
    await world.reply("ben", "1")
    assert any("put off until 14:00" in text for text in await world.reply("ben", "snooze 2h"))
    contact_by = (await world.open_brief()).contact_by
    assert contact_by is not None and (contact_by - world.clock.now()).total_seconds() // 60 == 119

    await world.signal("patient_alert", "urgent", "stone")
    code = await world.code("stone")
    await world.reply("ana", "1")
    answers = await world.reply("ana", f"snooze {code} 2h")
    assert any("only TODAY and NEXT SESSION can wait" in text for text in answers)


async def test_soon_pages_of_the_night_come_in_the_morning_as_one_text(world: World) -> None:
    """03:10 three patients miss a session; 07:00 their therapist gets one text with three codes."""
    for number, patient in enumerate(["rivera", "stone", "moss"]):
        await world.signal("session_missed", "soon", patient, id=f"soon{number}")
    await world.until("06:59:59")
    world.nobody_else_heard()

    await world.until("07:00:10")
    (text,) = world.texts("ben")
    assert text.startswith("VIGIL 3 open: ")
    codes = {await world.code(patient) for patient in ("rivera", "stone", "moss")}
    assert set(re.findall(r"\b([A-Z]\d[A-Z]?) TODAY", text)) == codes


async def test_the_same_is_done_at_a_desk_with_the_holders_pin(world: World) -> None:
    """03:10 ana holds it; at the desk she calls for help and gives it to Dee; a wrong PIN does nothing."""
    await world.signal("patient_alert", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")

    with pytest.raises(Trouble, match="not the PIN of ana"):
        await desk.answered("ana", f"give {code} dee", "0000")
    helped = await desk.answered("ana", f"5 {code}", PIN)
    given = await desk.answered("ana", f"give {code} dee", PIN)
    snoozed = await desk.answered("ana", f"snooze {code} 2h", PIN)

    assert (helped.worked, given.worked, snoozed.worked) == (True, True, False)
    assert snoozed.told == ["not_snoozed"]
    assert any(code in text for text in await world.texts_soon("dee"))
    assert (await world.open_brief()).holder == "ana"
