"""Words by which the carrier itself stops and resumes our texts to a phone.

They count only as the whole text, in any case: carrier.md 4, Twilio's list of 2026. A patient in
crisis may well mean END or QUIT as a statement, so either way a person is told.
"""

import unicodedata
from enum import StrEnum

_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_STOP_SPANISH = frozenset({"alto", "parar", "pare", "cancelar", "detener"})
"""What stops texts in Spanish. Ours: the carrier knows English words alone, so these stop only here; a
word that may as well be despair (`fin`, `basta`) is none of them."""
_START = frozenset({"start", "yes", "unstop"})


class Opting(StrEnum):
    """What a text does to our right to text back."""

    NONE = "none"
    OUT = "out"
    IN = "in"


def opting(by_carrier: str, body: str) -> Opting:
    """Return what the text does: `by_carrier` is its OptOutType ("" if it says nothing)."""
    word = " ".join(unicodedata.normalize("NFKC", body).casefold().split())
    if by_carrier.upper() == "STOP" or word in _STOP | _STOP_SPANISH:
        return Opting.OUT
    if by_carrier.upper() == "START" or word in _START:
        return Opting.IN
    return Opting.NONE
