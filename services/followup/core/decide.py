"""What happens to a follow-up because of what was heard, or because its moment has come.

Repeated or late input gives ().
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.followups import (
    CareStarted,
    CauseHeard,
    ConcernHeard,
    ContactTextEnded,
    FollowupMoved,
    FollowupTold,
    Priority,
    TaskAdded,
    TaskDone,
    TaskKind,
    TaskNoted,
)
from contracts.outreach import Withheld
from contracts.values import Disposition, Kind, Sealed, Urgency
from services.followup.core import calendar, care, plans, tasks
from services.followup.core.draft import Draft, Events, Here
from services.followup.core.limits import NO_CRISIS, SPOKEN
from services.followup.core.state import SENT_WITHIN, Followup


@dataclass(frozen=True, slots=True)
class Over:
    """An escalation was resolved, or contact was confirmed after a hand-off."""

    run: str
    at: datetime
    responder: str
    urgency: Urgency
    kind: Kind
    disposition: Disposition | None = None
    """None: contact was confirmed after a hand-off, and it is not closed yet."""


def resolved(state: Followup, over: Over, here: Here) -> Events:
    """A crisis is over: a person speaks with the patient within a day, and the calendar begins."""
    cause = f"over/{over.run}/{over.at.isoformat()}"
    if cause in state.heard:
        return ()
    draft = Draft(state, here)
    if over.disposition in SPOKEN:
        tasks.contact_made(draft, over.responder, over.at)
    if over.disposition in NO_CRISIS:
        if state.care is not None and state.care.run == over.run and state.care.replaces is None:
            care.end(draft, "undone")
    elif over.urgency.rank >= here.limits.least_urgency.rank and over.kind is not Kind.FOLLOW_UP_DUE:
        _after_crisis(draft, over)
    return _heard(draft, cause)


def undone(state: Followup, run: str, at: datetime, here: Here) -> Events:
    """The last word was taken back, so the escalation is open again: its contact is not due yet.

    The calendar stays; no text of it goes out while the escalation is open.
    """
    cause = f"undone/{run}/{at.isoformat()}"
    if cause in state.heard:
        return ()
    draft = Draft(state, here)
    for one in state.tasks:
        if one.run == run and one.kind is TaskKind.CONTACT:
            draft.add(TaskDone(at=here.now, task=one.id, by="", why="undone"))
    return _heard(draft, cause)


def discharged(state: Followup, left: str, on: date, here: Here) -> Events:
    """A transition of care: a person calls within a day, the first appointment is seen to, texts begin.

    One that is heard of after the weeks of raised risk makes nothing. The day may be tomorrow's: in the
    evening, on the clock of whoever reports it, it has begun.
    """
    cause = f"discharged/{left}/{on.isoformat()}"
    today = here.now.astimezone(ZoneInfo(here.limits.zone)).date()
    if cause in state.heard or on > today + timedelta(days=1):
        return ()
    draft = Draft(state, here)
    if today - on <= timedelta(days=here.limits.discharge_days):
        if not any(one.kind is TaskKind.CONTACT for one in state.tasks):
            due = here.now + here.limits.contact_within
            tasks.add(draft, TaskKind.CONTACT, cause, due, Priority.HIGH, why="discharge")
        day = on + timedelta(days=here.limits.appointment_days)
        due = max(calendar.working_end(day, here.window), here.now + here.limits.contact_within)
        tasks.add(draft, TaskKind.APPOINTMENT, cause, due, Priority.HIGH, why=left)
        if state.care is None:
            care.start(draft, "discharge", cause, None)
    return _heard(draft, cause)


def outreach_ended(state: Followup, outreach: str, withheld: Withheld | None, here: Here) -> Events:
    """The crisis line says what became of a text."""
    draft = Draft(state, here)
    if (text := state.text(outreach)) is not None:
        care.text_ended(draft, text, withheld)
    elif withheld is Withheld.UNDELIVERED and (sent := state.sent_text(outreach)) is not None:
        care.undelivered(draft, sent)
    return draft.events


def opted_out(state: Followup, here: Here) -> Events:
    """The patient wants no more texts."""
    draft = Draft(state, here)
    care.opted_out(draft)
    return draft.events


def word(state: Followup, sid: str, body: str, here: Here) -> Events:
    """The patient texted; it may be the word that is waited for."""
    draft = Draft(state, here)
    plans.word(draft, sid, body)
    return draft.events


def concern(state: Followup, sid: str, contact: str, evidence: int, text: Sealed, here: Here) -> Events:
    """A support contact texted that they are worried."""
    cause = f"concern/{sid}"
    if cause in state.heard:
        return ()
    draft = Draft(state, here)
    draft.add(ConcernHeard(at=here.now, sid=sid, contact=contact, evidence=evidence, text=text))
    return _heard(draft, cause)


def look(state: Followup, crisis_open: bool, here: Here) -> Events:
    """Do what is due. While something is owed to others, nothing else: that is published first."""
    if state.owed:
        return ()
    draft = Draft(state, here)
    for task in state.tasks:
        if task.acts_at <= here.now:
            tasks.overdue(draft, task)
    for text in state.texts:
        if text.answer_by <= here.now:
            care.text_ended(draft, text, None, unanswered=True)
    for sent in state.contact_texts:
        if sent.since + SENT_WITHIN <= here.now:
            draft.add(ContactTextEnded(at=here.now, message=sent.message, outcome="unknown"))
            tasks.call_instead(draft, sent.message, "contact_text_unknown", Priority.HIGH)
    plans.unconfirmed(draft)
    care.look(draft, crisis_open)
    return draft.events


def told(state: Followup, keys: tuple[str, ...], now: datetime) -> Events:
    """What was owed under these keys has been published."""
    owed = tuple(one.key for one in state.owed if one.key in keys)
    return (FollowupTold(at=now, what=owed),) if owed else ()


def moved(state: Followup, into: str, here: Here) -> Events:
    """The patient is another id's person, which has taken over what was open."""
    if state.moved_into == into or into == state.patient:
        return ()
    draft = Draft(state, here)
    for one in state.tasks:
        draft.add(TaskDone(at=here.now, task=one.id, by="", why="moved"))
    care.end(draft, "moved")
    draft.add(FollowupMoved(at=here.now, into=into))
    return draft.events


def adopted(state: Followup, other: Followup, here: Here) -> Events:
    """What was open under another id of the same person goes on here; each of it once."""
    cause = f"adopted/{other.patient}"
    if cause in state.heard or other.patient == state.patient:
        return ()
    draft = Draft(state, here)
    for one in other.tasks:
        first, *more = one.notes or (None,)
        draft.add(
            TaskAdded(
                at=here.now,
                task=one.id,
                kind=one.kind,
                due=one.due,
                priority=one.priority,
                owner=one.owner,
                run=one.run,
                about=one.about,
                why=one.why,
                by=first.by if first is not None else "",
                note=first.text if first is not None else None,
            )
        )
        for note in more:
            if note is not None:
                draft.add(TaskNoted(at=note.at, task=one.id, by=note.by, note=note.text))
    waiting = tuple(text.contact for text in other.texts if text.contact is not None)
    if state.care is None and other.care is not None:
        # A text that is under way may come twice; none is lost.
        later = tuple(
            one.model_copy(update={"due": calendar.another_day(here.now, here.window, here.chance(n))})
            for n, one in enumerate(waiting)
        )
        draft.add(
            CareStarted(
                at=here.now,
                plan=other.care.plan,
                after=other.care.after,
                run=other.care.run,
                contacts=tuple(sorted((*later, *other.care.contacts), key=lambda one: one.due)),
            )
        )
    return _heard(draft, cause)


def _after_crisis(draft: Draft, over: Over) -> None:
    here, before = draft.here, draft.state
    seed = f"{over.run}/{over.at.isoformat()}"
    if over.run not in before.runs:
        tasks.supersede_contacts(draft, over.run)
        due = over.at + here.limits.contact_within
        tasks.add(
            draft,
            TaskKind.CONTACT,
            seed,
            due,
            Priority.HIGH,
            owner=over.responder,
            run=over.run,
            why="crisis",
        )
    running = before.care is not None and before.care.run == over.run
    if over.disposition is not None and (over.run not in before.runs or not running):
        care.start(draft, "crisis", seed, over.run)


def _heard(draft: Draft, cause: str) -> Events:
    draft.add(CauseHeard(at=draft.here.now, cause=cause))
    return draft.events
