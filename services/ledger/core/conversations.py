"""Rows of the crisis line: texts of ours, texts that began with us, and who was sent what. Pure."""

from collections.abc import Iterator
from datetime import datetime

from contracts.commits import Commit
from services.books.changes import Change, change
from services.ledger.core.reading import Said, given, moment, number, word


def rows(stream: str, subject: str, sequence: int, commit: Commit) -> Iterator[Change]:
    """Return what a commit of `conversations.<patient>` changes."""
    patient = subject.partition(".")[2]
    for place, event in enumerate(commit.events):
        at = moment(event, "at") or commit.at
        yield from _text(patient, event, at)
        match word(event, "type"):
            case "outreach_asked":
                key = {"outreach": word(event, "outreach")}
                cells = given(patient=patient, kind=word(event, "kind"), asked_at=at)
                yield change("outreach", key, first=cells)
            case "outreach_ended":
                key = {"outreach": word(event, "outreach")}
                cells = given(patient=patient, kind=word(event, "kind"))
                yield change(
                    "outreach", key, first=cells, last={"ended_at": at, "withheld": word(event, "withheld")}
                )
            case "transcript_read" | "contacts_read" | "note_told" as what:
                yield change(
                    "readings",
                    {"stream": stream, "sequence": sequence, "place": place},
                    last={
                        "at": at,
                        "who": word(event, "responder"),
                        "patient": patient,
                        "what": what,
                        "ground": None,
                        "amount": number(event, "texts"),
                    },
                )
            case _other:
                continue


def _text(patient: str, event: Said, at: datetime) -> Iterator[Change]:
    answer = word(event, "answer")
    if answer is None:
        return
    key = {"patient": patient, "answer": answer}
    match word(event, "type"):
        case "answer_waiting":
            text = event.get("text")
            cells = given(
                purpose=word(event, "purpose") or "first",
                responder=word(event, "responder"),
                reaches=word(event, "reaches"),
                outreach=word(event, "outreach"),
                # What is sealed can't be counted; a text of fixed wording can.
                segments=segments(text) if isinstance(text, str) and text else None,
            )
            yield change("texts", key, first={**cells, "asked_at": at})
        case "answer_intended":
            yield change("texts", key, first={"intended_at": at})
        case "answer_accepted":
            yield change("texts", key, first={"accepted_at": at})
        case "answer_delivered":
            yield change("texts", key, first={"delivered_at": at})
        case "answer_failed":
            yield change("texts", key, last={"failed_at": at, "code": word(event, "code")})
        case _other:
            return


_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_TWICE = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """Return how many segments the carrier bills for a text: GSM 03.38 if all of it fits, else UCS-2."""
    if all(one in _GSM7 or one in _GSM7_TWICE for one in text):
        units, whole, piece = sum(2 if one in _GSM7_TWICE else 1 for one in text), 160, 153
    else:
        units, whole, piece = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= whole else -(-units // piece)
