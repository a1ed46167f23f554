"""Nobody answers: voice, the next person, round again and wider, for ever."""

import pytest

from tests.support.world import PEOPLE, World


@pytest.mark.timeout(400)
async def test_the_chain_goes_round_wider_and_never_stops(world: World) -> None:
    """02:14-like night: SMS, voice after a minute without an answer, then backup, supervisor, all."""
    await world.signal("patient_alert", "urgent", "rivera")
    assert len(await world.texts_soon("ana")) == 1
    world.nobody_else_heard("ana")

    await world.until("03:12:05")
    assert world.phone("ana").ringing is not None, "two minutes without an answer: she is called"

    await world.until("03:13:05")
    assert len(world.texts("ben")) == 1
    world.nobody_else_heard("ana", "ben")
    await world.until("03:16:05")
    assert len(world.texts("cal")) == 1
    await world.until("03:19:05")
    assert len(world.texts("dee")) == 1

    await world.until("03:22:05")
    assert len(world.texts("ana")) == 1, "the second round begins with her again"
    assert len(world.texts("cal")) == 1, "and is wider: the supervisor is paged at once"

    await world.until("06:00")
    assert (await world.open_brief()).round >= 10
    for who in PEOPLE:
        world.texts(who)
    await world.until("06:13")
    assert all(world.texts(who) for who in PEOPLE), "after ten rounds everybody is still paged"
    assert await world.due() is not None


async def test_an_imminent_one_rings_and_texts_at_once_and_moves_on_after_three_minutes(
    world: World,
) -> None:
    """03:10 imminent: SMS and call together; 03:13 the backup the same."""
    await world.signal("screen_positive", "imminent", "rivera")
    await world.later(seconds=2)
    assert "NOW" in world.texts("ana")[0]
    assert world.phone("ana").ringing is not None

    await world.until("03:12:55")
    world.nobody_else_heard("ana")
    await world.until("03:13:02")
    assert "NOW" in world.texts("ben")[0]
    assert world.phone("ben").ringing is not None
