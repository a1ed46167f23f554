"""`vigil drill`: a page marked DRILL to whoever is on call, through the real path, answered and timed."""

import asyncio
import secrets
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from contracts.people import Person
from contracts.schedules import Schedule, Shifts
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.command_line.drill_results import (
    SUBJECT,
    TAG,
    Drill,
    drills_of,
    drills_table,
    events_of,
    plain,
    read_drills,
    summed,
)
from services.command_line.link import Link, linked, me
from services.command_line.programme_zone import programme_zone
from services.command_line.shown import put_json, show
from services.command_line.troubles import Trouble, unknown
from services.roster import core
from services.runtime.log import Log, publish_fact


def drill(
    schedule: Annotated[str, typer.Argument(help="The schedule to drill.", show_default=False)] = "",
    person: Annotated[str, typer.Option(help="Only this one of those on call.", show_default=False)] = "",
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for the answer.")] = 190,
    results: Annotated[bool, typer.Option("--results", help="Show every drill so far.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")] = False,
) -> None:
    """Page whoever is on call with a DRILL, and wait for the answer; exit status 1 when none comes.

    Nobody who holds something real, or has a page of it out, is ever drilled.
    """
    if results:
        asyncio.run(_results(schedule, as_json))
    elif not schedule:
        raise Trouble("name a schedule (`vigil drill primary`), or ask for --results")
    elif not asyncio.run(_drill(schedule, person, wait, as_json)):
        raise typer.Exit(1)


async def _results(schedule: str, as_json: bool) -> None:
    async with linked() as link:
        zone = await _zone(link)
        drills = [one for one in await read_drills(link) if schedule in ("", one.schedule)]
    sums = summed(drills)
    if as_json:
        put_json({**sums, "results": [plain(one) for one in drills]})
        return
    show(drills_table("Drills", drills, zone))
    if sums["drills"]:
        median = f", median {sums['median_seconds']:g} s" if sums["median_seconds"] is not None else ""
        typer.echo(f"{sums['answered']} of {sums['drills']} answered ({sums['percent_answered']} %){median}.")


async def _drill(schedule: str, person: str, wait: int, as_json: bool) -> bool:
    async with linked() as link:
        await _check(link, schedule, person)
        subject = f"{SUBJECT}{schedule}"[:87]
        log = Log(link.nc, "ESCALATIONS", timeout=5)
        before = drills_of(events_of(await log.since(subject, 1)))
        if before and before[-1].outcome == "open":
            raise Trouble(
                f"a drill of {schedule} is still open as {before[-1].code}; it ends within three minutes"
            )
        await _publish(link, schedule, person, subject.removeprefix("faults."))
        if not as_json:
            typer.echo(f"A drill of {schedule} is on its way; whoever is on call answers 1.")
        ended = await _ended(log, subject, len(before), wait)
        zone = await _zone(link)
    if ended is None:
        raise Trouble(f"nothing was heard of the drill within {wait} s; see `vigil escalations --once`")
    if as_json:
        put_json(plain(ended))
    else:
        show(drills_table(f"Drill of {schedule}", [ended], zone))
        typer.echo(_sentence(ended))
    return ended.outcome == "answered"


async def _zone(link: Link) -> ZoneInfo | None:
    return programme_zone((await link.values("schedules", Schedule)).values())


async def _check(link: Link, schedule: str, person: str) -> None:
    schedules = await link.values("schedules", Schedule)
    if schedule not in schedules:
        raise unknown("schedule", schedule, schedules, "vigil who")
    if not person:
        return
    people = await link.values("people", Person)
    if person not in people:
        raise unknown("responder", person, people, "vigil roster phones")
    compiled = (await link.values("shifts", Shifts)).get(schedule)
    on = compiled.on(link.clock.now()) if compiled else ()
    if person not in on:
        raise Trouble(
            f"{person} is not on call for {schedule}, {', '.join(on) or 'nobody'} is; "
            f"`vigil page-test {person}` pages anybody"
        )
    if not core.reachable(people[person]):
        raise Trouble(f"{person} is inactive or has no contact method that works; mend people.yaml")


async def _publish(link: Link, schedule: str, person: str, area: str) -> None:
    now = link.clock.now()
    signal = Signal(
        id=f"drill/{schedule}/{secrets.token_hex(4)}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area=area,
        occurred_at=now,
        received_at=now,
        source="cli",
        tags=(TAG, f"schedule:{schedule}", *((f"to:{person}",) if person else ())),
        note=f"A drill of {schedule}, asked for by {me()}: nothing is wrong.",
    )
    await publish_fact(link.nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id)


async def _ended(log: Log, subject: str, before: int, wait: int) -> Drill | None:
    """Wait for its end; one that is still open after `wait` seconds is returned as it stands."""
    drills: list[Drill] = []
    for turn in range(wait * 2 + 1):
        if turn:
            await asyncio.sleep(0.5)
        drills = drills_of(events_of(await log.since(subject, 1)))[before:]
        if drills and drills[0].outcome != "open":
            break
    return drills[0] if drills else None


def _sentence(one: Drill) -> str:
    match one.outcome:
        case "answered":
            return f"{one.responder} answered after {one.seconds} s."
        case "busy":
            return f"Not now: whoever is on call for {one.schedule} has something real. Nobody was paged."
        case "interrupted":
            return "Stopped: a real page came for somebody who was being drilled."
        case "nobody":
            return f"Nobody is on call for {one.schedule} who can be paged; ops are told."
        case "unanswered":
            return f"{', '.join(one.paged)} did not answer; ops are told."
        case _:
            return f"Still open as {one.code}; see `vigil drill --results` in three minutes."
