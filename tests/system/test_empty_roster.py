"""Nobody on call, nobody reachable: the next step in the same second, and ops are told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.schedules import Override
from tests.support.world import ON_CALL, PEOPLE, World, person
from tests.support.world import world as open_world


async def paged_ben_and_told_ops(world: World) -> None:
    await world.signal()
    await world.later(seconds=2)
    assert len(world.texts("ben")) == 1
    assert world.texts("ops"), "the roster may have told them before, and paging tells them now"
    events = await world.events("escalations.pt_rivera")
    skipped = next(e for e in events if e["type"] == "step_skipped")
    paged = next(e for e in events if e["type"] == "page_requested")
    assert (paged["responder"], paged["at"]) == ("ben", skipped["at"])


async def test_an_empty_schedule(tmp_path: Path) -> None:
    """`primary` has no rotation."""
    async with open_world(tmp_path, on_call=ON_CALL | {"primary": None}) as world:
        await paged_ben_and_told_ops(world)


async def test_a_person_without_a_working_phone(tmp_path: Path) -> None:
    """ana has no method at all."""
    async with open_world(tmp_path, people={"ana": person("ana", methods=())}) as world:
        await paged_ben_and_told_ops(world)


async def test_an_expired_override(tmp_path: Path) -> None:
    """`primary` had only a stand-in, whose hours ended at 03:00."""
    stand_in = Override(
        person="ana", start=datetime(2026, 11, 24, 1, tzinfo=UTC), end=datetime(2026, 11, 24, 8, tzinfo=UTC)
    )
    async with open_world(
        tmp_path, on_call=ON_CALL | {"primary": None}, overrides={"primary": (stand_in,)}
    ) as world:
        await paged_ben_and_told_ops(world)


@pytest.mark.parametrize("stopped", ["roster"])
async def test_a_stopped_roster_service_stops_no_page(tmp_path: Path, stopped: str) -> None:
    """Shifts are read from their bucket."""
    services = tuple(s for s in ("escalation", "paging", "conversation", "gateway") if s != stopped)
    async with open_world(tmp_path, services=services) as world:
        await world.signal()
        assert len(await world.texts_soon("ana")) == 1


async def test_nobody_at_all_is_on_call_everybody_is_paged(tmp_path: Path) -> None:
    """All schedules are empty: never page nobody."""
    async with open_world(tmp_path, on_call=dict.fromkeys(ON_CALL, None)) as world:
        await world.signal()
        await world.later(seconds=2)
        assert [who for who in PEOPLE if world.texts(who)] == list(PEOPLE)
