"""What happens because of an input: the one entrance to the rules.

A late or repeated input gives (). The same state, input, moment and world give the same events.
"""

from datetime import datetime

from contracts.escalations import EscalationEvent, FaultTold, Telling
from contracts.escalations import Heard as HeardEvent
from contracts.pages import (
    CallAsked,
    CarrierTrouble,
    ContactConfirmed,
    DispositionGiven,
    GiveAsked,
    HelpAsked,
    MessageFailed,
    PageAcknowledged,
    PageDeclined,
    PageExhausted,
    PatientReached,
    ResponderActive,
    SignatureGiven,
    SnoozeAsked,
    ToEscalation,
    UndoAsked,
)
from contracts.values import Urgency
from services.escalation.core import (
    answers,
    closing,
    deadlines,
    drill,
    following,
    giving,
    helping,
    holding,
    opening,
    signatures,
    snoozing,
    telling,
)
from services.escalation.core.draft import Draft
from services.escalation.core.faults import raise_fault
from services.escalation.core.inputs import (
    FaultsTold,
    FollowHeard,
    Heard,
    PageHeard,
    PatientLinked,
    RealPageSent,
    SignalHeard,
    TimeReached,
    World,
)
from services.escalation.core.state import Run


def decide(state: Run, heard: Heard, now: datetime, world: World) -> tuple[EscalationEvent, ...]:
    """Return what happens because of this; () if it changes nothing."""
    draft = Draft(state, now, world)
    match heard:
        case SignalHeard(signal):
            opening.signal_heard(draft, signal)
        case PageHeard(event):
            _page_heard(draft, heard.cause, event)
        case TimeReached():
            deadlines.time_reached(draft)
        case FollowHeard(followed):
            following.followed(draft, followed)
        case PatientLinked(into):
            opening.merge(draft, into)
        case RealPageSent(responder):
            drill.interrupted(draft, responder)
        case FaultsTold(faults):
            for fault in state.untold:
                if fault.fault in faults:
                    draft.add(FaultTold(at=now, fault=fault.fault))
    return tuple(draft.events)


def _page_heard(draft: Draft, cause: str, event: ToEscalation) -> None:
    """Hear paging once; an input that changes nothing is not remembered."""
    if cause in draft.run.heard:
        return
    before = draft.run
    draft.add(HeardEvent(at=draft.now, cause=cause))
    match event:
        case PageExhausted() | MessageFailed() | CarrierTrouble():
            _failure(draft, event)
        case UndoAsked():
            _undo(draft, event)
        case _ if not draft.run.open or event.run != draft.run.run:
            _too_late(draft, event)
        case _ if draft.run.is_drill:
            drill.heard(draft, event)
        case _:
            _answer(draft, event)
            holding.note_activity(draft, event.responder)
    if len(draft.events) == 1:
        draft.run = before
        draft.events.clear()


def _answer(draft: Draft, event: ToEscalation) -> None:
    match event:
        case PageAcknowledged():
            answers.acknowledged(draft, event)
        case PageDeclined():
            answers.declined(draft, event)
        case PatientReached():
            closing.patient_reached(draft, event)
        case DispositionGiven():
            closing.disposition_given(draft, event)
        case SignatureGiven():
            signatures.signature_given(draft, event)
        case ContactConfirmed():
            closing.contact_confirmed(draft, event)
        case CallAsked():
            holding.call_asked(draft, event)
        case GiveAsked():
            giving.give_asked(draft, event)
        case HelpAsked():
            helping.help_asked(draft, event)
        case SnoozeAsked():
            snoozing.snooze_asked(draft, event)
        case _:
            pass


def _undo(draft: Draft, event: UndoAsked) -> None:
    if event.run == draft.run.run:
        closing.undo_asked(draft, event)
        holding.note_activity(draft, event.responder)
    else:
        code = _code_of(draft.run, event.run)
        telling.tell_of(draft, event.responder, Telling.NOTHING_TO_UNDO, event.run, code, {})


def _too_late(draft: Draft, event: ToEscalation) -> None:
    """An answer to a run that is over does nothing, and says so."""
    if not isinstance(event, ResponderActive):
        code = _code_of(draft.run, event.run)
        telling.tell_of(draft, event.responder, Telling.ALREADY_CLOSED, event.run, code, {})


def _code_of(run: Run, run_id: str) -> str:
    if run_id == run.run:
        return run.code
    return next((past.code for past in run.past if past.run == run_id), "")


def _failure(draft: Draft, event: PageExhausted | MessageFailed | CarrierTrouble) -> None:
    """Something did not get through: ops are told, and the next are paged at once."""
    if isinstance(event, CarrierTrouble):
        raise_fault(draft, "carrier", f"code {event.code}", event.note, Urgency.IMMINENT)
        return
    codes = " ".join(dict.fromkeys(event.codes))
    raise_fault(
        draft,
        "reachability",
        f"{event.responder} {codes}",
        f"Responder {event.responder} could not be reached (carrier: {codes or 'no code'}); "
        "whoever comes next is paged. Check their phone and methods.",
    )
    if not draft.run.open or event.run != draft.run.run:
        return
    if isinstance(event, PageExhausted):
        answers.exhausted(draft, event)
    else:
        holding.message_failed(draft, event)
