"""Notes beside a task, and what support contacts wrote: sealed, and shown in clear only on record."""

import typer
from pydantic import TypeAdapter

from contracts.followups import ConcernHeard, FollowupEvent, TaskAdded, TaskNoted, subject_of
from contracts.programme import PatientRevealed
from contracts.values import Sealed
from services.command_line.followup_asking import whose
from services.command_line.link import Link, linked, me
from services.command_line.privacy import known, record
from services.command_line.shown import local
from services.runtime.aggregates import read_events
from services.runtime.log import Log

_EVENTS: TypeAdapter[FollowupEvent] = TypeAdapter(FollowupEvent)
Written = tuple[str, Sealed]
"""When and by whom, and what."""


async def show_task(name: str, reveal: bool, why: str) -> None:
    """Write a task to the terminal."""
    async with linked() as link:
        patient, task = await whose(link, name)
        notes: list[Written] = []
        for event in await _events(link, patient):
            match event:
                case TaskAdded(task=task.task, note=Sealed() as note):
                    notes.append((f"{local(event.at)}, {event.by}", note))
                case TaskNoted(task=task.task, note=note):
                    notes.append((f"{local(event.at)}, {event.by}", note))
                case _:
                    continue
        typer.echo(f"{task.task}: {str(task.kind).replace('_', ' ')} of {patient}, due {local(task.due)}")
        typer.echo(f"owner {task.owner or 'nobody'}, priority {task.priority}, told {task.overdue} times")
        if reveal:
            await _reveal(link, patient, notes, why)
        else:
            typer.echo(f"{len(notes)} sealed notes; --reveal shows them")


async def show_concerns(patient: str, reveal: bool, why: str) -> None:
    """Write what support contacts texted about a patient to the terminal."""
    async with linked() as link:
        await known(link, patient)
        heard: list[Written] = [
            (f"{local(event.at)}, support contact {event.contact}", event.text)
            for event in await _events(link, patient)
            if isinstance(event, ConcernHeard)
        ]
        if reveal:
            await _reveal(link, patient, heard, why)
            return
        for head, _ in heard:
            typer.echo(head)
        typer.echo(f"{len(heard)} sealed texts; --reveal shows them")


async def _events(link: Link, patient: str) -> list[FollowupEvent]:
    stored = await Log(link.nc, "FOLLOWUPS").since(subject_of(patient), 1)
    return [event for one in stored for event in read_events(one.data, _EVENTS)]


async def _reveal(link: Link, patient: str, written: list[Written], why: str) -> None:
    now = link.clock.now()
    fact = PatientRevealed(patient=patient, by=me(), at=now, shown=("notes",), why=why)
    # On record before anything is on the screen.
    await record(link, "patient_revealed", fact, f"{patient}:{fact.by}:{now.isoformat()}")
    administration = link.administration()
    for head, text in written:
        typer.echo(f"{head}: {await administration.revealed(text)}")
