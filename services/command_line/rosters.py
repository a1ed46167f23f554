"""`vigil roster` and `vigil who`: people, schedules, who is on call, and what changes that."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from contracts.people import Person
from contracts.schedules import Change, Shifts
from contracts.schedules import Schedule as ScheduleValue
from services.command_line import (
    roster_apply,
    roster_feeds,
    roster_files,
    roster_handoffs,
    roster_history,
    roster_leave,
    roster_load,
    roster_overrides,
    roster_phones,
    roster_show,
    roster_swaps,
    roster_verify_all,
)
from services.command_line.link import linked
from services.command_line.moments import moment_here
from services.command_line.programme_zone import programme_zone
from services.command_line.shown import local, put_json, show, table
from services.command_line.troubles import Told, Trouble
from services.command_line.whole_roster import read
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
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    dry_run: DryRun = False,
    anyway: Anyway = "",
    as_json: Json = False,
) -> None:
    """Put people, holidays and schedules in force, and say what changes and where nobody could be paged.

    Refused when a page would reach nobody within 24 hours who would be reached now.
    """
    asyncio.run(roster_apply.apply(folder, reason=reason, dry_run=dry_run, override=anyway, as_json=as_json))


@app.command()
def history(
    number: Annotated[
        int, typer.Argument(min=0, help="One change, with all of it; all if left out.", show_default=False)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Show who changed the roster by a command, when and why, and what that changed."""
    asyncio.run(roster_history.history(number, as_json=as_json))


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
def temporary(schedule: OneOrAll = "", as_json: Json = False) -> None:
    """List temporary schedules that are not over.

    They are written under `temporary` in schedules.yaml, or come from `vigil roster import shifts`.
    """
    asyncio.run(roster_overrides.temporary(schedule, as_json=as_json))


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
    person: Annotated[str, typer.Argument(help="Id of a responder.", show_default=False)] = "",
    method: Annotated[str, typer.Option(help="Which contact method: m1; the first unverified one.")] = "",
    code: Annotated[str, typer.Option(help="The six digits that came.")] = "",
    all_on_call: Annotated[
        bool, typer.Option("--all-on-call", help="Everybody on in the next 28 days, by day where they are.")
    ] = False,
    now: Annotated[bool, typer.Option("--now", help="With --all-on-call: at night too.")] = False,
    as_json: Json = False,
) -> None:
    """Send a code to somebody's phone, or enter the one that came; exit status 1 when it is wrong."""
    if all_on_call:
        if person or method or code:
            raise Trouble("--all-on-call: asks everybody; leave out the responder, --method and --code")
        asyncio.run(roster_verify_all.verify_all(at_night=now, as_json=as_json))
        return
    if now:
        raise Trouble("--now belongs to --all-on-call; one person is asked at once anyway")
    if not person:
        raise Trouble("name a responder, or ask everybody with --all-on-call")
    asyncio.run(roster_phones.verify(person, method, code, as_json=as_json))


@app.command()
def phones(as_json: Json = False) -> None:
    """Show everybody's contact methods: verified, failing or dead; numbers are masked."""
    asyncio.run(roster_phones.phones(as_json=as_json))


@app.command()
def handoffs(schedule: OneOrAll = "", as_json: Json = False) -> None:
    """Show which coming turns were asked about, who confirmed, and who stays on until then."""
    asyncio.run(roster_handoffs.handoffs(schedule, as_json=as_json))


@app.command()
def load(
    month: Annotated[str, typer.Option(help="Such as 2026-11; this one if left out.")] = "",
    as_json: Json = False,
) -> None:
    """Show hours on call, pages and night pages per person, and how evenly they are spread."""
    asyncio.run(roster_load.report(month, as_json=as_json))


@_export.command("people")
def export_people(
    file: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Write everybody as CSV, phone numbers in plain; a file that is there is replaced."""
    asyncio.run(roster_files.export_people(file, as_json=as_json))


@_export.command("shifts")
def export_shifts(
    file: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    schedule: Annotated[str, typer.Option(help="One schedule; all if left out.")] = "",
    as_json: Json = False,
) -> None:
    """Write the shifts of the next 91 days as CSV; a file that is there is replaced."""
    asyncio.run(roster_files.export_shifts(file, schedule, as_json=as_json))


@_import.command("people")
def import_people(
    file: Annotated[Path, typer.Argument(help="A .csv file.", show_default=False)],
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
    at: Annotated[
        str,
        typer.Option(
            help="Another moment than now, on the programme's clock: 14:30 (today), 2026-11-24T02:10."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Show who is on call, and who comes next, for each schedule."""
    asyncio.run(_who(at, as_json))


async def _who(at: str, as_json: bool) -> None:
    async with linked() as link:
        zone = programme_zone((await link.values("schedules", ScheduleValue)).values())
        when = moment_here(at, link.clock.now(), zone).astimezone(UTC) if at else link.clock.now()
        people, seals = await link.values("people", Person), link.seals()
        compiled = await link.values("shifts", Shifts)
        if at:
            compiled = roster_show.around(await read(link), compiled, when)
    if not compiled:
        raise Trouble("there are no schedules; run `vigil roster apply FOLDER`")
    if as_json:
        put_json([_json(shifts, people, when) for shifts in compiled.values()])
        return
    rows = [_row(shifts, people, seals, when, zone) for shifts in compiled.values()]
    there = zone.key if zone is not None else "this machine's clock"
    title = f"On call, {when.astimezone(zone):%a %d %b %Y %H:%M %Z} ({there})"
    show(table(title, ("schedule", "now", "next", "from"), rows))


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


def _row(
    shifts: Shifts, people: Mapping[str, Person], seals: Seals, at: datetime, zone: ZoneInfo | None
) -> tuple[str, ...]:
    change = _next(shifts, at)
    after = shifts.on(change) if change else ()

    def named(ids: tuple[str, ...]) -> str:
        return ", ".join(_named(one, people, seals) for one in ids) or "NOBODY"

    return (
        shifts.schedule,
        named(shifts.on(at)),
        named(after) if change else "",
        local(change, zone=zone) if change else "",
    )


def _named(one: str, people: Mapping[str, Person], seals: Seals) -> str:
    person = people.get(one)
    if person is None:
        return f"{one} (UNKNOWN)"
    name = seals.unseal(person.name)
    return f"{name} ({one})" if core.reachable(person) else f"{name} ({one}, NOT REACHABLE)"
