"""The parameters that the carrier sends about a call."""

import math
from datetime import datetime

from services.carrier_emulator.calls import Call
from services.carrier_emulator.geography import places
from services.carrier_emulator.identifiers import rfc2822


def voice_params(call: Call) -> dict[str, str]:
    """Return the standard form of every request for TwiML."""
    params = {
        "AccountSid": call.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Called": call.to,
        "Caller": call.from_,
        "Direction": call.direction,
        "From": call.from_,
        "To": call.to,
        **places("Called", "Caller", "From", "To"),
    }
    if call.parent_sid is not None:
        params["ParentCallSid"] = call.parent_sid
    if call.answered_by is not None:
        params["AnsweredBy"] = call.answered_by
    return params


def event_params(call: Call, now: datetime) -> dict[str, str]:
    """Return the form of a status callback, and count it in the call's sequence."""
    params = voice_params(call)
    params["CallbackSource"] = "call-progress-events"
    params["SequenceNumber"] = str(call.sequence)
    params["Timestamp"] = rfc2822(now) or ""
    call.sequence += 1
    if call.is_over:
        params["CallDuration"] = str(call.seconds)
        params["Duration"] = str(math.ceil(call.seconds / 60))
        if call.sip_code is not None:
            params["SipResponseCode"] = str(call.sip_code)
    return params
