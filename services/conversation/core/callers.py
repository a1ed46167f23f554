"""Who is behind a number: callers who withhold theirs must not all become one patient."""

import base64
import hashlib
import re

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253"})
"""What Twilio gives instead of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE
as typed on a keypad."""


def withheld(phone: str) -> bool:
    """Tell whether this is no number that can be found again or called back."""
    return phone in _WITHHELD or _E164.fullmatch(phone) is None


def patient_id(random: bytes) -> str:
    """Return the patient id made of 80 bits."""
    return "pt_" + base64.b32encode(random[:10]).decode().lower()


def patient_of_call(sid: str) -> str:
    """Return the patient id of a caller known by nothing but this call: the same each time it is heard."""
    return patient_id(hashlib.sha256(sid.encode()).digest())
