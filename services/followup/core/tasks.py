"""Tasks: what makes them, what closes them, and how urgent it is when one is overdue."""

from datetime import datetime

from contracts.followups import Priority, TaskAdded, TaskDone, TaskKind, TaskOverdue
from contracts.values import Urgency
from services.followup.core.draft import Draft, task_id
from services.followup.core.state import Task

_BY_SPEAKING = (TaskKind.CONTACT, TaskKind.CALL)
"""What is done once somebody has spoken with the patient."""


def add(
    draft: Draft,
    kind: TaskKind,
    seed: str,
    due: datetime,
    priority: Priority,
    *,
    owner: str | None = None,
    run: str | None = None,
    about: str | None = None,
    why: str = "",
) -> None:
    """Add a task, unless it is there already."""
    name = task_id(draft.state.patient, f"{kind} {seed}")
    if draft.state.task(name) is not None:
        return
    draft.add(
        TaskAdded(
            at=draft.here.now,
            task=name,
            kind=kind,
            due=due,
            priority=priority,
            owner=draft.here.owner(owner),
            run=run,
            about=about,
            why=why,
        )
    )


def call_instead(draft: Draft, about: str, why: str, priority: Priority, owner: str | None = None) -> None:
    """A text could not be sent: somebody calls."""
    due = draft.here.now + draft.here.limits.call_within
    add(draft, TaskKind.CALL, about, due, priority, owner=owner, about=about, why=why)


def read_plan_out(draft: Draft, request: str, why: str, owner: str | None = None) -> None:
    """The safety plan can't be texted: somebody reads it out."""
    due = draft.here.now + draft.here.limits.read_within
    add(draft, TaskKind.READ_PLAN, request, due, Priority.HIGH, owner=owner, about=request, why=why)


def contact_made(draft: Draft, responder: str, at: datetime) -> None:
    """Somebody spoke with the patient: what asked for just that, and stood then, is done."""
    for one in draft.state.tasks:
        if one.kind in _BY_SPEAKING and one.since <= at:
            draft.add(TaskDone(at=draft.here.now, task=one.id, by=responder, why="contact_made"))


def supersede_contacts(draft: Draft, run: str) -> None:
    """A newer crisis asks for a contact of its own: earlier ones that are open stand in it."""
    for one in draft.state.tasks:
        if one.kind is TaskKind.CONTACT and one.run != run:
            draft.add(TaskDone(at=draft.here.now, task=one.id, by="", why="superseded"))


def overdue(draft: Draft, task: Task) -> None:
    """Nobody did it in time."""
    now, times = draft.here.now, task.overdue + 1
    draft.add(
        TaskOverdue(
            at=now,
            task=task.id,
            times=times,
            urgency=urgency(task.priority, times),
            next_at=now + draft.here.limits.again_after,
        )
    )


def urgency(priority: Priority, times: int) -> Urgency:
    """Return how urgent an overdue task is; one that is told again is more so. No source.

    High is what a patient may come to harm by: the contact after a crisis, the appointment after a
    discharge, a plan to be read out.
    """
    match priority:
        case Priority.HIGH:
            return Urgency.SOON if times == 1 else Urgency.URGENT
        case Priority.NORMAL:
            return Urgency.ROUTINE if times == 1 else Urgency.SOON
        case Priority.LOW:
            return Urgency.ROUTINE
