"""One escalation as a page tells it: why it is there, what happened, which clocks run. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from contracts import escalations as said
from contracts.escalations import EscalationEvent, EscalationStatus
from contracts.signals import Signal
from contracts.values import Disposition, Urgency
from services.console.core import words
from services.console.core.board import Open

Name = Callable[[str], str]


@dataclass(frozen=True)
class Happened:
    """One thing that happened; `loud` where a person must not overlook it."""

    at: datetime
    what: str
    loud: bool = False


@dataclass(frozen=True)
class Clock:
    """A clock that runs, or ran: `done` says how it ended."""

    label: str
    due: datetime | None
    done: str = ""


@dataclass
class Story:
    """A run, folded from its events."""

    opened: said.Opened
    signals: list[Signal] = field(default_factory=list)
    course: list[Happened] = field(default_factory=list)
    resolve_by: datetime | None = None
    confirm_by: datetime | None = None
    sign_by: datetime | None = None
    undo_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    disposition: Disposition | None = None
    helpers: tuple[str, ...] = ()

    @property
    def urgency(self) -> Urgency:
        """The highest of its signals."""
        return max((one.urgency for one in self.signals), key=lambda one: one.rank)

    def clocks(self, one: Open) -> list[Clock]:
        """Return the clocks: until somebody has it and reaches the patient, and until it is closed."""
        later = Clock("Say how it ended", None, "begins once they are reached")
        match one.brief.status:
            case EscalationStatus.CLOSED:
                return []
            case EscalationStatus.WAITING:
                return [Clock("Paging begins", one.due), later]
            case EscalationStatus.WORKLIST:
                return [Clock("Somebody looks at it", one.due)]
            case EscalationStatus.PAGING:
                return [Clock("The next are paged", one.due), later]
            case EscalationStatus.HELD:
                return [Clock("Reach the patient", one.brief.contact_by), later]
            case EscalationStatus.REACHED | EscalationStatus.HANDED_OFF if self.sign_by is not None:
                return [_REACHED, Clock("A second person signs", self.sign_by)]
            case EscalationStatus.REACHED:
                return [_REACHED, Clock("Say how it ended", self.resolve_by)]
            case EscalationStatus.HANDED_OFF:
                return [_REACHED, Clock("Confirm that they have contact", self.confirm_by)]


_REACHED = Clock("Reach the patient", None, "done")


def runs(events: Iterable[EscalationEvent], name: Name) -> list[Story]:
    """Return every run of a subject, the last one last; `name` gives what colleagues call a responder."""
    found: list[Story] = []
    for event in events:
        if isinstance(event, said.Opened):
            found.append(Story(event))
        if found:
            _take(found[-1], event, name)
    return found


def _take(story: Story, event: EscalationEvent, name: Name) -> None:
    """Note what is true after an event, and what it says."""
    match event:
        case said.Opened():
            story.signals.append(event.signal)
        case said.SignalJoined():
            story.signals.append(event.signal)
            story.sign_by = None
        case said.Held() | said.GivenBack() | said.UrgencyRaised():
            story.sign_by = None
        case said.Reached():
            story.resolve_by = event.resolve_by
        case said.SignatureAsked():
            story.sign_by = event.sign_by
        case said.HandOffStarted():
            story.confirm_by = event.confirm_by
        case said.HandOffConfirmed():
            story.confirm_by = None
        case said.HelperJoined():
            story.helpers = (*story.helpers, event.responder)
        case said.HelperLeft():
            story.helpers = tuple(one for one in story.helpers if one != event.responder)
        case said.Resolved():
            story.closed_at, story.closed_by = event.at, event.responder
            story.disposition, story.undo_until = event.disposition, event.undo_until
        case said.Undone():
            story.closed_at = story.undo_until = story.disposition = None
        case said.Withdrawn() | said.Merged():
            story.closed_at = event.at
        case _:
            pass
    if sentence := _said(event, name):
        story.course.append(Happened(event.at, sentence, isinstance(event, _LOUD)))


_LOUD = (said.Opened, said.UrgencyRaised, said.Held, said.Reached, said.Resolved, said.ContactOverdue)


def _said(event: EscalationEvent, name: Name) -> str:
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
