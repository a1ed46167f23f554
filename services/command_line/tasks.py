"""`vigil tasks`: what people are to do after a crisis or a discharge: list, take, note, done."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from contracts.followups import Priority, TaskBrief
from contracts.people import Person
from services.command_line import tasks_care
from services.command_line.followup_asking import all_tasks, ask, whose
from services.command_line.link import Link, linked
from services.command_line.shown import away, local, put_json, show, table
from services.command_line.tasks_shown import show_concerns, show_task
from services.command_line.troubles import Told, Trouble

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Tasks after a crisis or a discharge, and caring contacts."
)
TaskId = Annotated[str, typer.Argument(help="Id of the task, T...", show_default=False)]
PatientId = Annotated[str, typer.Argument(help="Vigil's id of the patient, pt_...", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
AskNote = Annotated[bool, typer.Option("--ask-note", help="Ask for a note; it is sealed.")]
_COLUMNS = ("task", "due", "owner", "what", "why", "priority", "patient")


@app.command("list")
def list_tasks(
    owner: Annotated[str, typer.Option(help="Only those of this responder; `none`: of nobody.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should be done by now.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open tasks, the earliest due first."""
    asyncio.run(_list(owner, overdue, as_json))


@app.command("show")
def show_one(
    task: TaskId,
    reveal: Annotated[bool, typer.Option("--reveal", help="Its notes in clear; that is recorded.")] = False,
    why: Annotated[str, typer.Option(help="With --reveal: what for. No name, nothing clinical.")] = "",
) -> None:
    """Show a task, with how many notes there are; with --reveal what they say."""
    if reveal and not why.strip():
        raise Trouble("--why: say what for; it is recorded")
    asyncio.run(show_task(task, reveal, why))


@app.command()
def concerns(
    patient: PatientId,
    reveal: Annotated[bool, typer.Option("--reveal", help="In clear; that is recorded.")] = False,
    why: Annotated[str, typer.Option(help="With --reveal: what for. No name, nothing clinical.")] = "",
) -> None:
    """Show when support contacts texted about a patient; with --reveal what they wrote."""
    if reveal and not why.strip():
        raise Trouble("--why: say what for; it is recorded")
    asyncio.run(show_concerns(patient, reveal, why))


@app.command()
def add(
    patient: PatientId,
    due: Annotated[str, typer.Option(help="By when: 2026-11-26 17:00.")],
    zone: Annotated[str, typer.Option(help="Time zone of --due.")] = "America/New_York",
    owner: Annotated[str, typer.Option(help="Responder; else the patient's therapist.")] = "",
    priority: Annotated[Priority, typer.Option(help="What its being late comes to.")] = Priority.NORMAL,
    ask_note: AskNote = False,
) -> None:
    """Add a task of case management. Overdue ones are told by the policies for follow_up_due."""
    asyncio.run(_add(patient, _moment(due, zone), owner, priority, _note(ask_note)))


@app.command()
def done(task: TaskId, ask_note: AskNote = False) -> None:
    """Close a task: it was done."""
    asyncio.run(_about(task, "done_task", "is done", note=_note(ask_note)))


@app.command()
def take(
    task: TaskId,
    responder: Annotated[str, typer.Option("--as", help="Your id in the roster.", show_default=False)],
) -> None:
    """Take a task: it is yours from now on."""
    asyncio.run(_about(task, "assign_task", f"is {responder}'s", owner=responder))


@app.command()
def assign(
    task: TaskId,
    to: Annotated[str, typer.Option(help="The responder who is to do it.", show_default=False)],
) -> None:
    """Give a task to somebody."""
    asyncio.run(_about(task, "assign_task", f"is {to}'s", owner=to))


@app.command()
def note(task: TaskId) -> None:
    """Write something beside a task; it is asked for, and sealed."""
    asyncio.run(_about(task, "note_task", "has the note", note=_note(True)))


app.command("end-care")(tasks_care.end_care)
app.command("send-plan")(tasks_care.send_plan)
app.command("plan-consent")(tasks_care.plan_consent)
app.command("text-contact")(tasks_care.text_contact)


async def _list(owner: str, overdue: bool, as_json: bool) -> None:
    async with linked() as link:
        now = link.clock.now()
        found = [
            (patient, task)
            for patient, task in await all_tasks(link)
            if owner in ("", task.owner or "none") and (not overdue or task.due <= now)
        ]
    if as_json:
        put_json([{"patient": patient, **task.model_dump(mode="json")} for patient, task in found])
        return
    rows = [_row(patient, task, now) for patient, task in found]
    show(table("Open tasks", _COLUMNS, rows, "Nothing is to be done."))


def _row(patient: str, task: TaskBrief, now: datetime) -> tuple[str, ...]:
    due = f"{local(task.due)}, {'OVERDUE' if task.due <= now else away(task.due, now)}"
    what = str(task.kind).replace("_", " ")
    why = task.why.replace("_", " ") or "-"
    return task.task, due, task.owner or "-", what, why, str(task.priority), patient


async def _add(patient: str, due: datetime, owner: str, priority: Priority, note: str) -> None:
    async with linked() as link:
        if due <= link.clock.now():
            raise Trouble("--due: that is past")
        await _known_person(link, owner, "--owner")
        fields: dict[str, Any] = {"due": due, "owner": owner or None, "priority": priority}
        await ask(link, patient, "add_task", note=await _sealed(link, patient, note), **fields)
    typer.echo(f"{patient}: the task is added, due {local(due)}.")


async def _about(task: str, what: str, said: str, *, owner: str = "", note: str = "") -> None:
    async with linked() as link:
        patient, found = await whose(link, task)
        await _known_person(link, owner, "responder")
        sealed = await _sealed(link, patient, note)
        await ask(link, patient, what, task=found.task, owner=owner or None, note=sealed)
    typer.echo(f"{found.task} {said}.")


async def _known_person(link: Link, name: str, option: str) -> None:
    if name and name not in (people := await link.values("people", Person)):
        raise Trouble(f"{option}: there is nobody {name!r}; there are {', '.join(people)}")


async def _sealed(link: Link, patient: str, note: str) -> dict[str, str] | None:
    if not note:
        return None
    own = await link.administration().patient_seals(patient)
    return own.seal(note).model_dump()


def _note(wanted: bool) -> str:
    return str(typer.prompt("Note")) if wanted else ""


def _moment(text: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, OSError, KeyError):
        raise Trouble("--due: write it as 2026-11-26 17:00, with --zone America/New_York") from None
