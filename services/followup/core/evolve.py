"""What is true of a follow-up after an event. Reads every version ever released."""

from typing import TypeVar

from contracts.followups import (
    AskAnswered,
    CareEnded,
    CarePutOff,
    CareStarted,
    CaringContact,
    CauseHeard,
    ConcernHeard,
    ContactTextEnded,
    ContactTextIntended,
    FollowupEvent,
    FollowupMoved,
    FollowupTold,
    PlanConfirmed,
    PlanEnded,
    PlanRequested,
    TaskAdded,
    TaskAssigned,
    TaskDone,
    TaskNoted,
    TaskOverdue,
    TextAsked,
    TextEnded,
)
from services.followup.core.state import (
    ANSWERS,
    CONCERNS,
    HEARD,
    NOTES,
    RUNS,
    SENT,
    Care,
    Concern,
    ContactText,
    Debt,
    Followup,
    Note,
    Owed,
    PlanRequest,
    Task,
    Text,
)

T = TypeVar("T")


def evolve(state: Followup, event: FollowupEvent) -> Followup:
    """Return the state after the event."""
    match event:
        case TaskAdded() | TaskAssigned() | TaskNoted() | TaskOverdue() | TaskDone():
            return _task(state, event)
        case CareStarted() | CarePutOff() | CareEnded():
            return _care(state, event)
        case TextAsked() | TextEnded():
            return _text(state, event)
        case PlanRequested() | PlanConfirmed() | PlanEnded():
            return _plan(state, event)
        case ContactTextIntended() | ContactTextEnded() | ConcernHeard():
            return _contact(state, event)
        case _:
            return _bookkeeping(state, event)


def _task(state: Followup, event: TaskAdded | TaskAssigned | TaskNoted | TaskOverdue | TaskDone) -> Followup:
    match event:
        case TaskAdded():
            if state.task(event.task) is not None:
                return state
            note = () if event.note is None else (Note(at=event.at, by=event.by, text=event.note),)
            added = Task(
                id=event.task,
                kind=event.kind,
                due=event.due,
                priority=event.priority,
                since=event.at,
                owner=event.owner,
                run=event.run,
                about=event.about,
                why=event.why,
                notes=note,
            )
            runs = _last((*state.runs, event.run), RUNS) if _is_new(event.run, state) else state.runs
            return state.model_copy(update={"tasks": (*state.tasks, added), "runs": runs})
        case TaskAssigned():
            return _changed(state, event.task, owner=event.owner)
        case TaskNoted():
            task = state.task(event.task)
            notes = task.notes if task is not None else ()
            kept = _last((*notes, Note(at=event.at, by=event.by, text=event.note)), NOTES)
            return _changed(state, event.task, notes=kept)
        case TaskOverdue():
            task = state.task(event.task)
            after = _changed(state, event.task, overdue=event.times, next_at=event.next_at)
            if task is None:
                return after
            owed = Owed(
                what=Debt.SIGNAL,
                about=event.task,
                since=event.at,
                urgency=event.urgency,
                kind=task.kind,
                owner=task.owner,
                happened_at=task.due,
                number=event.times,
            )
            return _owing(after, owed)
        case TaskDone():
            return _done(state, event)


def _done(state: Followup, event: TaskDone) -> Followup:
    task = state.task(event.task)
    if task is None:
        return state
    left = tuple(one for one in state.tasks if one.id != event.task)
    runs = tuple(one for one in state.runs if one != task.run) if event.why == "undone" else state.runs
    after = state.model_copy(update={"tasks": left, "runs": runs})
    if event.why == "moved":
        # It goes on under the other id, and so does whoever was told of it.
        return after
    return _owing(
        after,
        *(
            Owed(what=Debt.FOLLOWED, about=event.task, since=event.at, number=times)
            for times in range(1, task.overdue + 1)
        ),
    )


def _care(state: Followup, event: CareStarted | CarePutOff | CareEnded) -> Followup:
    match event:
        case CareStarted():
            care = Care(
                plan=event.plan,
                after=event.after,
                run=event.run,
                replaces=event.replaces,
                contacts=event.contacts,
            )
            runs = _last((*state.runs, event.run), RUNS) if _is_new(event.run, state) else state.runs
            return state.model_copy(update={"care": care, "runs": runs})
        case CarePutOff() if state.care is not None:
            again = (event.again,) if event.again is not None else ()
            others = tuple(one for one in state.care.contacts if one.contact != event.contact)
            same = again or tuple(one for one in state.care.contacts if one.contact == event.contact)
            put_off = tuple(one.model_copy(update={"due": event.until}) for one in same)
            return _with_contacts(state, (*others, *put_off))
        case CareEnded() if state.care is not None and state.care.plan == event.plan:
            caring = [one for one in state.texts if one.contact is not None]
            ended = state.model_copy(update={"care": None})
            return _owing(
                ended,
                *(Owed(what=Debt.DROPPED, about=one.outreach, since=event.at) for one in caring),
            )
        case _:
            return state


def _text(state: Followup, event: TextAsked | TextEnded) -> Followup:
    match event:
        case TextAsked():
            contacts = state.care.contacts if state.care is not None else ()
            contact = next((one for one in contacts if one.contact == event.contact), None)
            asked = Text(
                outreach=event.outreach,
                kind=event.kind,
                at=event.at,
                send_by=event.send_by,
                answer_by=event.answer_by,
                contact=contact,
                request=event.request,
                variant=event.variant,
                resource=event.resource,
            )
            after = _with_contacts(state, tuple(one for one in contacts if one.contact != event.contact))
            return _owing(
                after.model_copy(update={"texts": (*after.texts, asked)}),
                Owed(what=Debt.TEXT, about=event.outreach, since=event.at),
            )
        case TextEnded():
            return _text_ended(state, event)


def _text_ended(state: Followup, event: TextEnded) -> Followup:
    text = state.text(event.outreach)
    if text is None:
        # Sent, and then not delivered.
        left = tuple(one for one in state.sent if one.outreach != event.outreach)
        return state.model_copy(update={"sent": left})
    after = state.model_copy(
        update={
            "texts": tuple(one for one in state.texts if one.outreach != event.outreach),
            # Nobody need be asked for a text whose end is known.
            "owed": tuple(one for one in state.owed if (one.what, one.about) != (Debt.TEXT, event.outreach)),
        }
    )
    if event.withheld is not None or event.unanswered:
        return after
    sent = {"sent": _last((*after.sent, text), SENT)}
    return after.model_copy(update=sent | ({"last_text": event.at} if text.contact is not None else {}))


def _plan(state: Followup, event: PlanRequested | PlanConfirmed | PlanEnded) -> Followup:
    match event:
        case PlanRequested():
            made = PlanRequest(request=event.request, by=event.by, confirm_by=event.confirm_by)
            return state.model_copy(update={"plan": made})
        case PlanConfirmed() if state.plan is not None:
            return state.model_copy(update={"plan": state.plan.model_copy(update={"confirm_by": None})})
        case PlanEnded() if state.plan is not None and state.plan.request == event.request:
            return state.model_copy(update={"plan": None})
        case _:
            return state


def _contact(state: Followup, event: ContactTextIntended | ContactTextEnded | ConcernHeard) -> Followup:
    match event:
        case ContactTextIntended():
            made = ContactText(message=event.message, contact=event.contact, by=event.by, since=event.at)
            return state.model_copy(update={"contact_texts": (*state.contact_texts, made)})
        case ContactTextEnded():
            left = tuple(one for one in state.contact_texts if one.message != event.message)
            return state.model_copy(update={"contact_texts": left})
        case ConcernHeard():
            heard = Concern(
                at=event.at, sid=event.sid, contact=event.contact, evidence=event.evidence, text=event.text
            )
            return _owing(
                state.model_copy(update={"concerns": _last((*state.concerns, heard), CONCERNS)}),
                Owed(what=Debt.CONCERN, about=event.sid, since=event.at, number=event.evidence),
                Owed(what=Debt.RECEIVED, about=event.sid, since=event.at, contact=event.contact),
            )


def _bookkeeping(state: Followup, event: FollowupEvent) -> Followup:
    match event:
        case AskAnswered():
            return state.model_copy(
                update={"answers": _last((*state.answers, (event.ask, event.outcome)), ANSWERS)}
            )
        case FollowupTold():
            left = tuple(one for one in state.owed if one.key not in event.what)
            return state.model_copy(update={"owed": left})
        case CauseHeard():
            return state.model_copy(update={"heard": _last((*state.heard, event.cause), HEARD)})
        case FollowupMoved():
            gone = {"moved_into": event.into, "care": None, "plan": None, "texts": ()}
            return state.model_copy(update=gone)
        case _:
            return state


def _changed(state: Followup, name: str, **update: object) -> Followup:
    tasks = tuple(one.model_copy(update=update) if one.id == name else one for one in state.tasks)
    return state.model_copy(update={"tasks": tasks})


def _with_contacts(state: Followup, contacts: tuple[CaringContact, ...]) -> Followup:
    if state.care is None:
        return state
    ordered = tuple(sorted(contacts, key=lambda one: (one.due, one.contact)))
    return state.model_copy(update={"care": state.care.model_copy(update={"contacts": ordered})})


def _owing(state: Followup, *owed: Owed) -> Followup:
    keys = {one.key for one in state.owed}
    return state.model_copy(update={"owed": (*state.owed, *(one for one in owed if one.key not in keys))})


def _last(values: tuple[T, ...], most: int) -> tuple[T, ...]:
    return values[-most:]


def _is_new(run: str | None, state: Followup) -> bool:
    return run is not None and run not in state.runs
