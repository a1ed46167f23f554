"""The record of one text message, and how the carrier shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from services.carrier_emulator import segments
from services.carrier_emulator.identifiers import rfc2822

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or other file as a phone sends it."""

    content: bytes
    content_type: str = "image/jpeg"


@dataclass(slots=True, eq=False)
class Message:
    """One message in whichever direction; its status only moves forward."""

    sid: str
    account_sid: str
    to: str
    from_: str | None
    body: str
    status: str
    direction: str
    created: datetime
    updated: datetime
    service_sid: str | None = None
    status_callback: str = ""
    validity_seconds: float = 36_000
    send_at: datetime | None = None
    sent: datetime | None = None
    error_code: int | None = None
    num_media: int = 0
    media: dict[str, Attachment] = field(default_factory=dict)
    """The files that are still stored, by their sid."""
    automatic: bool = False
    provide_feedback: bool = False

    @property
    def sender(self) -> str:
        """Return the number it is sent from; empty while a service has not chosen yet."""
        return self.from_ or ""

    @property
    def parts(self) -> int:
        """Return how many segments it takes."""
        return segments.count(self.body)

    def as_json(self) -> dict[str, object]:
        """Return the Message resource of the REST API."""
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        unsplit = self.status in ("accepted", "scheduled")
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else f"Error {self.error_code}",
            "from": self.from_,
            "messaging_service_sid": self.service_sid,
            "num_media": str(self.num_media),
            "num_segments": "0" if unsplit else str(self.parts),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }
