"""What the carrier told us: each webhook as a fact, after its signature held.

Every fact carries the whole form, sealed, in `form`; the fields beside it are only what
routing needs.
"""

import re
from typing import Annotated, Literal

from pydantic import Field

from contracts.values import Id, Moment, PhoneRef, Sealed, Value

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253"})
"""What Twilio gives instead of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE
as typed on a keypad."""


def withheld(phone: str) -> bool:
    """Return whether this is no number that can be found again or called back."""
    return phone in _WITHHELD or _E164.fullmatch(phone) is None


class SmsReceived(Value):
    """A text came in. `sid` is the carrier's MessageSid: the deduplication id."""

    type: Literal["sms_received"] = "sms_received"
    sid: str
    sender: PhoneRef
    sender_phone: Sealed
    to: str
    """Our own number that was texted, E.164."""
    person: Id | None = None
    """The responder whose phone it is, when it is a staff phone; on either lane."""
    body: Sealed
    opt_out: str = ""
    """STOP, START or HELP where the carrier says so (`OptOutType`), or the word itself was sent."""
    media: int = 0
    form: Sealed
    received_at: Moment
    """When its webhook came; for a recovered text, when the carrier says that it was sent."""
    recovered: bool = False
    """No webhook brought it: it was found in the carrier's list."""


class SmsStatus(Value):
    """A receipt for a text of ours. Receipts may be lost, doubled, late and out of order."""

    type: Literal["sms_status"] = "sms_status"
    sid: str
    status: str
    error_code: int | None = None
    owner: Literal["page", "conversation"] = "page"
    """Whose attempt it is: a page to staff, or an answer to a patient."""
    responder: Id
    """The page's responder, or the patient of the conversation."""
    page: Id
    attempt: int
    also: str = ""
    """Other pages that shared this text: `<page>.<attempt>`, separated by commas."""
    received_at: Moment
    form: Sealed | None = None


class CallStatus(Value):
    """Progress of a call of ours; `sequence` orders the events of one call."""

    type: Literal["call_status"] = "call_status"
    sid: str
    status: str
    sequence: int = 0
    error_code: int | None = None
    answered_by: str = ""
    responder: Id
    page: Id
    attempt: int
    received_at: Moment
    form: Sealed | None = None


class DigitsPressed(Value):
    """A key press in a call about a page. Only this acknowledges by voice."""

    type: Literal["digits_pressed"] = "digits_pressed"
    sid: str
    digits: str
    responder: Id
    page: Id
    received_at: Moment
    form: Sealed | None = None


class CallReceived(Value):
    """Somebody called our number. For a patient, `room` is where they wait to be connected."""

    type: Literal["call_received"] = "call_received"
    sid: str
    sender: PhoneRef
    sender_phone: Sealed
    to: str
    person: Id | None = None
    room: Id | None = None
    """None for a recovered call: nobody answered it here, and nobody waits."""
    received_at: Moment
    form: Sealed | None = None
    recovered: bool = False
    """No webhook brought it: it was found in the carrier's list."""


CarrierFact = Annotated[
    SmsReceived | SmsStatus | CallStatus | DigitsPressed | CallReceived,
    Field(discriminator="type"),
]
