"""Both sides of the conversation in order, from its events; what a patient wrote is still sealed. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts import conversations as said
from contracts.conversations import ConversationEvent
from contracts.values import Sealed

MOST = 60
"""Texts that a page shows, the latest. Ours."""
_BECAME = {"answer_accepted": "sent", "answer_delivered": "delivered", "answer_failed": "NOT DELIVERED"}


@dataclass
class Text:
    """One text or call. `body` is sealed, `plain` is Vigil's own wording."""

    at: datetime
    mine: bool
    """Whether it is ours, not the patient's."""
    who: str
    body: Sealed | None = None
    plain: str = ""
    became: str = ""
    evidence: int = 0
    files: int = 0


def texts(events: Iterable[ConversationEvent], name: Callable[[str], str]) -> list[Text]:
    """Return the latest texts of both sides; what responders were texted about them is no part of it."""
    found: list[Text] = []
    sent: dict[str, Text] = {}
    for event in events:
        match event:
            case said.TextReceived():
                found.append(
                    Text(event.at, False, "patient", event.body, evidence=event.evidence, files=event.media)
                )
            case said.CallReceived():
                found.append(Text(event.at, False, "patient", plain="(called)", evidence=event.evidence))
            case said.AnswerWaiting(responder=None):
                who = name(event.by) if event.by else "Vigil, by itself"
                one = Text(event.at, True, who, event.sealed, event.text, "on its way")
                sent[event.answer] = one
                found.append(one)
            case said.AnswerAccepted() | said.AnswerDelivered() | said.AnswerFailed():
                text = sent.get(event.answer)
                if text is not None and text.became != _BECAME["answer_delivered"]:
                    text.became = _BECAME[event.type]
            case said.OptedOut():
                found.append(Text(event.at, False, "patient", plain="(no more texts, please)"))
            case said.OptedIn():
                found.append(Text(event.at, False, "patient", plain="(texts are welcome again)"))
            case _:
                continue
    return found[-MOST:]


def note(events: Iterable[ConversationEvent]) -> tuple[str, Sealed] | None:
    """Return the last note of whoever held it, and who left it."""
    notes = [event for event in events if isinstance(event, said.NoteLeft)]
    return (notes[-1].responder, notes[-1].note) if notes else None
