"""The record of one leg of a call, what can happen to it, and how the carrier shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from services.carrier_emulator.identifiers import rfc2822
from services.carrier_emulator.mailbox import Mailbox

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Orders:
    """Where the TwiML of a call comes from: a URL, or the document itself."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answered:
    """The phone was picked up."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The person refused the call."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed keys."""

    digits: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The person hung up."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The carrier ends the leg with this status, by REST or because the other leg is gone."""

    status: str


@dataclass(frozen=True, slots=True)
class Redirected:
    """The REST API gave the live call new orders."""

    orders: Orders


@dataclass(frozen=True, slots=True)
class ChildAnswered:
    """A number dialled by this leg was picked up."""

    sid: str


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """A number dialled by this leg is over, with its last status."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """The conference this leg waits for has begun."""


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """The conference this leg was in is over."""


Input = (
    Answered
    | Declined
    | Pressed
    | HungUp
    | Ended
    | Redirected
    | ChildAnswered
    | ChildEnded
    | RoomOpened
    | RoomClosed
)


@dataclass(slots=True, eq=False)
class Call:
    """One leg: between the carrier and one phone."""

    sid: str
    account_sid: str
    to: str
    from_: str
    direction: str
    created: datetime
    updated: datetime
    inbox: Mailbox[Input]
    orders: Orders = Orders()
    status: str = "queued"
    parent_sid: str | None = None
    ring_seconds: float = 60.0
    limit_seconds: float = 14_400.0
    status_callback: str = ""
    status_events: tuple[str, ...] = ("completed",)
    machine_detection: str = ""
    async_amd: bool = False
    async_amd_callback: str = ""
    queue_seconds: float = 0.0
    answered: datetime | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    sip_code: int | None = None
    sequence: int = 0
    heard: list[str] = field(default_factory=list)

    @property
    def phone(self) -> str:
        """Return the number of the phone at the far end of the leg."""
        return self.from_ if self.direction == "inbound" else self.to

    @property
    def is_over(self) -> bool:
        """Tell whether the leg has reached its last status."""
        return self.status in FINAL

    @property
    def seconds(self) -> int:
        """Return how long the leg was or has been connected."""
        if self.answered is None or self.ended is None:
            return 0
        return round((self.ended - self.answered).total_seconds())

    def as_json(self) -> dict[str, object]:
        """Return the Call resource of the REST API."""
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Calls/{self.sid}"
        kinds = ("notifications", "recordings", "payments", "events", "streams")
        return {
            "account_sid": self.account_sid,
            "answered_by": self.answered_by,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "direction": self.direction,
            "duration": str(self.seconds) if self.is_over else None,
            "end_time": rfc2822(self.ended),
            "forwarded_from": None,
            "from": self.from_,
            "from_formatted": self.from_,
            "group_sid": None,
            "parent_call_sid": self.parent_sid,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": str(round(self.queue_seconds * 1000)),
            "sid": self.sid,
            "start_time": rfc2822(self.answered or self.ended),
            "status": "queued" if self.status == "initiated" else self.status,
            "subresource_uris": {kind: f"{uri}/{kind.title()}.json" for kind in kinds},
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }
