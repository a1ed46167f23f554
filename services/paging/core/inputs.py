"""What paging can hear about one page. Every input says its `cause`: what makes it the same input."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.carrier import CallStatus, SmsStatus
from contracts.escalations import BridgeRequested, PageRequested, PageWithdrawn, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import Answer
from contracts.replies import Reply
from contracts.values import Sealed
from services.paging.core import state


@dataclass(frozen=True)
class Requested:
    """Escalation, the roster or paging's own answering asks for it."""

    what: PageRequested | ResponderTold | BridgeRequested | Answer | NoticeSent

    @property
    def cause(self) -> str:
        """One request per id."""
        return f"requested-{state.identity(self.what)}"


@dataclass(frozen=True)
class Withdrawn:
    """Escalation stops it."""

    event: PageWithdrawn

    @property
    def cause(self) -> str:
        """One withdrawal per page and reason."""
        return f"withdrawn-{self.event.page}-{self.event.reason}"


@dataclass(frozen=True)
class TurnCame:
    """The dispatcher is about to send the attempt; hearing it commits the intention."""

    attempt: int
    text: str
    segments: int
    evidence: int
    cause: str
    sealed: Sealed | None = None
    """The text, where it names somebody; `text` is then empty."""


@dataclass(frozen=True)
class CarrierAccepted:
    """The carrier took the attempt, or (`reconciled`) was found to have taken it."""

    attempt: int
    sid: str
    reconciled: bool = False

    @property
    def cause(self) -> str:
        """One acceptance per sid."""
        return f"accepted-{self.attempt}-{self.sid}"


@dataclass(frozen=True)
class CarrierRefused:
    """The carrier answered that it does not take the attempt."""

    attempt: int
    code: int | None
    status: int | None

    @property
    def cause(self) -> str:
        """The attempt and the refusal."""
        return f"refused-{self.attempt}-{self.code}-{self.status}"


@dataclass(frozen=True)
class CarrierUnknown:
    """The carrier's answer was lost: the attempt may have been taken."""

    attempt: int
    why: str

    @property
    def cause(self) -> str:
        """The attempt and how the answer was lost."""
        return f"unknown-{self.attempt}-{self.why}"


@dataclass(frozen=True)
class NotFound:
    """The carrier was asked and knows of no such message or call."""

    attempt: int

    @property
    def cause(self) -> str:
        """The attempt that was looked for."""
        return f"not-found-{self.attempt}"


@dataclass(frozen=True)
class SmsReceipt:
    """A receipt for a text: lost, doubled, late or out of order as they are."""

    fact: SmsStatus

    @property
    def cause(self) -> str:
        """One receipt per message and status."""
        return f"{self.fact.sid}-{self.fact.status}"


@dataclass(frozen=True)
class CallProgress:
    """Progress of a call."""

    fact: CallStatus

    @property
    def cause(self) -> str:
        """One event per call and status."""
        return f"{self.fact.sid}-{self.fact.status}"


@dataclass(frozen=True)
class Replied:
    """The responder texted something that is about this page, or pressed it in the console."""

    reply: Reply
    cause: str
    evidence: int
    """Signals up to this number had been told to them when they answered."""
    pin: Literal["right", "wrong", "missing"] = "missing"
    pin_refused_until: datetime | None = None
    """No PIN of theirs is looked at before: too many were wrong."""
    name: Sealed | None = None
    """Who confirmed contact, sealed."""
    asked: str | None = None
    """The responder to whom it is to be given; None: nobody, or more than one, of that name."""
    phone_ref: str = ""
    """The phone they wrote from."""
    others: tuple[str, ...] = ()
    """Earlier notices of the same shift, which the same answer confirms."""
    desk: bool = False
    """Whether it was pressed in the console."""


@dataclass(frozen=True)
class Pressed:
    """The responder pressed keys in a call about this page."""

    digits: str
    cause: str
    evidence: int
    sid: str = ""
    """The call, when known: it is then the only one that is not hung up."""


@dataclass(frozen=True)
class MethodDied:
    """A phone takes no more texts from us (STOP); calls to it still go through."""

    phone_ref: str

    @property
    def cause(self) -> str:
        """One per phone."""
        return f"died-{self.phone_ref}"


@dataclass(frozen=True)
class TimeReached:
    """The moment it was due has come: look again."""

    @property
    def cause(self) -> str:
        """Time repeats itself; the state decides whether that means anything."""
        return "time"


Heard = (
    Requested
    | Withdrawn
    | TurnCame
    | CarrierAccepted
    | CarrierRefused
    | CarrierUnknown
    | NotFound
    | SmsReceipt
    | CallProgress
    | Replied
    | Pressed
    | MethodDied
    | TimeReached
)
"""Everything `decide` understands."""
