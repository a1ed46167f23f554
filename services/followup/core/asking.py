"""What somebody at a desk asks of a follow-up, and what it comes to. Each request counts once."""

from collections.abc import Sequence

from contracts.followups import (
    AskAnswered,
    FollowupAsked,
    TaskAdded,
    TaskAssigned,
    TaskDone,
    TaskNoted,
    TextAsked,
)
from contracts.outreach import OutreachKind
from services.followup.core import care, plans
from services.followup.core.draft import Draft, Events, Here, opaque, task_id
from services.followup.core.state import Followup

DONE = "done"
_ENDS = ("died", "readmitted", "declined")


def asked(
    state: Followup, ask: FollowupAsked, resource: str | None, here: Here, names: Sequence[str] = ()
) -> Events:
    """Do what is asked, and keep the answer. `resource`: the one that fits, of `send_education`.

    `names`: those of all resources, for whoever asks for one that is not there.

    Texts to support contacts are not decided here: their consent is looked at when they are sent.
    """
    if any(one == ask.id for one, _ in state.answers):
        return ()
    draft = Draft(state, here)
    outcome = _outcome(draft, ask, resource, names)
    draft.add(AskAnswered(at=here.now, ask=ask.id, outcome=outcome, by=ask.by))
    return draft.events


def answered(state: Followup, ask: FollowupAsked, outcome: str, here: Here) -> Events:
    """Keep what came of something that was done elsewhere."""
    if any(one == ask.id for one, _ in state.answers):
        return ()
    return (AskAnswered(at=here.now, ask=ask.id, outcome=outcome, by=ask.by),)


def _outcome(draft: Draft, ask: FollowupAsked, resource: str | None, names: Sequence[str]) -> str:
    match ask.what:
        case "add_task":
            _add(draft, ask)
            return DONE
        case "send_education":
            return _education(draft, ask, resource, names)
        case "send_plan":
            return plans.request(draft, ask.id, ask.by)
        case "end_care":
            if ask.why not in _ENDS or draft.state.care is None:
                return "no calendar of caring contacts runs"
            care.end(draft, ask.why)
            return DONE
        case "text_contact":
            return "support contacts are texted by the service that sends"
        case _:
            return _about_task(draft, ask)


def _add(draft: Draft, ask: FollowupAsked) -> None:
    here = draft.here
    draft.add(
        TaskAdded(
            at=here.now,
            task=task_id(draft.state.patient, ask.id),
            kind=ask.kind,
            due=ask.due or here.now + here.limits.call_within,
            priority=ask.priority,
            owner=ask.owner or here.owner(),
            by=ask.by,
            note=ask.note,
        )
    )


def _about_task(draft: Draft, ask: FollowupAsked) -> str:
    here, task = draft.here, draft.state.task(ask.task)
    if task is None:
        return "there is no such open task"
    match ask.what:
        case "assign_task":
            if ask.owner is None:
                return "nobody was named"
            draft.add(TaskAssigned(at=here.now, task=task.id, owner=ask.owner, by=ask.by))
        case "note_task":
            if ask.note is None:
                return "there is no note"
            draft.add(TaskNoted(at=here.now, task=task.id, by=ask.by, note=ask.note))
        case _:
            if ask.note is not None:
                draft.add(TaskNoted(at=here.now, task=task.id, by=ask.by, note=ask.note))
            draft.add(TaskDone(at=here.now, task=task.id, by=ask.by))
    return DONE


def _education(draft: Draft, ask: FollowupAsked, resource: str | None, names: Sequence[str]) -> str:
    here = draft.here
    if resource is None:
        return f"there is no resource on that topic; there are: {' '.join(names)}"
    if not here.known.education:
        return "the patient has not asked for such texts (vigil education opt-in)"
    if here.known.opted_out:
        return "the patient opted out of texts"
    draft.add(
        TextAsked(
            at=here.now,
            outreach=opaque("education", f"{draft.state.patient} {ask.id}"),
            kind=OutreachKind.EDUCATION,
            send_by=here.now + here.limits.call_within,
            answer_by=here.now + here.limits.call_within + here.limits.answer_within,
            resource=f"education/{resource}",
        )
    )
    return DONE
