"""The main path: a signal, a page, a person, the patient reached, a disposition, silence."""

import re

from contracts.escalations import EscalationStatus
from tests.support.world import LINE, World


async def test_a_signal_pages_the_primary_who_takes_reaches_and_closes(world: World) -> None:
    """03:10 screen; ana is paged, takes it, calls, reaches, closes; nobody else hears a thing."""
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    assert await world.texts_soon("ana") == [
        f"VIGIL {code} WITHIN THE HOUR 03:10, screen. Contact by 04:10. 1 take, 2 pass"
    ]

    await world.until("03:12")
    answers = await world.reply("ana", "1")

    assert answers == [
        f"VIGIL {code}: you have it. Contact by 04:12. 3 {code} when reached, CALL {code} connects you, "
        f"2 {code} gives it back."
    ]
    brief = await world.open_brief()
    assert (brief.status, brief.holder) == (EscalationStatus.HELD, "ana")
    assert await world.due() is not None

    assert "contact noted" in (await world.reply("ana", "3"))[0]
    assert "closed, spoke" in (await world.reply("ana", "4 spoke"))[0]

    assert await world.due() is None
    world.texts("ana")
    await world.until("+1d 03:10")
    assert world.texts("ana") == []
    assert world.phone("ana").ringing is None
    world.nobody_else_heard("ana")


async def test_call_connects_the_holder_with_the_patient_and_neither_sees_the_others_number(
    world: World,
) -> None:
    """`call K7`: both phones ring, both are bridged, both see only Vigil's number."""
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")

    await world.phone("ana").text(f"call {code}", LINE)
    await world.later(seconds=3)
    ana, rivera = world.phone("ana"), world.phone("rivera")
    assert ana.ringing is not None
    await ana.answer()
    await world.later(seconds=5)
    await ana.press("1")
    await world.later(seconds=8)
    assert rivera.ringing is not None
    await rivera.answer()
    await world.later(seconds=2)

    assert world.bridged() == [{"ana", "rivera"}]
    assert {call.from_ for call in (*ana.calls, *rivera.calls)} == {LINE}
    spoken = " ".join([*ana.heard, *rivera.heard])
    assert "Rivera" not in spoken and not re.search(r"\d{4}", spoken)
    assert (await world.open_brief()).holder == "ana"


async def test_undo_in_time_opens_it_again(world: World) -> None:
    """03:14 closed by mistake; `undo` at 03:17 and it is open and due; at 03:30 undo is too late."""
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    await world.reply("ana", "4 spoke")
    assert await world.due() is None

    await world.later(minutes=3)
    assert f"{code} is open again" in (await world.reply("ana", "undo"))[0]
    assert await world.due() is not None

    await world.reply("ana", "4 spoke")
    await world.later(minutes=6)
    assert "nothing to take back" in (await world.reply("ana", "undo"))[0]
    assert await world.due() is None


async def test_two_from_the_holder_pages_the_next_at_once(world: World) -> None:
    """The holder gives it back: ben is paged in the same second, and ana is told so."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")

    assert "Ben is next" in (await world.reply("ana", "2"))[0]

    assert len(world.texts("ben")) == 1
    brief = await world.open_brief()
    assert (brief.status, brief.holder) == (EscalationStatus.PAGING, None)
