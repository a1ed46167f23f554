"""The kinds of things the ledger can hold: one frozen value for each."""

from dataclasses import dataclass
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened at one moment of the clock."""

    at: datetime


@dataclass(frozen=True, slots=True)
class RequestHandled(Entry):
    """A REST request was taken; `status` is None when no answer was given."""

    method: str
    path: str
    params: Pairs
    status: int | None
    code: int | None
    sid: str | None
    fault: str | None
    real_seconds: float


@dataclass(frozen=True, slots=True)
class SmsChanged(Entry):
    """A text took on a status: queued, sending, sent, delivered, undelivered, failed..."""

    sid: str
    to: str
    from_: str
    body: str
    status: str
    error_code: int | None
    direction: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class SmsReachedPhone(Entry):
    """A person could read this text from now on."""

    sid: str
    to: str
    from_: str
    body: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class SmsFromPhone(Entry):
    """A phone sent a text to one of the sender numbers."""

    sid: str
    to: str
    from_: str
    body: str


@dataclass(frozen=True, slots=True)
class OptOutChanged(Entry):
    """A phone opted out of a sender (or messaging service), or in again."""

    phone: str
    sender: str
    opted_out: bool


@dataclass(frozen=True, slots=True)
class CallChanged(Entry):
    """A leg took on a status: queued, initiated, ringing, in-progress, completed, busy..."""

    sid: str
    to: str
    from_: str
    direction: str
    status: str
    parent_sid: str | None


@dataclass(frozen=True, slots=True)
class CallRang(Entry):
    """A phone rang and showed this number as the caller."""

    sid: str
    phone: str
    caller: str
    parent_sid: str | None


@dataclass(frozen=True, slots=True)
class CallHeard(Entry):
    """A person heard this text on a leg; media is written as [play URL]."""

    sid: str
    phone: str
    text: str


@dataclass(frozen=True, slots=True)
class CallDigits(Entry):
    """A phone pressed keys; `taken` tells whether a Gather was listening."""

    sid: str
    phone: str
    digits: str
    taken: bool


@dataclass(frozen=True, slots=True)
class LegsBridged(Entry):
    """Two legs hear each other from now on."""

    sids: tuple[str, str]
    phones: tuple[str, str]
    room: str | None


@dataclass(frozen=True, slots=True)
class LegsParted(Entry):
    """Two legs that heard each other since `since` do so no longer."""

    sids: tuple[str, str]
    phones: tuple[str, str]
    room: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class RoomChanged(Entry):
    """A leg joined or left a conference room."""

    room: str
    sid: str
    phone: str
    change: str


@dataclass(frozen=True, slots=True)
class WebhookTried(Entry):
    """One attempt to call a webhook; `status` is None when no answer came."""

    subject: str
    purpose: str
    url: str
    params: Pairs
    token: str
    attempt: int
    status: int | None
    error_code: int | None
    body: str
    real_seconds: float


@dataclass(frozen=True, slots=True)
class FaultStruck(Entry):
    """An injected fault had its effect on this subject."""

    fault: str
    subject: str


@dataclass(frozen=True, slots=True)
class DebuggerNoted(Entry):
    """The carrier complained about our side in its debugger log."""

    code: int
    subject: str
    url: str
    detail: str
