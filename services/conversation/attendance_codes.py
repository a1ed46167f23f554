"""Whether a patient's text is the code of a session: then it is no text, and checks them in if it counts.

Nothing else may be in it, and nobody's crisis be open: whatever could be a cry for help stays a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client

from contracts.attendance import AttendanceCode
from contracts.carrier import SmsReceived
from contracts.facts import CheckedIn, message_id_of, subject_of
from services.conversation.core.state import Hold
from services.runtime.log import publish_fact


@dataclass(frozen=True, slots=True)
class Coded:
    """A text that is an attendance code and nothing else."""

    session: str | None
    """Where it checks them in; None: it is too late, too early, or another group's."""


def coded(
    codes: Mapping[str, AttendanceCode], patient: str, text: str, hold: Hold | None, now: datetime
) -> Coded | None:
    """Return what a text that is a code comes to; None: it is a text like any other.

    From somebody who is expected nowhere it is one, and while anything but a missed session is open.
    """
    if hold is not None and hold.open and not hold.missed_only:
        return None
    if not any(one.is_whole(text) for one in codes.values()):
        return None
    if not any(patient in one.patients for one in codes.values()):
        return None
    return Coded(next((one.session for one in codes.values() if one.fits(patient, text, now)), None))


async def check_in(nc: Client, fact: SmsReceived, patient: str, session: str) -> None:
    """Report that the patient is there; the same text twice is one. Raises Unavailable."""
    there = CheckedIn(
        patient=patient,
        at=fact.received_at,
        received_at=fact.received_at,
        source="sms",
        document=fact.sid,
        session=session,
        by="text",
    )
    await publish_fact(nc, subject_of(there), there.model_dump_json().encode(), message_id_of(there))
