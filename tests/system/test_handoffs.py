"""A shift is handed over by texts, and somebody is on whatever becomes of them. Ana's week ends on
Tuesday 08:00, then ben's begins."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

import services.roster
from contracts.schedules import Every, Rotation, Schedule, Shifts
from tests.support.world import ZONE, World
from tests.support.world import world as open_world

WEEKLY = Rotation(id="week", people=("ana", "ben"), every=Every.WEEK, starts_on=date(2026, 11, 17))

DOCUMENTATION = Path(services.roster.__file__).parent / "README.md"
WEEK = "Crisis line, Tue 24 Nov 08:00 to Tue 1 Dec 08:00"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Monday 17:30, the day before ben's week."""
    async with open_world(tmp_path, start="-1d 17:30") as opened:
        await opened.administration.put_schedules(
            [Schedule(id="primary", title="Crisis line", rotations=(WEEKLY,))]
        )
        await opened.settle()
        yield opened


async def on(world: World) -> tuple[str, ...]:
    """Who is on call for the crisis line, as whoever pages reads it."""
    bucket = await world.admin.jetstream().key_value("shifts")
    shifts = Shifts.model_validate_json((await bucket.get("primary")).value or b"")
    return shifts.on(world.clock.now())


async def test_a_shift_confirmed_the_evening_before_is_handed_over_in_silence(world: World) -> None:
    """18:00 reminder, 6; nothing more is asked, and at 08:00 ben alone is on."""
    await world.until("-1d 18:00:05")
    assert world.texts("ben") == [f"VIGIL on call: {WEEK}. Reply 6 to confirm."]
    assert await world.reply("ben", "6") == [f"VIGIL thank you: {WEEK} is confirmed."]

    await world.until("08:30")
    assert await on(world) == ("ben",)
    world.nobody_else_heard()


async def test_nobody_confirms_so_the_outgoing_one_stays_on_until_they_do(world: World) -> None:
    """The timetable of the documentation: ben answers at 08:20, and ana holds one since 07:40."""
    await world.until("07:40")
    assert await on(world) == ("ana",)
    await world.signal("screen_positive", "urgent", "rivera")
    code = await world.code()
    await world.reply("ana", "1")
    await world.until("08:00:05")
    assert await on(world) == ("ben", "ana")
    assert world.phone("ben").ringing is None
    await world.until("08:20")
    await world.reply("ben", "6")
    await world.later(seconds=10)
    assert await on(world) == ("ben",)

    fault = await world.brief(subject="faults.roster-soon")
    assert fault is not None
    told = sorted(
        (text.at, who, text.body.replace(code, "K7").replace(fault.code, "M3"))
        for who in ("ana", "ben", "ops")
        for text in world.phone(who).inbox
    )
    lines = [f"{at.astimezone(ZONE):%a %H:%M}  {who}  {body}" for at, who, body in told]
    assert "\n".join(lines) == timetable()


def timetable() -> str:
    """The first block of text in the documentation of handoffs."""
    return DOCUMENTATION.read_text().partition("```text\n")[2].partition("\n```")[0]
