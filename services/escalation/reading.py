"""Reading what others say: a patient's signal that can't be read in full still pages."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.pages import GiveAsked, HelpAsked, SignatureGiven, SnoozeAsked, ToEscalation
from contracts.programme import DeskAnswered
from contracts.signals import Signal
from contracts.values import Id, Kind, Urgency
from services.runtime.consume import Unreadable

_ID: TypeAdapter[str] = TypeAdapter(Id)
_TYPE = "vigil.signal."
W = TypeVar("W", Kind, Urgency)


def read_signal(
    data: bytes, headers: Mapping[str, str], subject: str, sequence: int, now: datetime
) -> Signal:
    """Return the signal of a message, or of a CloudEvent in binary mode (`ce-` headers).

    What can't be read but names a patient becomes an imminent concern: it is paged, not parked.
    Raises Unreadable when not even the patient can be read.
    """
    try:
        signal = Signal.model_validate_json(data)
    except ValidationError:
        signal = _salvage(data, headers, subject, sequence, now)
    if signal.patient is None and signal.area is None:
        raise Unreadable("a signal names neither a patient nor an area")
    return signal


def from_desk(desk: DeskAnswered) -> ToEscalation:
    """Return what was answered at a desk as the answer it would be on a phone."""
    about = {
        "at": desk.at,
        "page": f"desk-{desk.id}",
        "responder": desk.responder,
        "run": desk.run,
        "subject": desk.subject,
    }
    match desk.answer:
        case "give":
            return GiveAsked.model_validate(about | {"asked": desk.asked})
        case "help":
            return HelpAsked.model_validate(about)
        case "snooze":
            return SnoozeAsked.model_validate(about | {"minutes": desk.minutes})
        case "sign":
            return SignatureGiven.model_validate(about)


def _salvage(data: bytes, headers: Mapping[str, str], subject: str, sequence: int, now: datetime) -> Signal:
    try:
        raw = json.loads(data)
    except ValueError:
        raise Unreadable("a signal is not JSON") from None
    if not isinstance(raw, dict):
        raise Unreadable("a signal is no JSON object")
    event = {name.lower().removeprefix("ce-"): value for name, value in headers.items()}
    patient = _patient(raw.get("patient") or event.get("subject"))
    source = event.get("source") or "unknown"
    return Signal(
        id=f"{source}/{event['id']}" if "id" in event else f"unreadable/{sequence}",
        kind=_word(
            Kind, event.get("type", "").removeprefix(_TYPE) or raw.get("kind") or subject.split(".")[1]
        )
        or Kind.CONCERN_RAISED,
        urgency=_word(Urgency, raw.get("urgency")) or Urgency.IMMINENT,
        patient=patient,
        occurred_at=_moment(event.get("time") or raw.get("occurred_at")) or now,
        received_at=now,
        source=source,
        evidence=f"SIGNALS:{sequence}",
    )


def _patient(value: object) -> str:
    try:
        return _ID.validate_python(value)
    except ValidationError:
        raise Unreadable("a signal names no readable patient") from None


def _word(words: type[W], value: object) -> W | None:
    return next((word for word in words if word.value == value), None)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
