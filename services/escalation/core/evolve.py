"""What is true after an event: one case per event, nothing decided here.

Only fields of the event and of the state are read: no world, no clock. Every event ever released
must stay readable.
"""

from contracts.escalations import (
    BridgeRequested,
    ContactCalled,
    ContactOverdue,
    DispositionNoted,
    DrillEnded,
    EscalationEvent,
    FaultRaised,
    FaultTold,
    GiveEnded,
    GivenBack,
    GiveStarted,
    HandOffConfirmed,
    HandOffStarted,
    Heard,
    Held,
    HelpCalled,
    HelperJoined,
    HelperLeft,
    HolderActive,
    HolderAsked,
    Merged,
    Opened,
    PageEnded,
    PageRequested,
    PageWithdrawn,
    Reached,
    Resolved,
    ResponderTold,
    Reviewed,
    SignalJoined,
    SignalNoted,
    SignalSkipped,
    SignatureAsked,
    Snoozed,
    StepSkipped,
    StepStarted,
    Undone,
    UrgencyRaised,
    Withdrawn,
)
from services.escalation.core import changes, hold_changes
from services.escalation.core.state import FAULTS_KEPT, HEARD_KEPT, UNTOLD_KEPT, Run


def evolve(state: Run, event: EscalationEvent) -> Run:
    """Return the state after the event. It never refuses: what is in the log has happened."""
    return _after(state, event).model_copy(update={"last_at": event.at})


def _after(run: Run, event: EscalationEvent) -> Run:
    match event:
        case Opened():
            return changes.opened(run, event)
        case SignalJoined():
            return changes.signal_joined(run, event)
        case SignalNoted():
            return changes.signal_noted(run, event)
        case SignalSkipped():
            return changes.signal_skipped(run, event)
        case UrgencyRaised():
            return changes.urgency_raised(run, event)
        case StepStarted():
            return changes.step_started(run, event)
        case StepSkipped():
            return changes.step_skipped(run, event)
        case Reviewed():
            return changes.reviewed(run, event)
        case Held():
            return hold_changes.held(run, event)
        case GivenBack():
            return hold_changes.given_back(run, event)
        case HolderAsked():
            return hold_changes.holder_asked(run, event)
        case Reached():
            return hold_changes.reached(run, event)
        case HandOffStarted():
            return hold_changes.hand_off_started(run, event)
        case SignatureAsked():
            return hold_changes.signature_asked(run, event)
        case Resolved():
            return hold_changes.resolved(run, event)
        case Undone():
            return hold_changes.undone(run, event)
        case Merged() | Withdrawn():
            return hold_changes.closed(run)
        case PageRequested() | PageWithdrawn() | PageEnded() | ResponderTold() | BridgeRequested():
            return changes.towards_paging(run, event)
        case ContactCalled() | HolderActive() | DispositionNoted():
            return hold_changes.active(run, event.responder, event.at)
        case ContactOverdue():
            lapsed = event.why in ("contact_overdue", "hand_off") or run.lapsed
            return run.model_copy(update={"contested": event.why, "lapsed": lapsed})
        case FaultRaised():
            return run.model_copy(
                update={
                    "faults": (*run.faults, event.fault)[-FAULTS_KEPT:],
                    "untold": (*run.untold, event)[-UNTOLD_KEPT:],
                }
            )
        case FaultTold():
            left = tuple(fault for fault in run.untold if fault.fault != event.fault)
            return run.model_copy(update={"untold": left})
        case Heard():
            return run.model_copy(update={"heard": (*run.heard, event.cause)[-HEARD_KEPT:]})
        case GiveStarted():
            return hold_changes.give_started(run, event)
        case GiveEnded():
            return run.model_copy(update={"giving": None})
        case HelpCalled():
            return hold_changes.help_called(run, event)
        case HelperJoined():
            return hold_changes.helper_joined(run, event)
        case HelperLeft():
            return hold_changes.helper_left(run, event)
        case Snoozed():
            return hold_changes.snoozed(run, event)
        case HandOffConfirmed() | DrillEnded():
            return run
