"""Where an inbound text or call goes: to paging, or to the crisis line. Decided once, here.

By the number it was sent to when the site has two, else by whose phone it is. In doubt it is a
patient's: a clinician is asked again within minutes, a patient may not write a second time.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts import replies
from contracts.replies import Key


class Lane(StrEnum):
    """Who hears it; the last token of the subject."""

    STAFF = "staff"
    """A command, or what looks like one: paging answers."""
    TALK = "talk"
    """Words, and keys of a conversation, from a staff phone: the crisis line answers."""
    PATIENT = "patient"
    CONTACT = "contact"
    """On the number for support contacts: followup listens, and in doubt hands it to the crisis line."""


@dataclass(frozen=True)
class Numbers:
    """Our numbers, E.164. `imminent` may be empty; `patient` may be that of the staff."""

    staff: str
    patient: str
    imminent: str = ""
    contact: str = ""
    """For support contacts; empty: there is none. Never one of the others."""

    @property
    def are_apart(self) -> bool:
        """Whether patients have a number of their own."""
        return self.patient not in (self.staff, self.imminent)


@dataclass(frozen=True)
class Caller:
    """Whose phone it is: the responder it belongs to, and whether it is an enrolled patient's."""

    responder: str | None
    is_patient: bool


_COMMANDS = frozenset(Key) - {Key.SEEN, Key.UNKNOWN, Key.FREE, Key.STOP, Key.START, Key.HELP}


def lane_of_text(to: str, body: str, caller: Caller, numbers: Numbers) -> Lane:
    """Return who hears a text.

    A phone that is staff's and a patient's is staff only for `<code> <key>` (and `<code>: words`):
    `help`, a bare `1` and any sentence may be a cry for help.
    """
    if numbers.contact and to == numbers.contact and caller.responder is None:
        return Lane.CONTACT
    lane = _lane(to, caller, numbers)
    if lane is Lane.PATIENT:
        return lane
    reply = replies.parse(body)
    if lane is None and not (reply.code and reply.key in _COMMANDS):
        return Lane.PATIENT
    return Lane.TALK if reply.key is Key.FREE or reply.key in replies.TALK else Lane.STAFF


def lane_of_call(to: str, caller: Caller, numbers: Numbers) -> Lane:
    """Return who hears a call; a phone that is staff's and a patient's may need help."""
    return _lane(to, caller, numbers) or Lane.PATIENT


def _lane(to: str, caller: Caller, numbers: Numbers) -> Lane | None:
    """Return the lane that number and phone tell, or None when the phone is both."""
    if caller.responder is None:
        return Lane.PATIENT
    if numbers.are_apart and to == numbers.patient:
        return Lane.PATIENT
    if numbers.are_apart and to in (numbers.staff, numbers.imminent):
        return Lane.STAFF
    return None if caller.is_patient else Lane.STAFF


def opt_out(word_of_carrier: str, body: str) -> str:
    """Return STOP, START or HELP when the carrier says so, or the whole text is such a word; else ""."""
    told = word_of_carrier.strip().upper()
    if told in ("STOP", "START", "HELP"):
        return told
    reply = replies.parse(body)
    if reply.code:
        return ""
    match reply.key:
        case Key.STOP:
            return "STOP"
        case Key.START:
            return "START"
        case Key.HELP:
            return "HELP"
        case _other:
            return ""
