"""What really happened, replayed: unchanged it is the same to the second; changed, it is told beforehand."""

from datetime import timedelta

from contracts.people import Person
from contracts.schedules import Shifts
from services.command_line import replay_history
from services.command_line.link import Link
from services.escalation.replay import comparing, past, recorded
from services.escalation.replay.replaying import Change
from tests.support.world import World


async def test_a_night_is_replayed_as_it_was_and_through_another_policy(world: World) -> None:
    """03:10 ana passes an urgent one and Ben takes it; an imminent one reaches cal at the third step."""
    began = world.clock.now() - timedelta(minutes=1)
    await world.signal("patient_alert", "urgent", "rivera")
    await world.reply("ana", "2")
    await world.until("03:12")
    await world.reply("ben", "1")
    await world.until("03:14")
    await world.signal("screen_positive", "imminent", "stone")
    await world.until("03:16")
    await world.reply("ben", "3")
    await world.until("03:21")
    await world.reply("cal", "1")
    await world.until("03:24")
    await world.reply("cal", "3")
    await world.reply("ben", "4 spoke")
    await world.until("03:40")

    commits, people, shifts, current = await stored(world)
    runs = recorded.runs(commits, began, world.clock.now())
    known = past.Past(people, shifts, past.busy_times(runs), world.clock.now())
    prepared = comparing.prepare(runs, known)

    for pair in comparing.pairs(runs, prepared, Change(), seed=1):
        assert pair.same
        assert pair.after.pages == pair.before.pages
        assert pair.after.policies == pair.before.policies
        assert pair.after.reached == pair.before.reached

    slower = current.model_copy(update={"policies": tuple(map(_slower, current.policies))})
    changed = comparing.pairs(runs, prepared, Change(slower), seed=1)
    assert [pair.before.run for pair in changed if pair.differences] == [runs[1].run]
    assert changed[1].before.acknowledged < changed[1].after.acknowledged


def _slower(policy):
    if policy.id != "imminent":
        return policy
    steps = tuple(step.model_copy(update={"wait": timedelta(minutes=5)}) for step in policy.steps)
    return policy.model_copy(update={"steps": steps})


async def stored(world: World):
    nc = await world.connect("cli")
    try:
        link = Link(world.settings, nc, world.clock)
        commits = await replay_history.recorded(link)
        current = await link.administration().policies()
        assert current is not None
        return commits, await link.values("people", Person), await link.values("shifts", Shifts), current
    finally:
        await nc.close()
