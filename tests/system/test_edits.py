"""What ops edit while somebody is being paged, and what time does to the roster meanwhile."""

from datetime import datetime, timedelta
from pathlib import Path

from contracts.policies import Applies, Policy, Round, Step, Target
from contracts.schedules import Override
from contracts.values import Urgency
from tests.support.world import DAY, ZONE, World
from tests.support.world import world as open_world

AT_ONCE = Policy(
    id="edited",
    steps=(Step(page=(Target(person="dee"),), wait=timedelta(minutes=1)),),
    repeat=(Round(),),
    reach_within=timedelta(minutes=5),
)


async def test_an_edit_changes_no_open_escalation_and_a_rise_takes_what_is_in_force(world: World) -> None:
    """Crisis text 03:10; at 03:11 a policy that pages dee is applied; only an imminent signal uses it."""
    await world.signal("patient_alert", "urgent", "rivera")
    await world.until("03:11")
    only_imminent = AT_ONCE.model_copy(update={"applies": Applies(urgencies=(Urgency.IMMINENT,))})
    await world.administration.apply_policies([only_imminent, AT_ONCE], by="test")

    await world.until("03:12:55")
    world.nobody_else_heard("ana")
    await world.until("03:13:05")
    assert len(world.texts("ben")) == 1, "its own next step, after its own wait"
    assert (await world.open_brief()).policy == "crisis_line"

    world.texts("ana")
    await world.signal("screen_positive", "imminent", "rivera")
    assert any("NOW" in text for text in await world.texts_soon("dee"))
    assert (await world.open_brief()).policy == "edited"
    assert not any("1 take" in text for text in world.texts("ana"))


async def test_an_edit_does_not_move_the_contact_clock_of_who_holds_it(world: World) -> None:
    """Taken under 60 minutes; an edit to 5 minutes asks nobody at 03:16."""
    await world.signal("screen_positive", "urgent", "rivera")
    await world.reply("ana", "1")
    before = (await world.open_brief()).contact_by
    await world.administration.apply_policies([AT_ONCE], by="test")
    await world.until("03:40")
    assert world.texts("ana") == []
    assert (await world.open_brief()).contact_by == before


async def test_a_handoff_between_two_rounds_pages_whoever_is_on_then(tmp_path: Path) -> None:
    """ana is on until 03:20; the second round of a crisis text, at 03:22, pages olga, who stands in."""
    begins = datetime(*DAY, 3, 20, tzinfo=ZONE)
    stand_in = Override(person="ops", start=begins, end=begins + timedelta(hours=3))
    async with open_world(tmp_path, overrides={"primary": (stand_in,)}) as world:
        await world.signal("patient_alert", "urgent", "rivera")
        assert len(await world.texts_soon("ana")) == 1
        await world.until("03:21:58")
        assert world.texts("ops") == []
        world.texts("ana")
        await world.until("03:22:05")
        code = await world.code()
        told = world.texts("ops")
        assert [f"VIGIL {code}" in text for text in told].count(True) == 1
        assert len(told) == 2, "the page, and as ops the word that nobody took it in a whole round"
        assert world.texts("ana") == []
        await world.reply("ops", f"1 {code}")
        assert (await world.open_brief()).holder == "ops"
