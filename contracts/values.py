"""The words every other contract is made of: urgency, kind, moments, sealed content."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Value(BaseModel):
    """A frozen fact; unknown fields of newer writers are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="float")


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, e.g. 2026-11-24T02:14:00Z")
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]
"""An aware moment, held in UTC."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""An opaque identifier that is safe as one token of a NATS subject."""

PhoneRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+-[0-9a-f]{32}$")]
"""A keyed hash of a phone number: `<hash key id>-<128 bits in hex>`. Equal refs, equal phones."""


class Sealed(Value):
    """Identifying content under encryption: which key, and the ciphertext in base64."""

    key: str
    box: str


class Urgency(StrEnum):
    """How fast a person must act; sources and figures in deploy and the shipped policies."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"
    IMMINENT = "imminent"

    @property
    def rank(self) -> int:
        """0 for routine up to 3 for imminent."""
        return _RANKS[self]

    @property
    def word(self) -> str:
        """How soon to act, as people read and hear it."""
        return _WORDS[self]


_WORDS = {
    Urgency.ROUTINE: "NEXT SESSION",
    Urgency.SOON: "TODAY",
    Urgency.URGENT: "WITHIN THE HOUR",
    Urgency.IMMINENT: "NOW",
}
_RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}


def highest(urgencies: Iterable[Urgency]) -> Urgency:
    """Return the most urgent of them; routine if there is none."""
    return max(urgencies, key=lambda urgency: urgency.rank, default=Urgency.ROUTINE)


class Kind(StrEnum):
    """What happened, in the programme's words."""

    SESSION_MISSED = "session_missed"
    SCREEN_POSITIVE = "screen_positive"
    PATIENT_ALERT = "patient_alert"
    SUBSTANCE_POSITIVE = "substance_positive"
    WITHDRAWAL = "withdrawal"
    DOSE_MISSED = "dose_missed"
    CONCERN_RAISED = "concern_raised"
    OPTED_OUT = "opted_out"
    FOLLOW_UP_DUE = "follow_up_due"
    SYSTEM_FAULT = "system_fault"


class Channel(StrEnum):
    """How a contact method is reached."""

    SMS = "sms"
    VOICE = "voice"


class Disposition(StrEnum):
    """How an escalation ended, named for what the clinician did.

    The order is the numbering people see when they text `4` alone.
    """

    SPOKE = "spoke"
    SAFETY_PLAN = "safety_plan"
    NO_CRISIS_AFTER_CONTACT = "no_crisis_after_contact"
    SENT_IN_ERROR = "sent_in_error"
    TRANSFERRED_911 = "transferred_911"
    TRANSFERRED_988 = "transferred_988"
    MOBILE_CRISIS = "mobile_crisis"
    WELFARE_CHECK = "welfare_check"
    COULD_NOT_REACH = "could_not_reach"
    FIXED = "fixed"

    @property
    def hands_off(self) -> bool:
        """Whether somebody else acts now, so that it stays open until contact is confirmed.

        Lifeline imminent-risk policy (2012): emergency services must be confirmed to have made
        contact, else further steps are taken.
        """
        return self in _HAND_OFFS


_HAND_OFFS = frozenset(
    {
        Disposition.TRANSFERRED_911,
        Disposition.TRANSFERRED_988,
        Disposition.MOBILE_CRISIS,
        Disposition.WELFARE_CHECK,
    }
)
