"""`vigil page-test ana`: one page to one person, which ends by itself."""

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from tests.support.world import World


async def test_page(world: World, who: str = "ana") -> None:
    now = world.clock.now()
    signal = Signal(
        id=f"page-test/{now.isoformat()}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area=f"test-{who}",
        occurred_at=now,
        received_at=now,
        source="cli",
        tags=("test", f"to:{who}"),
    )
    await world.admin.jetstream().publish("signals.system_fault", signal.model_dump_json().encode())
    await world.later(seconds=2)


test_page.__test__ = False  # type: ignore[attr-defined]  # a step of the timetables below


async def test_it_says_that_nothing_is_wrong_and_an_answer_ends_it(world: World) -> None:
    """03:10 the page, 03:11 the answer; nobody else hears of it, nothing stays open."""
    await test_page(world)
    texts = world.texts("ana")
    assert len(texts) == 1 and "TEST PAGE" in texts[0] and "nothing is wrong" in texts[0]

    await world.until("03:11")
    answers = await world.reply("ana", "1")

    assert len(answers) == 1 and "your phone is reached" in answers[0]
    brief = await world.brief(subject="faults.test-ana")
    assert brief is not None and (brief.status, brief.holder, brief.policy) == ("closed", "ana", "test")
    assert await world.due(subject="faults.test-ana") is None
    world.nobody_else_heard("ana")


async def test_no_answer_in_three_minutes_ends_it_and_ops_learn_of_it(world: World) -> None:
    """ana sleeps: 03:13 it is over; ops are paged about her phone; no clinician is."""
    await test_page(world)
    await world.until("03:13:05")
    brief = await world.brief(subject="faults.test-ana")
    assert brief is not None and brief.status == "closed"
    assert len(world.texts("ops")) == 1
    world.texts("ana")
    world.nobody_else_heard("ana", "ops")
