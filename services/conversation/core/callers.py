"""Who is behind a number: callers who withhold theirs must not all become one patient."""

import base64
import hashlib

from contracts.carrier import withheld as withheld


def patient_id(random: bytes) -> str:
    """Return the patient id made of 80 bits."""
    return "pt_" + base64.b32encode(random[:10]).decode().lower()


def patient_of_call(sid: str) -> str:
    """Return the patient id of a caller known by nothing but this call: the same each time it is heard."""
    return patient_id(hashlib.sha256(sid.encode()).digest())
