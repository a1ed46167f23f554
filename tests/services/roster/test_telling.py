"""Ops hear of a roster that would page nobody before it does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.schedules import Every, Override, Rotation, Schedule, Shifts
from contracts.signals import Signal
from services.roster import telling
from tests.support.world import World, person
from tests.support.world import world as open_world

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVICES = ("escalation", "paging", "roster", "gateway")


def test_a_schedule_that_cannot_be_compiled_is_told_once_an_hour_without_its_content():
    fault = telling.of_failure("primary", "ZoneInfoNotFoundError: 'No time zone found with key Kim'", NOW)
    later = telling.of_failure("primary", "ZoneInfoNotFoundError: x", NOW + HOUR / 2)

    assert fault.id == later.id == "roster/schedule-primary-20261124T08"
    assert telling.of_failure("primary", "x", NOW + HOUR).id != fault.id
    assert (fault.area, fault.patient) == ("roster", None)
    assert "primary" in fault.note and "ZoneInfoNotFoundError" in fault.note and "Kim" not in fault.note


async def faults(world: World) -> list[Signal]:
    """Every signal of the roster in the stream."""
    found = []
    for sequence in range(1, (await world._ends())["SIGNALS"] + 1):
        ask = json.dumps({"seq": sequence}).encode()
        reply = await world.admin.request("$JS.API.DIRECT.GET.SIGNALS", ask, timeout=30)
        signal = Signal.model_validate_json(reply.data)
        if signal.source == "roster":
            found.append(signal)
    return found


def overridden(*spans: tuple[str, float, float], zone: str = "America/New_York") -> Schedule:
    """A schedule on which only these people are on, in hours from 03:10."""
    return Schedule(
        id="night",
        zone=zone,
        overrides=tuple(
            Override(person=who, start=NOW + first * HOUR, end=NOW + last * HOUR)
            for who, first, last in spans
        ),
    )


async def test_a_gap_tonight_pages_ops_and_a_covered_schedule_pages_nobody(tmp_path: Path) -> None:
    """Nobody from 13:10 to 15:10: olga is paged at 03:10."""
    async with open_world(tmp_path, services=SERVICES) as world:
        assert await faults(world) == [], "the roster of the tests has no gap"
        await world.administration.put_schedules([overridden(("ana", -1, 10), ("ben", 12, 60))])
        await world.later(seconds=3)

        (fault,) = await faults(world)
        assert fault.id.startswith("roster/gap-night-urgent-")
        assert "from 2026-11-24 18:10 to 2026-11-24 20:10 UTC: nobody is on" in fault.note
        assert "Ana" not in fault.note and "Ben" not in fault.note
        brief = await world.brief(subject="faults.roster")
        assert brief is not None and any(brief.code in text for text in world.texts("ops"))


async def test_the_same_gap_is_not_told_every_hour(world_of_the_roster: World) -> None:
    """Looked at from 03:10 to 12:00: tonight's gap at once, the one in two days when it is day."""
    world = world_of_the_roster
    await world.administration.put_schedules([overridden(("ana", -1, 10), ("ben", 12, 60))])
    await world.until("08:59")
    assert [fault.urgency for fault in await faults(world)] == ["urgent"]
    await world.until("12:00")
    assert [(fault.urgency, fault.area) for fault in await faults(world)] == [
        ("urgent", "roster"),
        ("soon", "roster-soon"),
    ]


async def test_somebody_without_a_working_method_is_no_cover(tmp_path: Path) -> None:
    """dee is on, and has no phone."""
    async with open_world(tmp_path, people={"dee": person("dee", methods=())}, services=SERVICES) as world:
        (fault,) = await faults(world)
        assert "director" in fault.note and "dee" in fault.note


async def test_a_broken_schedule_is_told_and_the_others_are_compiled(world_of_the_roster: World) -> None:
    """A zone nobody knows: one fault this hour, one the next."""
    world = world_of_the_roster
    bucket = await world.admin.jetstream().key_value("schedules")
    broken = Schedule(
        id="odd",
        zone="Mars/Olympus",
        rotations=(Rotation(people=("ana",), every=Every.DAY, starts_on=NOW.date()),),
    )
    await bucket.put("odd", broken.model_dump_json().encode())
    await world.settle()
    assert [fault.id for fault in await faults(world)] == ["roster/schedule-odd-20261124T08"]
    await world.until("04:12")
    assert [fault.id for fault in await faults(world)][1:] == ["roster/schedule-odd-20261124T09"]


async def test_a_schedule_that_cannot_be_read_is_told_and_stands_as_it_was(
    world_of_the_roster: World,
) -> None:
    """Read before, or found unreadable at the start: either way its shifts run out, so ops hear of it."""
    world = world_of_the_roster
    for bucket, key in (("schedules", "primary"), ("schedules", "odd"), ("leaves", "l1")):
        await (await world.admin.jetstream().key_value(bucket)).put(key, b"{half a")
    await world.settle()

    assert {fault.id for fault in await faults(world)} == {
        "roster/schedule-primary-20261124T08",
        "roster/schedule-odd-20261124T08",
        "roster/unreadable-leaves-l1-20261124",
    }


@pytest.mark.parametrize("stale", [True, False])
async def test_shifts_that_somebody_else_wrote_or_removed_are_mended(
    world_of_the_roster: World, stale: bool
) -> None:
    """A command compiled from what it had read before somebody else's change; or a key was deleted."""
    world = world_of_the_roster
    shifts = await world.admin.jetstream().key_value("shifts")
    before = await shifts.get("primary")
    if stale:
        empty = Shifts.model_validate_json(before.value or b"").model_copy(update={"shifts": ()})
        await shifts.put("primary", empty.model_dump_json().encode())
    else:
        await shifts.delete("primary")
    await world.later(seconds=11)

    mended = Shifts.model_validate_json((await shifts.get("primary")).value or b"")
    assert mended.on(world.clock.now()) == ("ana",)


async def test_an_idle_day_is_four_looks(world_of_the_roster: World) -> None:
    """Nothing changes: the roster wakes when the window has moved by enough to be written, and only then."""
    world, looks = world_of_the_roster, 0
    await world.until("04:00")
    while (wake := world.clock.next_wake()) is not None and wake < NOW + 25 * HOUR:
        await world.clock.step(wake)
        await world.settle()
        looks += 1
    assert looks <= 5
