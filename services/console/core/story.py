"""One escalation as a page tells it: why it is there, what happened, which clocks run. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from contracts import escalations as said
from contracts.escalations import EscalationEvent, EscalationStatus
from contracts.signals import Signal
from contracts.values import Disposition, Urgency
from services.console.core import sentences
from services.console.core.board import Open
from services.console.core.sentences import Name as Name


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
    if sentence := sentences.of(event, name):
        story.course.append(Happened(event.at, sentence, isinstance(event, _LOUD)))


_LOUD = (said.Opened, said.UrgencyRaised, said.Held, said.Reached, said.Resolved, said.ContactOverdue)
