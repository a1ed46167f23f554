"""Faults reach ops once an hour, never in a loop; what nobody looked at reaches them too."""

from pathlib import Path

from tests.support.world import ON_CALL, World
from tests.support.world import world as open_world

NO_PRIMARY = ON_CALL | {"primary": None}


async def test_the_same_fault_is_told_once_an_hour(tmp_path: Path) -> None:
    """Two patients meet the same hole in one hour, a third in the next: ops are told twice, not more."""
    async with open_world(tmp_path, on_call=NO_PRIMARY, services=_without_roster()) as world:
        await world.signal("screen_positive", "urgent", "rivera")
        assert len(await world.texts_soon("ops")) == 1
        assert any("you have it" in text for text in await world.reply("ops", "1"))
        await world.reply("ben", "1")
        await world.until("03:15")
        await world.signal("screen_positive", "urgent", "stone")
        await world.reply("ben", "1")
        await world.until("03:59")
        assert world.texts("ops") == []

        await world.until("04:01")
        await world.signal("screen_positive", "urgent", "moss")
        (news,) = await world.texts_soon("ops")
        assert "something new came in" in news
        assert "CALL" not in news, "a fault has nobody to call"


async def test_a_fault_about_faults_raises_none(tmp_path: Path) -> None:
    """Nobody is on call as ops either: the fault goes on to its next step and raises no second one."""
    on_call = NO_PRIMARY | {"ops": None}
    async with open_world(tmp_path, on_call=on_call, services=_without_roster()) as world:
        await world.signal("screen_positive", "urgent", "rivera")
        assert any("1 take" in text for text in await world.texts_soon("cal")), "the fault's second step"
        raised = await world.events("escalations.pt_rivera") + await world.events("faults.roster")
        assert [event["area"] for event in raised if event["type"] == "fault_raised"] == ["roster"]
        assert await world.brief(subject="faults.faults") is None


async def test_a_worklist_entry_that_nobody_closed_tells_ops(world: World) -> None:
    """Routine at 03:10 on Tuesday, two days to look at it; on Thursday at 07:00 only ops get a page."""
    await world.signal("screen_positive", "routine", "rivera")
    await world.until("+2d 06:59")
    world.nobody_else_heard()
    await world.until("+2d 07:00:05")
    assert [len(world.texts("ops"))] == [1]
    world.nobody_else_heard("ops")
    assert await world.due() is not None


def _without_roster() -> tuple[str, ...]:
    """The roster service tells of the same hole by itself; here it is about escalation."""
    return ("escalation", "paging", "conversation", "gateway")
