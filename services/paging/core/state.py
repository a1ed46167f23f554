"""What is known of one page, message, bridge, answer or notice. A cache: the events are the truth."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import Answer, PageStatus, Purpose
from contracts.people import ContactMethod
from contracts.values import Channel, Id, Moment, Sealed, Urgency, Value

VERSION: int = 1
"""Version of the stored state; raise it whenever a field changes its meaning."""

What = PageRequested | ResponderTold | BridgeRequested | Answer | NoticeSent
"""What was asked for."""


class Stage(StrEnum):
    """How far an attempt came."""

    WAITING = "waiting"
    INTENDED = "intended"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DROPPED = "dropped"
    """Its turn never came: the page closed first."""


class Attempt(Value):
    """One attempt on one contact method. Sending again after a lost answer is the same attempt."""

    number: int
    channel: Channel
    method: Id
    phone_ref: str
    stage: Stage = Stage.WAITING
    not_before: Moment
    """Its turn may come from here on."""
    first_ready_at: Moment
    """When its turn could first have come; sending again does not move it."""
    looks: int = 0
    looked_at: Moment | None = None
    intended_at: Moment | None = None
    text: str = ""
    sealed: Sealed | None = None
    """What was sent, where it names a colleague; `text` is then empty."""
    segments: int = 1
    evidence: int = 0
    accepted_at: Moment | None = None
    sid: str = ""
    status: str = ""
    """The furthest status the carrier reported."""
    seen: tuple[str, ...] = ()
    """Every status heard, so that its repetition changes nothing."""
    code: str = ""
    refusals: int = 0
    unknowns: int = 0
    reconcile_at: Moment | None = None
    overdue: bool = False


class Page(Value):
    """One page, message, bridge, answer or notice to one responder."""

    subject: str
    status: PageStatus | None = None
    """None until it was asked for or withdrawn."""
    what: Annotated[What, Field(discriminator="type")] | None = None
    attempts: tuple[Attempt, ...] = ()
    dead: tuple[Id, ...] = ()
    """Methods that proved unusable while this was out."""
    told: int = 0
    """Signals up to this number were heard on the phone: only a key press proves it."""
    told_at: Moment | None = None
    answered_by: Channel | None = None
    """How the responder last took or passed it."""
    answered_at: Moment | None = None
    pressed_sid: str = ""
    """The call in which a key was pressed: it is not hung up under the responder's hands."""
    heard: tuple[str, ...] = ()
    """The latest causes heard, so that their repetition changes nothing."""
    moved_at: Moment | None = None
    """When the latest event happened."""

    @classmethod
    def empty(cls, subject: str) -> "Page":
        """Return what is known of a subject nothing was heard of yet."""
        return cls(subject=subject)


def is_open(page: Page) -> bool:
    """Tell whether attempts are still made for it."""
    return page.status is PageStatus.OUT


def purpose(what: What) -> Purpose:
    """Return why the responder is contacted."""
    match what:
        case PageRequested():
            return Purpose.PAGE
        case ResponderTold():
            return Purpose.MESSAGE
        case BridgeRequested():
            return Purpose.BRIDGE
        case Answer():
            return Purpose.ANSWER
        case NoticeSent():
            return Purpose.NOTICE


def identity(what: What) -> str:
    """Return the id of the page, message, bridge, answer or notice."""
    match what:
        case PageRequested(page=name) | BridgeRequested(bridge=name):
            return name
        case ResponderTold(message=name) | Answer(message=name) | NoticeSent(message=name):
            return name


def urgency(what: What) -> Urgency:
    """Return how urgent it is; an answer to a responder's own text ranks as urgent.

    A notice is routine whatever the roster says of it: it stands behind every page.
    """
    match what:
        case Answer():
            return Urgency.URGENT
        case NoticeSent():
            return Urgency.ROUTINE
        case PageRequested(urgency=asked) | ResponderTold(urgency=asked) | BridgeRequested(urgency=asked):
            return asked


def evidence(what: What) -> int:
    """Return how many signals it tells of; 0 where it tells of none."""
    return what.evidence if isinstance(what, PageRequested | ResponderTold) else 0


def attempt_of(page: Page, number: int) -> Attempt | None:
    """Return the attempt of that number, if there is one."""
    return next((attempt for attempt in page.attempts if attempt.number == number), None)


def attempts_on(page: Page, method: str) -> tuple[Attempt, ...]:
    """Return the attempts on that method, earliest first."""
    return tuple(attempt for attempt in page.attempts if attempt.method == method)


def method_of(page: Page, attempt: Attempt) -> ContactMethod | None:
    """Return the contact method an attempt is made on."""
    methods = page.what.methods if page.what is not None else ()
    return next((method for method in methods if method.id == attempt.method), None)
