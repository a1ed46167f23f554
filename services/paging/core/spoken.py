"""What is said on the phone. Nothing identifying, before the key press or after.

Sentences are short and the digits come after what they do: half asleep, people remember the last
thing they heard.
"""

from collections.abc import Sequence
from datetime import datetime

from contracts.escalations import ResponderTold
from contracts.pages import PageBrief
from contracts.values import Urgency
from services.paging.core import wording


def spoken(pages: Sequence[PageBrief], now: datetime, zone: str) -> str:
    """Return what is said before the key: how urgent, what kind, which code; most urgent first."""
    ranked = sorted(pages, key=lambda page: (-page.urgency.rank, page.asked_at))
    if not ranked:
        return "This is Vigil, with a page for you."
    first = ranked[0]
    many = f" You have {len(ranked)} pages. The most urgent:" if len(ranked) > 1 else ""
    by = first.contact_by
    contact = f" Contact by {wording.clock(by, now, zone)}." if by is not None and by > now else ""
    return (
        f"This is Vigil, with a page for you.{many} Code {spelled(first.code)}. {_urgency(first.urgency)}. "
        f"It is about {_KINDS.get(wording.kind_word(first.kind), 'an alert')}.{contact}"
    )


_KINDS = {
    "text": "a text",
    "screen": "a screen",
    "missed": "something missed",
    "system": "the system itself",
    "alert": "an alert",
}


def spelled(code: str) -> str:
    """Return a code letter by letter, as a voice must read it."""
    return " ".join(code)


def key_prompt() -> str:
    """Return the question that only a key press answers."""
    return "To take it, press 1. To pass, press 2."


def connect_prompt() -> str:
    """Return the offer made once it was taken."""
    return "To be connected with the patient, press 3."


def noted() -> str:
    """Return what is said right after a key, before anything is committed."""
    return "Noted."


def taken(code: str) -> str:
    """Return the outcome once escalation committed that they hold it."""
    return f"You have {spelled(code)}."


def held_by_other(code: str) -> str:
    """Return the outcome when somebody else was first."""
    return f"A colleague already has {spelled(code)}. Nothing to do for you."


def passed(code: str) -> str:
    """Return the outcome of passing."""
    return f"You passed {spelled(code)}. The next person is paged."


def text_follows() -> str:
    """Return what is said when the outcome is not readable in time."""
    return "You will get a text."


def not_understood() -> str:
    """Return the answer to a key that was not offered."""
    return "That key does nothing here."


def no_key() -> str:
    """Return what is said when nobody pressed a key: the page goes on."""
    return "No key was pressed. You do not have it, and the paging goes on. Goodbye."


def no_longer_open(code: str) -> str:
    """Return what is said when the page was withdrawn before the call was answered."""
    return f"{spelled(code)} no longer needs you. Goodbye."


def connecting() -> str:
    """Return what the responder hears before the patient is called."""
    return "Connecting you with the patient. Your number stays hidden."


def spoken_telling(what: ResponderTold, text: str) -> str:
    """Return a message as a voice reads it; `text` is what the text message would have said."""
    body = text.removeprefix(f"VIGIL {what.code}: ").replace(what.code, spelled(what.code))
    return f"This is Vigil, about {spelled(what.code)}: {body} Answer by text, please."


def _urgency(urgency: Urgency) -> str:
    return wording.urgency_word(urgency).capitalize()
