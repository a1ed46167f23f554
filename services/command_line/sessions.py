"""`vigil sessions`: the programme's timetable, who is expected, who came."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.command_line import sessions_facts, sessions_timetable
from services.command_line.troubles import Told

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Sessions: the timetable, who is expected, who came, who is excused."
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would change, and change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]
GroupId = Annotated[str, typer.Argument(help="The group's id.", show_default=False)]
PatientName = Annotated[
    str, typer.Argument(help="pt_..., or <source>:<the id there>.", metavar="PATIENT", show_default=False)
]
On = Annotated[str, typer.Option(help="Day, such as 2026-11-24; empty: today.")]
At = Annotated[str, typer.Option(help="Which session of that day, by its time in the timetable: 09:00.")]


@app.command()
def load(
    files: Annotated[
        list[Path], typer.Argument(help="YAML or CSV with groups and enrolments.", show_default=False)
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write groups and enrolments; what no file names stays as it is."""
    asyncio.run(sessions_timetable.load(files, dry_run=dry_run, as_json=as_json))


@app.command()
def today(
    group: Annotated[str, typer.Argument(help="Only this group.")] = "",
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """List a day's sessions: who is expected, who came, and the code to text."""
    asyncio.run(sessions_timetable.today(group, on, as_json=as_json))


@app.command("check-in")
def check_in(
    group: GroupId,
    who: Annotated[
        list[str], typer.Argument(help="A file with one patient a line, or patients.", show_default=False)
    ],
    on: On = "",
    at: At = "",
    undo: Annotated[
        bool,
        typer.Option("--undo", help="They were entered by mistake: expected again, or missing at once."),
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Enter who came to a group's session; whoever is entered twice is entered once."""
    asyncio.run(sessions_facts.check_in(group, who, on, at, undo=undo, dry_run=dry_run))


@app.command()
def excuse(
    patient: PatientName,
    on: On = "",
    session: Annotated[str, typer.Option(help="Only this session's id; empty: the whole day.")] = "",
) -> None:
    """Excuse a patient: they said that they don't come."""
    asyncio.run(sessions_facts.excuse(patient, on, session))


@app.command()
def cancel(
    group: GroupId,
    on: Annotated[str, typer.Argument(help="Day, such as 2026-11-24.", show_default=False)],
    at: At = "",
    why: Annotated[str, typer.Option(help="Why; no name.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take that back.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Cancel a group's sessions of a day, or one of them: nobody is missed there."""
    if undo:
        asyncio.run(sessions_timetable.restore(group, on, at, dry_run=dry_run))
        return
    asyncio.run(sessions_timetable.cancel(group, on, at, why, dry_run=dry_run))


@app.command()
def leave(
    group: GroupId,
    patient: PatientName,
    on: Annotated[str, typer.Option(help="Their last day; empty: today.")] = "",
    dry_run: DryRun = False,
) -> None:
    """End a patient's enrolment in a group after a day."""
    asyncio.run(sessions_timetable.leave(group, patient, on, dry_run=dry_run))
