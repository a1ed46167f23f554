"""What happens to one page (or message, or bridged call) to one responder.

Events marked "to escalation" are what escalation consumes; attempts and receipts stay inside
paging.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold, Telling
from contracts.notices import NoticeKind, NoticeSent
from contracts.people import ContactMethod
from contracts.values import Channel, Disposition, Id, Kind, Moment, PhoneRef, Sealed, Urgency, Value


class Answer(Value):
    """A text of Vigil's own to a staff phone that asked something: no run need stand behind it."""

    type: Literal["answer"] = "answer"
    at: Moment
    message: Id
    responder: Id
    text: str
    methods: tuple[ContactMethod, ...]
    zone: str
    run: Id = "none"
    subject: str = ""


class Asked(Value):
    """Paging took over what escalation or the roster asked for; this is the aggregate's first event."""

    type: Literal["asked"] = "asked"
    at: Moment
    what: Annotated[
        PageRequested | ResponderTold | BridgeRequested | Answer | NoticeSent, Field(discriminator="type")
    ]


class AttemptWaiting(Value):
    """An attempt on a contact method waits for its turn."""

    type: Literal["attempt_waiting"] = "attempt_waiting"
    at: Moment
    attempt: int
    channel: Channel
    method: Id
    not_before: Moment | None = None


class AttemptIntended(Value):
    """Its turn came: committed before the carrier is asked. Without an outcome it is reconciled."""

    type: Literal["attempt_intended"] = "attempt_intended"
    at: Moment
    attempt: int
    text: str = ""
    """What is sent, where it holds no identifying word and so need not be sealed."""
    sealed: Sealed | None = None
    """What is sent, where it names a colleague; `text` is then empty."""
    segments: int = 1
    evidence: int = 0
    """What the text tells of: signals up to this number."""


class AttemptAccepted(Value):
    """The carrier took it and gave its sid."""

    type: Literal["attempt_accepted"] = "attempt_accepted"
    at: Moment
    attempt: int
    sid: str
    reconciled: bool = False
    """Found by asking the carrier after an answer was lost."""


class AttemptFailed(Value):
    """The carrier refused it, or a receipt said that it failed."""

    type: Literal["attempt_failed"] = "attempt_failed"
    at: Moment
    attempt: int
    code: str
    """The carrier's error code, or the call's final status, or our own word (`no_receipt`)."""
    reaction: Literal["retry", "other_method", "method_dead", "ops"]


class AttemptUnknown(Value):
    """The carrier's answer was lost (time-out, reset, 5xx): it may have been sent."""

    type: Literal["attempt_unknown"] = "attempt_unknown"
    at: Moment
    attempt: int
    why: str
    reconcile_at: Moment


class ReceiptCame(Value):
    """A receipt or call event, merged by rank: it never moves an attempt backwards."""

    type: Literal["receipt_came"] = "receipt_came"
    at: Moment
    attempt: int
    status: str
    sid: str
    code: str = ""


class AttemptOverdue(Value):
    """No receipt, or no answer, in time: the next method is tried as well."""

    type: Literal["attempt_overdue"] = "attempt_overdue"
    at: Moment
    attempt: int
    why: Literal["no_receipt", "no_answer"]


class FromResponder(Value):
    """What every event to escalation says: about which page or message, by whom, in which run."""

    at: Moment
    page: Id
    responder: Id
    run: Id
    subject: str


class PageAcknowledged(FromResponder):
    """To escalation: the responder takes it."""

    type: Literal["page_acknowledged"] = "page_acknowledged"
    urgency: Urgency
    evidence: int
    channel: Channel
    desk: bool = False
    """Whether it was pressed in the console: it says nothing of any phone."""


class PageDeclined(FromResponder):
    """To escalation: the responder passes, or (as holder) gives it back."""

    type: Literal["page_declined"] = "page_declined"
    channel: Channel
    desk: bool = False
    """Whether it was pressed in the console: it says nothing of any phone."""


class PageExhausted(FromResponder):
    """To escalation: every method failed; `codes` say how."""

    type: Literal["page_exhausted"] = "page_exhausted"
    codes: tuple[str, ...] = ()


class PatientReached(FromResponder):
    """To escalation: the responder reports contact with the patient."""

    type: Literal["patient_reached"] = "patient_reached"
    evidence: int


class DispositionGiven(FromResponder):
    """To escalation: how it ended. `evidence` is what the carrier had accepted for their phone."""

    type: Literal["disposition_given"] = "disposition_given"
    disposition: Disposition
    evidence: int
    pin: Literal["right", "wrong", "missing"] = "missing"
    pin_refused_until: Moment | None = None
    """No PIN of theirs is looked at before: too many were wrong."""


class SignatureGiven(FromResponder):
    """To escalation: a second person signs the disposition."""

    type: Literal["signature_given"] = "signature_given"


class ContactConfirmed(FromResponder):
    """To escalation: after a hand-off, contact is confirmed; who confirmed it is sealed."""

    type: Literal["contact_confirmed"] = "contact_confirmed"
    name: Sealed


class UndoAsked(FromResponder):
    """To escalation: take back the last `3` or `4`."""

    type: Literal["undo_asked"] = "undo_asked"


class CallAsked(FromResponder):
    """To escalation: connect me with the patient by phone."""

    type: Literal["call_asked"] = "call_asked"
    contact: int = 0
    """Not with the patient, but with the support contact of this number in their record; 0: the patient."""


class ResponderActive(FromResponder):
    """To escalation: the responder did something else about it (asked for more, is in a call)."""

    type: Literal["responder_active"] = "responder_active"


class MessageFailed(FromResponder):
    """To escalation: a message (not a page) could not be brought to the responder."""

    type: Literal["message_failed"] = "message_failed"
    codes: tuple[str, ...] = ()


class GiveAsked(FromResponder):
    """To escalation: the holder asks `asked` to take it over."""

    type: Literal["give_asked"] = "give_asked"
    asked: Id | None = None
    """The responder meant; None: nobody, or more than one, of that name."""


class HelpAsked(FromResponder):
    """To escalation: the holder calls for help; the next step is paged as well."""

    type: Literal["help_asked"] = "help_asked"


class SnoozeAsked(FromResponder):
    """To escalation: the holder puts it off for so many minutes."""

    type: Literal["snooze_asked"] = "snooze_asked"
    minutes: int


class NoticeAnswered(FromResponder):
    """To roster: what a responder answered to a notice."""

    type: Literal["notice_answered"] = "notice_answered"
    answer: Literal["confirm", "accept", "refuse"]
    notice: NoticeKind
    args: dict[str, str] = Field(default_factory=dict)
    """The args of the notice."""
    others: tuple[Id, ...] = ()
    """Further notices that the same `6` confirms."""


class CodeTexted(FromResponder):
    """To roster: a responder texted six digits, which may be the code of a verification."""

    type: Literal["code_texted"] = "code_texted"
    code: str
    phone_ref: PhoneRef


class NoticeFailed(FromResponder):
    """To roster: a notice could not be brought to the responder."""

    type: Literal["notice_failed"] = "notice_failed"
    notice: NoticeKind
    args: dict[str, str] = Field(default_factory=dict)
    codes: tuple[str, ...] = ()


class CarrierTrouble(FromResponder):
    """To escalation: the carrier refuses us for a reason only ops can mend."""

    type: Literal["carrier_trouble"] = "carrier_trouble"
    code: str
    note: str


class PageClosed(Value):
    """Nothing more is attempted for it."""

    type: Literal["page_closed"] = "page_closed"
    at: Moment
    reason: Literal["acknowledged", "declined", "exhausted", "withdrawn", "superseded", "done", "failed"]


class AnswerHeard(Value):
    """A reply or key press was heard; remembered so that its repetition changes nothing."""

    type: Literal["answer_heard"] = "answer_heard"
    at: Moment
    cause: str
    evidence: int = 0
    """Signals up to this number were heard on the phone by then; 0 when the answer was a text."""
    sid: str = ""
    """The call in which a key was pressed, when known."""


class LookedAgain(Value):
    """A page that is out with nothing left to try was looked at again: open means due."""

    type: Literal["looked_again"] = "looked_again"
    at: Moment


ToEscalation = (
    PageAcknowledged
    | PageDeclined
    | PageExhausted
    | PatientReached
    | DispositionGiven
    | SignatureGiven
    | ContactConfirmed
    | UndoAsked
    | CallAsked
    | ResponderActive
    | MessageFailed
    | CarrierTrouble
    | GiveAsked
    | HelpAsked
    | SnoozeAsked
)
"""The events escalation acts on."""

ToRoster = NoticeAnswered | CodeTexted | NoticeFailed
"""The events roster acts on, beside attempts and receipts, from which it learns which phones fail."""

PageEvent = Annotated[
    Asked
    | AttemptWaiting
    | AttemptIntended
    | AttemptAccepted
    | AttemptFailed
    | AttemptUnknown
    | ReceiptCame
    | AttemptOverdue
    | PageAcknowledged
    | PageDeclined
    | PageExhausted
    | PatientReached
    | DispositionGiven
    | SignatureGiven
    | ContactConfirmed
    | UndoAsked
    | CallAsked
    | ResponderActive
    | MessageFailed
    | CarrierTrouble
    | GiveAsked
    | HelpAsked
    | SnoozeAsked
    | NoticeAnswered
    | CodeTexted
    | NoticeFailed
    | PageClosed
    | AnswerHeard
    | LookedAgain,
    Field(discriminator="type"),
]


class Purpose(StrEnum):
    """Why a responder is contacted."""

    PAGE = "page"
    MESSAGE = "message"
    BRIDGE = "bridge"
    ANSWER = "answer"
    NOTICE = "notice"


class PageStatus(StrEnum):
    """Where a page stands."""

    OUT = "out"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    EXHAUSTED = "exhausted"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DONE = "done"
    FAILED = "failed"


class PageBrief(Value):
    """What stands in a page commit's headers: what replies, calls and boards need to find it."""

    page: Id
    responder: Id
    run: Id
    subject: str = ""
    code: str = ""
    purpose: Purpose
    status: PageStatus
    urgency: Urgency = Urgency.ROUTINE
    kind: Kind = Kind.SYSTEM_FAULT
    evidence: int = 0
    told: int = 0
    """Signals up to this number were accepted by the carrier for this responder's phone."""
    told_at: Moment | None = None
    asked_at: Moment
    contact_by: Moment | None = None
    patient: Id | None = None
    """Only for a bridge: whom to call."""
    contact: int = 0
    """Only for a bridge: the patient's support contact of this number, and not the patient."""
    room: Id | None = None
    waiting: tuple[tuple[int, Channel, str], ...] = ()
    """Attempts that wait for their turn: number, channel, phone ref."""
    calling: str = ""
    """Phone ref of a call in flight."""
    intended_at: Moment | None = None
    """When a text about it first went to the carrier, whether or not its answer came back."""
    answered_at: Moment | None = None
    """When the responder last replied or pressed a key about it."""
    telling: Telling | None = None
    """Only for a message: what it tells."""
    test: bool = False
    """A test page: nothing is wrong."""
    drill: bool = False
    """A test page to whoever is on call, marked DRILL."""
    notice: NoticeKind | None = None
    """Only for a notice: what it tells."""
    number: str = ""
    """Only for a swap offer (and for its end): what the taker types."""
    shift: str = ""
    """Only for a notice that asks to confirm a shift: which one, so that its notices count as one."""
    until: Moment | None = None
    """Only for a notice: until when an answer to it means anything."""
    spoken: str = ""
    """Only for a notice that may be called: what the call says. It names nobody."""
    given: bool = False
    """A page by which the holder asks this responder to take it over."""
