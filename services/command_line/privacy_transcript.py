"""The texts of both sides as they followed each other, from the opened events of a conversation. Pure."""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]
_BECAME = {
    "answer_accepted": "the carrier took it",
    "answer_delivered": "delivered to the phone",
    "answer_failed": "NOT DELIVERED",
}


def transcript(events: Iterable[Event]) -> list[Event]:
    """Return one entry for each text or call: `at`, `who`, `text`, `became`, and how many `files` came.

    Texts to the patient are those that were to be sent, also where they failed; what responders were
    sent about the patient is no part of it.
    """
    said: list[Event] = []
    sent: dict[str, Event] = {}
    for event in events:
        match event.get("type"):
            case "text_received":
                said.append(_entry(event, "patient", event.get("body")))
            case "call_received":
                said.append(_entry(event, "patient", "(called)"))
            case "answer_waiting" if event.get("responder") is None:
                words = event.get("sealed") or event.get("text")
                entry = _entry(event, _writer(event), words, "waits to be sent")
                said.append(entry)
                sent[str(event.get("answer"))] = entry
            case "answer_accepted" | "answer_delivered" | "answer_failed" as kind:
                became = sent.get(str(event.get("answer")))
                # A receipt may be there before the carrier's answer: the later outcome must not undo it.
                if became is not None and became["became"] != _BECAME["answer_delivered"]:
                    code = f" ({event['code']})" if event.get("code") else ""
                    became["became"] = _BECAME[kind] + code
            case "opted_out":
                said.append(_entry(event, "patient", "(no more texts, please)"))
            case "opted_in":
                said.append(_entry(event, "patient", "(texts are welcome again)"))
            case _no_text:
                continue
    return said


def _entry(event: Event, who: str, text: object, became: str = "") -> Event:
    return {
        "at": event.get("at"),
        "who": who,
        "text": str(text or ""),
        "became": became,
        "files": event.get("media") or 0,
    }


def _writer(event: Event) -> str:
    by = event.get("by")
    return str(by) if by else f"Vigil, by itself ({event.get('purpose', 'first')})"
