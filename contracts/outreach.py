"""Outreach: texts to a patient that begin with us, asked for by other services, sent by the crisis line.

The crisis line alone texts patients: it knows consent, whether their phone is safe, quiet hours, an
open crisis and an opt-out, and whatever is answered is a crisis-line text.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.values import Id, Moment, Sealed, Value


class OutreachKind(StrEnum):
    """What it is for; each is a phrase of the same name in every language file."""

    REMINDER = "reminder"
    """Before a session, for who wants it."""
    MISSED = "missed"
    """At the end of grace: neutral, names no programme, asks nothing."""
    FOLLOW_UP = "follow_up"
    """The check-in 72 hours after a crisis."""
    CARING = "caring"
    """A caring contact: no question, no demand."""
    EDUCATION = "education"
    """A resource that was asked for, or that a clinician chose: `sealed` holds it."""
    SAFETY_PLAN = "safety_plan"
    """Their own safety plan, with its own consent and after a confirming word: `sealed` holds it."""


class OutreachAsked(Value):
    """Text this patient, if it may be. The same `outreach` twice is one text."""

    type: Literal["outreach_asked"] = "outreach_asked"
    at: Moment
    outreach: Id
    patient: Id
    kind: OutreachKind
    send_by: Moment
    """After this it is withheld: it would speak of what is past."""
    args: dict[str, str] = Field(default_factory=dict)
    """Of a reminder: `at`, the day and the minute on the programme's wall clock (`2026-11-24T09:00`), which
    the crisis line says in the patient's language; `time` alone for whoever knows no `at`. Nothing
    identifying."""
    variant: int = 0
    """Which of the kind's wordings."""
    sealed: Sealed | None = None
    """What is sent, where it is not fixed wording."""
    during_crisis: bool = False
    """Whether it may be sent while an escalation of the patient is open."""


class OutreachDropped(Value):
    """It is not wanted any more; what is not yet with the carrier is not sent."""

    type: Literal["outreach_dropped"] = "outreach_dropped"
    at: Moment
    outreach: Id
    patient: Id
    why: str


Outreach = Annotated[OutreachAsked | OutreachDropped, Field(discriminator="type")]
"""To the crisis line, on `outreach.<patient>`."""


class Withheld(StrEnum):
    """Why it was not sent: each is for a person to know, none for the patient."""

    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    NOT_SAFE = "not_safe"
    QUIET_HOURS = "quiet_hours"
    """And `send_by` comes before they end."""
    CRISIS_OPEN = "crisis_open"
    """Told at once: whoever asked may ask anew, by another id, when it is over."""
    NO_PHONE = "no_phone"
    TOO_LATE = "too_late"
    DROPPED = "dropped"
    REFUSED = "refused"
    """By the carrier; or the ask held nothing that could be sent."""
    PAUSED = "paused"
    """Automatic texts to them pause beyond `send_by`: they asked for quiet, or a machine answers."""
    TOO_MANY = "too_many"
    """More wait for this patient than anybody should be sent."""
    UNDELIVERED = "undelivered"
    """The carrier had taken it, and could not bring it to the phone: said after the first end."""


class OutreachEnded(Value):
    """What became of it: an event of the patient's conversation, which the asker hears."""

    type: Literal["outreach_ended"] = "outreach_ended"
    at: Moment
    outreach: Id
    kind: OutreachKind | None = None
    """None: it was dropped before the crisis line had heard of it."""
    withheld: Withheld | None = None
    """None: the carrier has taken it."""
