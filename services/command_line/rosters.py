"""`vigil roster` and `vigil who`: people, schedules, who is on call, and what changes that."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from contracts.people import Person
from contracts.schedules import Change, Shifts
from services.command_line import (
    roster_apply,
    roster_feeds,
    roster_files,
    roster_leave,
    roster_load,
    roster_overrides,
    roster_phones,
    roster_show,
    roster_swaps,
)
from services.command_line.link import linked, moment
from services.command_line.roster_words import put_json
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told, Trouble
from services.roster import core
from services.runtime.sealing import Seals

app = typer.Typer(cls=Told, no_args_is_help=True, help="People, schedules, and who is on call.")
app.add_typer(roster_swaps.app, name="swap")
app.add_typer(roster_feeds.app, name="feed")
_export = typer.Typer(cls=Told, no_args_is_help=True, help="People or shifts, as CSV.")
_import = typer.Typer(cls=Told, no_args_is_help=True, help="People from CSV, shifts from CSV or iCalendar.")
app.add_typer(_export, name="export")
app.add_typer(_import, name="import")

Json = Annotated[bool, typer.Option("--json", help="As JSON, and nothing else.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what it would change.")]
Anyway = Annotated[
    str, typer.Option("--override", help="Change it although a gap within 24 hours results: the reason.")
]
From = Annotated[str, typer.Option("--from", help="2026-11-30T18:00, 18:00 (the next), or 2026-11-30.")]
To = Annotated[str, typer.Option("--to", help="Likewise; a mere day is meant to its end.")]
Schedule = Annotated[str, typer.Argument(help="Id of a schedule.", show_default=False)]
OneOrAll = Annotated[str, typer.Argument(help="Id of a schedule; all if left out.", show_default=False)]
Responder = Annotated[str, typer.Argument(help="Id of a responder.", show_default=False)]


@app.command()
def apply(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder with people.yaml, schedules.yaml, and holidays.yaml.", show_default=False
        ),
    ],
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """Put people, holidays and schedules in force, and say what changes and where nobody could be paged.

    Refused when a page would reach nobody within 24 hours who would be reached now.
    """
    asyncio.run(roster_apply.apply(folder, dry_run=dry_run, override=anyway, as_json=as_json))


@app.command("show")
def show_roster(
    schedule: OneOrAll = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days.")] = 14,
    at: Annotated[str, typer.Option(help="From another moment than now: 2026-11-30T18:00.")] = "",
    as_json: Json = False,
) -> None:
    """Show who is on call, and because of what."""
    asyncio.run(roster_show.show_roster(schedule, days, at, as_json=as_json))


@app.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, max=91, help="How far ahead.")] = 28, as_json: Json = False
) -> None:
    """Tell when a page would reach nobody, or nobody of whom it is known; exit status 1 if ever."""
    asyncio.run(roster_show.tell_gaps(days, as_json=as_json))


@app.command()
def override(
    schedule: Schedule,
    start: From,
    end: To,
    add: Annotated[str, typer.Option(help="Who is on as well.")] = "",
    remove: Annotated[str, typer.Option(help="Who is off.")] = "",
    replace: Annotated[str, typer.Option(help="Who is on instead of everyone, or of one.")] = "",
    instead_of: Annotated[str, typer.Option(help="With --replace: whose place they take.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """Change who is on for a while. Whole plans for a while belong under `temporary` in schedules.yaml."""
    named = [(Change.ADD, add), (Change.REMOVE, remove), (Change.REPLACE, replace)]
    chosen = [(what, person) for what, person in named if person]
    if len(chosen) != 1:
        raise Trouble("name one of --add, --remove and --replace, with the id of a responder")
    asyncio.run(
        roster_overrides.override(
            schedule,
            chosen[0],
            instead_of,
            (start, end),
            reason,
            dry_run=dry_run,
            anyway=anyway,
            as_json=as_json,
        )
    )


@app.command()
def overrides(
    schedule: OneOrAll = "",
    remove: Annotated[str, typer.Option(help="Take back the one of this id.")] = "",
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """List overrides and temporary schedules that are not over, or take one back."""
    if remove:
        asyncio.run(roster_overrides.remove(remove, dry_run=dry_run, anyway=anyway, as_json=as_json))
    else:
        asyncio.run(roster_overrides.overrides(schedule, as_json=as_json))


@app.command()
def temporary() -> None:
    """Say how a temporary schedule is made: in schedules.yaml, or by importing shifts."""
    raise Trouble(
        "a temporary schedule is written under `temporary:` in schedules.yaml and put in force by "
        "`vigil roster apply`, or comes from `vigil roster import shifts`; see those in force with "
        "`vigil roster overrides`"
    )


@app.command()
def leave(person: Responder, start: From, end: To, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Record that somebody is away, on their own clock, and tell at once what gaps that opens."""
    asyncio.run(roster_leave.leave(person, (start, end), dry_run=dry_run, as_json=as_json))


@app.command()
def leaves(
    cancel: Annotated[str, typer.Option(help="Cancel the one of this id.")] = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """List leave that is not over, or cancel one."""
    asyncio.run(roster_leave.leaves(cancel, dry_run=dry_run, as_json=as_json))


@app.command()
def verify(
    person: Responder,
    method: Annotated[str, typer.Option(help="Which contact method: m1; the first unverified one.")] = "",
    code: Annotated[str, typer.Option(help="The six digits that came.")] = "",
    as_json: Json = False,
) -> None:
    """Send a code to somebody's phone, or enter the one that came; exit status 1 when it is wrong."""
    asyncio.run(roster_phones.verify(person, method, code, as_json=as_json))


@app.command()
def phones(as_json: Json = False) -> None:
    """Show everybody's contact methods: verified, failing or dead; numbers are masked."""
    asyncio.run(roster_phones.phones(as_json=as_json))


@app.command()
def load(
    month: Annotated[str, typer.Option(help="Such as 2026-11; this one if left out.")] = "",
    as_json: Json = False,
) -> None:
    """Show hours on call, pages and night pages per person, and how evenly they are spread."""
    asyncio.run(roster_load.report(month, as_json=as_json))


@_export.command("people")
def export_people(file: Annotated[Path, typer.Argument(show_default=False)]) -> None:
    """Write everybody as CSV, phone numbers in plain."""
    asyncio.run(roster_files.export_people(file))


@_export.command("shifts")
def export_shifts(
    file: Annotated[Path, typer.Argument(show_default=False)],
    schedule: Annotated[str, typer.Option(help="One schedule; all if left out.")] = "",
) -> None:
    """Write the shifts of the next 91 days as CSV."""
    asyncio.run(roster_files.export_shifts(file, schedule))


@_import.command("people")
def import_people(
    file: Annotated[Path, typer.Argument(show_default=False)],
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """Put the people of a CSV file in force; whoever is not in it stays, and so do PINs."""
    asyncio.run(roster_files.import_people(file, dry_run=dry_run, override=anyway, as_json=as_json))


@_import.command("shifts")
def import_shifts(
    file: Annotated[Path, typer.Argument(help="A .csv or .ics file.", show_default=False)],
    schedule: Annotated[str, typer.Option(help="The schedule that a calendar is of.")] = "",
    person: Annotated[
        list[str] | None, typer.Option(help="WORDS=ID: who is meant by an address or a summary.")
    ] = None,
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """Put the shifts of a file in force, in place of what was imported for the same time."""
    asyncio.run(
        roster_files.import_shifts(
            file, schedule, person or (), dry_run=dry_run, override=anyway, as_json=as_json
        )
    )


def who(
    at: Annotated[str, typer.Option(help="Another moment than now: 14:30, or 2026-11-24T02:10.")] = "",
    as_json: Json = False,
) -> None:
    """Show who is on call, and who comes next, for each schedule."""
    asyncio.run(_who(at, as_json))


async def _who(at: str, as_json: bool) -> None:
    async with linked() as link:
        when = moment(at, link.clock.now()) if at else link.clock.now()
        people, seals = await link.values("people", Person), link.seals()
        compiled = await link.values("shifts", Shifts)
    if not compiled:
        raise Trouble("there are no schedules; run `vigil roster apply FOLDER`")
    if as_json:
        put_json([_json(shifts, people, when) for shifts in compiled.values()])
        return
    rows = [_row(shifts, people, seals, when) for shifts in compiled.values()]
    show(table(f"On call, {local(when)} {when.astimezone():%Z}", ("schedule", "now", "next", "from"), rows))


def _next(shifts: Shifts, at: datetime) -> datetime | None:
    change = core.next_handoff(shifts, at)
    # Beyond what is compiled nobody stands there yet, which says nothing about who will be on.
    return change if change and change < shifts.through else None


def _json(shifts: Shifts, people: Mapping[str, Person], at: datetime) -> dict[str, object]:
    change = _next(shifts, at)
    return {
        "schedule": shifts.schedule,
        "at": at.isoformat(),
        "now": list(shifts.on(at)),
        "reachable": [one for one in shifts.on(at) if core.reachable(people.get(one))],
        "next": list(shifts.on(change)) if change else [],
        "from": change.isoformat() if change else None,
    }


def _row(shifts: Shifts, people: Mapping[str, Person], seals: Seals, at: datetime) -> tuple[str, ...]:
    change = _next(shifts, at)
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
