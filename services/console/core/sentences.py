"""An event of an escalation in a sentence. Pure."""

from collections.abc import Callable

from contracts import escalations as said
from contracts.escalations import EscalationEvent
from contracts.values import Disposition
from services.console.core import words

Name = Callable[[str], str]
"""What colleagues call a responder."""


def of(event: EscalationEvent, name: Name) -> str:
    """Return an event in a sentence; "" for what only Vigil itself must know."""
    match event:
        case said.Opened():
            return (
                f"{words.kind('', event.signal.kind)}, {event.signal.urgency.word}; policy {event.policy.id}"
            )
        case said.SignalJoined():
            return f"a further signal: {words.kind('', event.signal.kind)}, {event.signal.urgency.word}"
        case said.SignalNoted():
            return f"about a signal of it: {event.what.replace('_', ' ')}"
        case said.UrgencyRaised():
            return f"now {event.urgency.word}: paged anew from the first step"
        case said.StepSkipped():
            return f"step {event.step + 1} had nobody to page"
        case said.PageRequested(given_by=None):
            return f"{name(event.responder)} is paged"
        case said.PageEnded(outcome="declined"):
            return f"{name(event.responder)} passed"
        case said.PageEnded():
            return f"{name(event.responder)} could not be reached by any phone"
        case said.Held():
            return f"{name(event.responder)} took it"
        case said.GivenBack():
            return f"{name(event.responder)} gave it back"
        case said.HolderAsked():
            return "the holder was asked how it stands"
        case said.ContactOverdue(why="help"):
            return ""
        case said.ContactOverdue():
            return f"others are paged as well: {event.why.replace('_', ' ')}"
        case said.BridgeRequested():
            whom = "a support contact" if event.contact else "the patient"
            return f"{name(event.responder)} is connected with {whom} by phone"
        case said.Reached():
            return f"{name(event.responder)} reached the patient"
        case _:
            return _ended(event, name)


def _ended(event: EscalationEvent, name: Name) -> str:
    match event:
        case said.DispositionNoted():
            why = {
                "untold": "something new had come that they had not been told",
                "pin": "it wants a second proof",
                "not_holder": "they do not hold it",
                "unreached": "the patient is not reached",
            }[event.why]
            return f"{name(event.responder)} said: {_short(event.disposition)}; it stays open, for {why}"
        case said.SignatureAsked():
            return f"{name(event.responder)} said: {_short(event.disposition)}; a second person must sign"
        case said.GiveStarted():
            return f"{name(event.responder)} asked {name(event.asked)} to take it over"
        case said.GiveEnded():
            return f"{name(event.asked)} did not take it over ({event.why})"
        case said.HelpCalled():
            return f"{name(event.responder)} called for help"
        case said.HelperJoined():
            return f"{name(event.responder)} came to help"
        case said.HelperLeft():
            return f"{name(event.responder)} left"
        case said.Snoozed():
            return f"{name(event.responder)} put it off"
        case said.HandOffStarted():
            return f"{name(event.responder)} handed it off: {_short(event.disposition)}"
        case said.HandOffConfirmed():
            return f"{name(event.responder)} confirmed contact"
        case said.Resolved():
            second = f", signed by {name(event.second)}" if event.second else ""
            return f"{name(event.responder)} closed it: {_short(event.disposition)}{second}"
        case said.Undone():
            return f"{name(event.responder)} took the last report back"
        case said.Withdrawn():
            return f"it ended by itself: {event.what.replace('_', ' ')}"
        case said.Merged():
            return "two ids turned out to be one patient: it goes on there"
        case said.FaultRaised():
            return f"fault of Vigil: {event.note}"
        case _:
            return ""


def _short(found: Disposition) -> str:
    return words.disposition(found).partition(" (")[0].lower()
