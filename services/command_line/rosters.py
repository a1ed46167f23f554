"""`vigil roster apply` and `vigil who`: people, schedules, and who is on call."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from contracts.people import Person
from contracts.schedules import Shifts
from services.command_line.link import Link, linked, moment
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told, Trouble
from services.programme import load_people, load_schedules
from services.roster import core
from services.runtime.sealing import Seals

app = typer.Typer(cls=Told, no_args_is_help=True, help="People and schedules.")
AHEAD = timedelta(days=28)


@app.command()
def apply(
    folder: Annotated[
        Path, typer.Argument(help="Folder with people.yaml and schedules.yaml.", show_default=False)
    ],
) -> None:
    """Put people and schedules in force, and say where nobody could be paged."""
    asyncio.run(_apply(folder))


def who(
    at: Annotated[str, typer.Option(help="Another moment than now: 14:30, or 2026-11-24T02:10.")] = "",
) -> None:
    """Show who is on call, and who comes next, for each schedule."""
    asyncio.run(_who(at))


async def _apply(folder: Path) -> None:
    people = load_people(folder / "people.yaml")
    names = [person.id for person in people]
    schedules = load_schedules(folder / "schedules.yaml", people=names)
    async with linked() as link:
        administration = link.administration()
        known = await link.values("people", Person)
        await administration.put_people(people)
        compiled = await administration.put_schedules(schedules)
        typer.echo(f"In force: {len(people)} people, {len(schedules)} schedules.")
        for name, why in compiled.failed.items():
            typer.echo(f"Schedule {name} could not be compiled, its old shifts stand: {why}")
        for left in sorted({n for n, person in known.items() if person.active} - set(names)):
            typer.echo(f"{left} is not in the file and stays as before; write `active: false` to end that.")
        await _tell_gaps(link)
    if compiled.failed:
        raise typer.Exit(1)


async def _tell_gaps(link: Link) -> None:
    people, now = await link.values("people", Person), link.clock.now()
    for gap in await gaps(link, people, now):
        typer.echo(gap_sentence(gap))


async def gaps(link: Link, people: Mapping[str, Person], now: datetime) -> list[core.Gap]:
    """Return every gap of every schedule from now on, 28 days ahead."""
    compiled = await link.values("shifts", Shifts)
    return [gap for shifts in compiled.values() for gap in core.gaps(shifts, people, now, now + AHEAD)]


def gap_sentence(gap: core.Gap) -> str:
    """Say where nobody could be paged."""
    match gap.why:
        case core.Why.NOBODY:
            why = "nobody is on call"
        case core.Why.UNREACHABLE:
            why = f"{', '.join(gap.people)} cannot be reached by any contact method"
    return f"Gap in {gap.schedule}, {local(gap.start)} to {local(gap.end)}: {why}"


async def _who(at: str) -> None:
    async with linked() as link:
        when = moment(at, link.clock.now()) if at else link.clock.now()
        people, seals = await link.values("people", Person), link.seals()
        compiled = await link.values("shifts", Shifts)
    if not compiled:
        raise Trouble("there are no schedules; run `vigil roster apply FOLDER`")
    rows = [_row(shifts, people, seals, when) for shifts in compiled.values()]
    show(table(f"On call, {local(when)} {when.astimezone():%Z}", ("schedule", "now", "next", "from"), rows))


def _row(shifts: Shifts, people: Mapping[str, Person], seals: Seals, at: datetime) -> tuple[str, ...]:
    change = core.next_handoff(shifts, at)
    # Beyond what is compiled nobody stands there yet, which says nothing about who will be on.
    change = change if change and change < shifts.through else None
    after = shifts.on(change) if change else ()

    def named(ids: tuple[str, ...]) -> str:
        return ", ".join(_named(one, people, seals) for one in ids) or "NOBODY"

    return (
        shifts.schedule,
        named(shifts.on(at)),
        named(after) if change else "",
        local(change) if change else "",
    )


def _named(one: str, people: Mapping[str, Person], seals: Seals) -> str:
    person = people.get(one)
    if person is None:
        return f"{one} (UNKNOWN)"
    name = seals.unseal(person.name)
    return f"{name} ({one})" if core.reachable(person) else f"{name} ({one}, NOT REACHABLE)"
