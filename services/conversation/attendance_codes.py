"""Whether a patient's text is the code of a session: then it checks them in, and is no text.

Nothing else may be in it, and nobody's crisis be open: whatever could be a cry for help stays a text.
"""

from collections.abc import Mapping
from datetime import datetime

from nats.aio.client import Client

from contracts.attendance import AttendanceCode
from contracts.carrier import SmsReceived
from contracts.facts import CheckedIn, message_id_of, subject_of
from services.conversation.core.state import Hold
from services.runtime.log import publish_fact


def session_of(
    codes: Mapping[str, AttendanceCode], patient: str, text: str, hold: Hold | None, now: datetime
) -> str | None:
    """Return the session that the whole text is the code of; None: it is a text like any other."""
    if hold is not None and hold.open:
        return None
    return next((code.session for code in codes.values() if code.fits(patient, text, now)), None)


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
