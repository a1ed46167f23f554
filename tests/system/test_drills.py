"""`vigil drill primary`: whoever is on call is paged with a DRILL, unless they have something real."""

import asyncio
import re

import typer
from typer.testing import CliRunner

from services.command_line.drill import drill
from services.command_line.drill_results import SUBJECT
from services.command_line.troubles import Told
from tests.support.world import World

PRIMARY = f"{SUBJECT}primary"
app = typer.Typer(cls=Told)
app.command("drill")(drill)
app.callback()(lambda: None)

EXAMPLE = """\
$ vigil drill primary
A drill of primary is on its way; whoever is on call answers 1.
Drill of primary, America/New_York
at                schedule  paged  outcome   answered by  seconds
Tue 24 Nov 08:10  primary   ana    answered  ana          30
ana answered after 30 s.
$ vigil drill primary
A drill of primary is on its way; whoever is on call answers 1.
Drill of primary, America/New_York
at                schedule  paged   outcome  answered by  seconds
Tue 24 Nov 08:20  primary   nobody  busy
Not now: whoever is on call for primary has something real. Nobody was paged.
$ vigil drill --results
Drills, America/New_York
at                schedule  paged   outcome   answered by  seconds
Tue 24 Nov 08:10  primary   ana     answered  ana          30
Tue 24 Nov 08:20  primary   nobody  busy
1 of 1 answered (100 %), median 30 s.
"""
"""What stands in the chapter on drills; whether a time shows its year is the machine's."""
_TIME = re.compile(r"[A-Z][a-z]{2} \d\d Nov( 20\d\d)? \d\d:\d\d")


def alike(text: str) -> str:
    """Return it without what differs from machine to machine, and the width of columns."""
    return re.sub(r" {2,}", "  ", _TIME.sub("Tue", text))


def vigil(*words: str) -> "asyncio.Task[str]":
    """Run it as a person at a terminal would, beside everything else."""

    async def run() -> str:
        wide = {"COLUMNS": "120", "TERM": "dumb", "NO_COLOR": "1"}
        result = await asyncio.to_thread(lambda: CliRunner().invoke(app, ["drill", *words], env=wide))
        lines = [f"$ vigil drill {' '.join(words)}", *result.output.splitlines()]
        return "".join(f"{line.rstrip()}\n" for line in lines)

    return asyncio.create_task(run())


async def until_drilled(world: World, number: int) -> None:
    """Wait until the drill of that number was asked for; a terminal keeps no time with the clock."""
    for _ in range(500):
        brief = await world.brief(subject=PRIMARY)
        if brief is not None and brief.run == f"drill-primary-{number}":
            break
        await asyncio.sleep(0.02)
    await world.later(seconds=2)


async def how_it_ended(world: World) -> list[object]:
    return [event["why"] for event in await world.events(PRIMARY) if event["type"] == "drill_ended"]


async def test_a_drill_is_answered_and_timed_and_never_sent_to_somebody_with_a_real_one(
    world: World,
) -> None:
    """03:10 a drill, answered; 03:20 a real page, and a drill in vain; nobody else hears of either."""
    said = vigil("primary")
    await until_drilled(world, 1)
    (text,) = world.texts("ana")
    assert "DRILL" in text
    await world.until("03:10:30")
    assert any("drill answered after 30 s" in answer for answer in await world.reply("ana", "1"))
    shown = await said
    assert await world.due(subject=PRIMARY) is None

    await world.until("03:20")
    await world.signal("patient_alert", "urgent", "rivera")
    await world.texts_soon("ana")
    shown += await vigil("primary")
    assert await how_it_ended(world) == ["answered", "busy"]
    assert world.texts("ana") == []
    shown += await vigil("--results")
    assert alike(shown) == alike(EXAMPLE)
    world.nobody_else_heard("ana")


async def test_a_real_page_ends_a_drill_at_once_and_silence_is_told_to_ops(world: World) -> None:
    """03:10 a drill; 03:11 a real page to the same phone: the drill is over, `1` takes the real one."""
    said = vigil("primary")
    await until_drilled(world, 1)
    await world.until("03:11")
    await world.signal("patient_alert", "urgent", "rivera")
    assert await how_it_ended(world) == ["interrupted"]
    assert "Stopped: a real page came" in await said
    await world.reply("ana", "1")
    assert (await world.open_brief()).holder == "ana"
    await world.reply("ana", "4 spoke")

    await world.until("12:20")
    said = vigil("primary", "--wait", "0")
    await until_drilled(world, 2)
    await said
    await world.until("12:23:05")
    assert await how_it_ended(world) == ["interrupted", "unanswered"]
    assert await world.brief(subject="faults.reachability") is not None
    world.nobody_else_heard("ana", "ops")
