"""Reached, handed off, closed, taken back: what ends a run, and what does not."""

from datetime import timedelta

from contracts.escalations import (
    ContactOverdue,
    DispositionNoted,
    EscalationStatus,
    HandOffConfirmed,
    HandOffStarted,
    Reached,
    Telling,
    Undone,
)
from contracts.pages import ContactConfirmed, DispositionGiven, PatientReached, UndoAsked
from contracts.values import Disposition, Urgency
from services.escalation.core import holding, hours, resolving, signatures, steps, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import Run

CONFIRM_WITHIN = timedelta(minutes=30)
"""From a hand-off to confirmed contact. Lifeline imminent-risk policy (2012) asks for the
confirmation; 30 minutes is our figure for it (clinical.md, 6d)."""


def patient_reached(draft: Draft, event: PatientReached) -> None:
    """Somebody spoke with the patient. It counts for what they had been told of."""
    run = draft.run
    if run.is_fault:
        telling.tell(draft, event.responder, Telling.DISPOSITION_QUESTION)
        return
    if not run.covered and event.evidence < run.urgency_from:
        telling.tell(draft, event.responder, Telling.MORE_URGENT, urgency=run.urgency.value)
        return
    if run.holder is None:
        holding.hold(draft, event.responder, event.page, event.evidence)
    _reached(draft, event.responder)
    resolve_by = draft.run.resolve_by
    args = {"by": event.responder, "resolve_by": resolve_by.isoformat() if resolve_by else ""}
    resolving.tell_both(draft, event.responder, Telling.REACHED_NOTED, args)


def disposition_given(draft: Draft, event: DispositionGiven) -> None:
    """A person says how it ended; it closes only if nothing stands against it."""
    run = draft.run
    disposition = event.disposition
    may = may_close(run, event.responder)
    if may and _not_reached(run, disposition):
        _could_not_reach(draft, event)
    elif event.evidence < run.evidence:
        _note(draft, event, "untold", Telling.NOT_CLOSED_NEW, untold=str(run.evidence - event.evidence))
    elif not may:
        _note(draft, event, "not_holder", Telling.NOT_HOLDER, holder=run.holder or "")
    elif run.is_fault:
        resolving.resolve(draft, event.responder, disposition)
    else:
        if run.holder is None:
            holding.hold(draft, event.responder, event.page, event.evidence)
        _counts(draft, event)


def _counts(draft: Draft, event: DispositionGiven) -> None:
    """A disposition about a patient, by somebody who may give it and was told of everything."""
    run, disposition = draft.run, event.disposition
    if run.urgency is Urgency.IMMINENT and event.pin != "right":
        until = event.pin_refused_until
        _note(draft, event, "pin", Telling.NEEDS_PIN, **({"until": until.isoformat()} if until else {}))
    elif disposition.hands_off:
        _hand_off(draft, event.responder, disposition)
    elif signatures.needed(run):
        signatures.ask(draft, event.responder, disposition)
    else:
        resolving.resolve(draft, event.responder, disposition)


def contact_confirmed(draft: Draft, event: ContactConfirmed) -> None:
    """After a hand-off, contact is confirmed: over, unless something new has come since."""
    run = draft.run
    if not may_close(run, event.responder):
        telling.tell(draft, event.responder, Telling.NOT_HOLDER, holder=run.holder or "")
    elif run.hand_off is None:
        telling.tell(draft, event.responder, Telling.REACHED_QUESTION, why="confirm")
    else:
        _confirmed(draft, event.responder, run.hand_off)


def undo_asked(draft: Draft, event: UndoAsked) -> None:
    """Take back the last `3` or `4` of the same person, within five minutes."""
    what = _undoable(draft.run, event)
    if what is None:
        telling.tell(draft, event.responder, Telling.NOTHING_TO_UNDO)
        return
    draft.add(Undone.model_validate({"at": draft.now, "responder": event.responder, "what": what}))
    resolving.tell_both(draft, event.responder, Telling.UNDONE, {"what": what})
    if draft.run.status is EscalationStatus.PAGING:
        steps.next_step(draft)


def may_close(run: Run, responder: str) -> bool:
    """Whether this person's disposition counts: the holder's, or theirs who reached the patient.

    Anybody's for the system itself and for a worklist entry that nobody was paged about.
    """
    by_anybody = run.is_fault or (run.status is EscalationStatus.WORKLIST and run.holder is None)
    return by_anybody or responder in (run.holder, run.reached_by, run.hand_off_by)


def _reached(draft: Draft, responder: str) -> None:
    resolve_by = hours.by_day(draft.run, draft.now + draft.run.rules.resolve_within)
    draft.add(Reached(at=draft.now, responder=responder, resolve_by=resolve_by))
    holding.stop_paging(draft, {responder})


def _not_reached(run: Run, disposition: Disposition) -> bool:
    loud = run.urgency.rank >= Urgency.URGENT.rank
    return disposition is Disposition.COULD_NOT_REACH and loud and not run.is_fault


def _could_not_reach(draft: Draft, event: DispositionGiven) -> None:
    """No disposition but a call for help: the next step is paged, however much was untold."""
    draft.add(
        DispositionNoted(
            at=draft.now, responder=event.responder, disposition=event.disposition, why="unreached"
        )
    )
    draft.add(ContactOverdue(at=draft.now, why="could_not_reach"))
    steps.next_step(draft)
    paged = telling.listed([out.responder for out in draft.run.current])
    telling.tell(draft, event.responder, Telling.NOT_CLOSED_UNREACHED, next=paged)


def _note(draft: Draft, event: DispositionGiven, why: str, answer: Telling, **args: str) -> None:
    draft.add(
        DispositionNoted.model_validate(
            {
                "at": draft.now,
                "responder": event.responder,
                "disposition": event.disposition,
                "why": why,
            }
        )
    )
    telling.tell(draft, event.responder, answer, **args)


def _hand_off(draft: Draft, responder: str, disposition: Disposition) -> None:
    confirm_by = draft.now + CONFIRM_WITHIN
    draft.add(
        HandOffStarted(at=draft.now, responder=responder, disposition=disposition, confirm_by=confirm_by)
    )
    holding.stop_paging(draft, {responder})
    args = {"disposition": disposition.value, "confirm_by": confirm_by.isoformat()}
    resolving.tell_both(draft, responder, Telling.HAND_OFF_OPEN, args)


def _confirmed(draft: Draft, responder: str, disposition: Disposition) -> None:
    draft.add(HandOffConfirmed(at=draft.now, responder=responder))
    untold = draft.run.evidence - draft.run.hand_off_evidence
    if untold:
        _reached(draft, responder)
        telling.tell(draft, responder, Telling.NOT_CLOSED_NEW, untold=str(untold))
    elif signatures.needed(draft.run):
        signatures.ask(draft, responder, disposition)
    else:
        resolving.resolve(draft, responder, disposition)


def _undoable(run: Run, event: UndoAsked) -> str | None:
    who, at = event.responder, event.at
    if not run.open:
        in_time = run.undo_until is not None and at <= run.undo_until
        return "resolved" if in_time and run.closed_by == who else None
    if run.unsigned is not None:
        return "resolved" if run.unsigned.responder == who else None
    if run.hand_off is not None and run.hand_off_at is not None:
        in_time = at <= run.hand_off_at + resolving.UNDO_WITHIN
        return "resolved" if in_time and run.hand_off_by == who else None
    if run.reached_at is not None and at <= run.reached_at + resolving.UNDO_WITHIN and run.reached_by == who:
        return "reached"
    return None
