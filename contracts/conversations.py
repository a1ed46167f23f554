"""What happens on the crisis line: the events of one patient's conversation.

A conversation is `conversations.<patient>`. It never closes; it is open, and so due, exactly
while an answer to the patient has neither been accepted by the carrier nor failed for good.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.values import Id, Moment, Sealed, Value


class TextReceived(Value):
    """The patient texted. `evidence` is the sequence of the whole webhook in the stream CARRIER."""

    type: Literal["text_received"] = "text_received"
    at: Moment
    sid: str
    evidence: int
    body: Sealed


class CallReceived(Value):
    """The patient called; `room` is where they wait to be connected."""

    type: Literal["call_received"] = "call_received"
    at: Moment
    sid: str
    evidence: int
    room: Id | None = None


class OptedOut(Value):
    """The carrier delivers no more texts of ours to the patient: STOP, or it refused one with 21610."""

    type: Literal["opted_out"] = "opted_out"
    at: Moment
    why: Literal["word", "refused"]


class OptedIn(Value):
    """The patient undid the opt-out: texts may be sent again."""

    type: Literal["opted_in"] = "opted_in"
    at: Moment


class AnswerWaiting(Value):
    """An answer waits to be sent. Its text is fixed wording: nothing in it is about the patient."""

    type: Literal["answer_waiting"] = "answer_waiting"
    at: Moment
    answer: Id
    text: str
    phone: Sealed
    """Where the patient's text came from."""
    send_by: Moment
    """After this moment it is not sent any more: it would speak of what is long past."""


class AnswerIntended(Value):
    """Committed before the carrier is asked. Without an outcome it is reconciled."""

    type: Literal["answer_intended"] = "answer_intended"
    at: Moment
    answer: Id
    attempt: int
    reconcile_at: Moment
    """When to ask the carrier what became of it, should no outcome be known by then."""


class AnswerAccepted(Value):
    """The carrier took it and gave its sid."""

    type: Literal["answer_accepted"] = "answer_accepted"
    at: Moment
    answer: Id
    attempt: int
    sid: str
    reconciled: bool = False
    """Known from the carrier's list or a receipt, after its own answer was lost."""


class AnswerPostponed(Value):
    """The carrier did not process it because we asked too often: it waits again until `not_before`."""

    type: Literal["answer_postponed"] = "answer_postponed"
    at: Moment
    answer: Id
    attempt: int
    code: str
    not_before: Moment


class AnswerUnknown(Value):
    """The carrier's answer was lost (time-out, reset, 5xx): it may have been sent."""

    type: Literal["answer_unknown"] = "answer_unknown"
    at: Moment
    answer: Id
    attempt: int
    why: str
    reconcile_at: Moment


class AnswerFailed(Value):
    """It will not be sent (again): refused, undelivered, too late, or the patient opted out."""

    type: Literal["answer_failed"] = "answer_failed"
    at: Moment
    answer: Id
    code: str
    """The carrier's code, or our own word: `too_late`, `opted_out`, `undelivered`, `failed`."""


class AnswerDelivered(Value):
    """A receipt says that it reached the phone. Nobody need have read it."""

    type: Literal["answer_delivered"] = "answer_delivered"
    at: Moment
    answer: Id
    sid: str


ConversationEvent = Annotated[
    TextReceived
    | CallReceived
    | OptedOut
    | OptedIn
    | AnswerWaiting
    | AnswerIntended
    | AnswerAccepted
    | AnswerPostponed
    | AnswerUnknown
    | AnswerFailed
    | AnswerDelivered,
    Field(discriminator="type"),
]


class AnswerStage(StrEnum):
    """How far an answer came."""

    WAITING = "waiting"
    INTENDED = "intended"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


class ConversationBrief(Value):
    """What stands in a commit's headers: enough for boards; nothing identifying."""

    heard_at: Moment | None = None
    """When the patient last texted or called."""
    texts: int = 0
    opted_out: bool = False
    answer: AnswerStage | None = None
