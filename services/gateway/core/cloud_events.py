"""Reads a CloudEvent 1.0 that reports a signal: structured or binary mode, whatever is wrong in it.

What can page somebody is accepted: an event that says who it is about, of what kind, and by what
id. Anything else unreadable in it becomes a warning, and an unreadable urgency is taken as
imminent, because the one who sent it had a reason to.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from contracts.values import Kind, Urgency

PREFIX = "vigil.signal."
KINDS = tuple(kind for kind in Kind if kind is not Kind.SYSTEM_FAULT)
"""What other systems may report; faults of the system are reported by its own parts."""

_VIGIL_ID = re.compile(r"pt_[A-Za-z0-9_-]{4,70}")
_TAG = re.compile(r"[A-Za-z0-9_.:-]{1,40}")
_EVIDENCE = re.compile(r"[A-Za-z0-9_.:/#-]{1,200}")
_ID = re.compile(r"[!-~]{1,200}")
_MAX_TAGS = 20


class Unfit(Exception):
    """A request that can't be accepted: the field, what is wrong with it, what to do, the status.

    Nothing of what was sent is quoted: it may identify somebody.
    """

    def __init__(self, field: str, wrong: str, fix: str, status: int = 422) -> None:
        super().__init__(f"{field}: {wrong}")
        self.field = field
        self.wrong = wrong
        self.fix = fix
        self.status = status


@dataclass(frozen=True)
class Reported:
    """A signal as another system reports it; the patient by its own id, or by Vigil's."""

    id: str
    source: str
    kind: Kind
    urgency: Urgency
    outside_id: str
    vigil_id: str
    occurred_at: datetime | None
    tags: tuple[str, ...] = ()
    evidence: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def signal_id(self) -> str:
        """The deduplication id: the source and the source's own id."""
        return f"{self.source}/{self.id}"


def is_vigil_id(name: str) -> bool:
    """Return whether it has the form of an id that Vigil gives to patients."""
    return _VIGIL_ID.fullmatch(name) is not None


def structured(body: bytes) -> Reported:
    """Read an `application/cloudevents+json` body; raises Unfit."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise Unfit("body", "is not JSON", "send one CloudEvent as a JSON object", 400) from None
    if not isinstance(event, dict):
        raise Unfit("body", "is not a JSON object", "send one CloudEvent as a JSON object", 400)
    data = event.get("data")
    if data is None and isinstance(event.get("data_base64"), str):
        data = _from_base64(event["data_base64"])
    if isinstance(data, str):
        data = _from_json(data.encode())
    return _read(event, data)


def binary(headers: Mapping[str, str], body: bytes) -> Reported:
    """Read an event whose attributes are `ce-` headers and whose data is the body; raises Unfit."""
    attributes: dict[str, object] = {
        name.lower().removeprefix("ce-"): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith("ce-")
    }
    return _read(attributes, _from_json(body))


def _read(event: Mapping[str, object], data: object) -> Reported:
    if event.get("specversion") != "1.0":
        raise Unfit("specversion", 'is not "1.0"', "send CloudEvents 1.0")
    warnings: list[str] = []
    if not isinstance(data, Mapping):
        warnings.append("data: not a JSON object; everything in it was ignored")
        data = {}
    ours, theirs = _patient(event, data)
    return Reported(
        id=_id(event),
        source=_text(event, "source", "name your system, as in VIGIL_SOURCE_TOKENS"),
        kind=_kind(event),
        urgency=_urgency(data, warnings),
        outside_id=theirs,
        vigil_id=ours,
        occurred_at=_moment(event, data, warnings),
        tags=_tags(data, warnings),
        evidence=_evidence(data, warnings),
        warnings=tuple(warnings),
    )


def _text(event: Mapping[str, object], field: str, fix: str) -> str:
    value = event.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise Unfit(field, "is missing", fix)
    return value.strip()


def _id(event: Mapping[str, object]) -> str:
    fix = "send an id that is unique in your system and stays the same when you repeat the event"
    name = _text(event, "id", fix)
    if not _ID.fullmatch(name):
        raise Unfit("id", "holds other characters than printable ASCII, or more than 200", fix)
    return name


def _kind(event: Mapping[str, object]) -> Kind:
    wanted = f"send type {PREFIX}<kind>, the kind one of {', '.join(KINDS)}"
    name = _text(event, "type", wanted)
    kind = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or kind not in KINDS:
        raise Unfit("type", "names no kind of signal", wanted)
    return Kind(kind)


def _patient(event: Mapping[str, object], data: Mapping[str, object]) -> tuple[str, str]:
    """Return Vigil's id for the patient if given, and the source's own id if given."""
    fix = "send your id of the patient as subject, or Vigil's as data.patient"
    said = data.get("patient")
    named = said.strip() if isinstance(said, str) else str(said) if isinstance(said, int) else ""
    ours = named if is_vigil_id(named) else ""
    try:
        theirs = _text(event, "subject", "")
    except Unfit:
        theirs = "" if ours else named
    if not theirs and not ours:
        raise Unfit("subject", "is missing", fix)
    if len(theirs) > 200:
        raise Unfit("subject", "is longer than 200 characters", fix)
    return ours, theirs


def _urgency(data: Mapping[str, object], warnings: list[str]) -> Urgency:
    said = data.get("urgency")
    name = said.strip().lower() if isinstance(said, str) else ""
    if name in tuple(Urgency):
        return Urgency(name)
    warnings.append(f"data.urgency: not one of {', '.join(Urgency)}; taken as imminent")
    return Urgency.IMMINENT


def _moment(event: Mapping[str, object], data: Mapping[str, object], warnings: list[str]) -> datetime | None:
    for name, said in (("data.occurred_at", data.get("occurred_at")), ("time", event.get("time"))):
        if said is None:
            continue
        try:
            moment = datetime.fromisoformat(said) if isinstance(said, str) else None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        warnings.append(f"{name}: not a moment with a time zone such as 2026-11-24T02:14:00Z; ignored")
    return None


def _tags(data: Mapping[str, object], warnings: list[str]) -> tuple[str, ...]:
    said = data.get("tags")
    if said is None:
        return ()
    listed = said if isinstance(said, list) else []
    fit = tuple(tag for tag in listed if isinstance(tag, str) and _TAG.fullmatch(tag))[:_MAX_TAGS]
    if len(fit) != len(listed) or not isinstance(said, list):
        warnings.append(f"data.tags: only words of letters, digits and _.:- count, at most {_MAX_TAGS}")
    return fit


def _evidence(data: Mapping[str, object], warnings: list[str]) -> str | None:
    said = data.get("evidence")
    if said is None:
        return None
    if isinstance(said, str) and _EVIDENCE.fullmatch(said):
        return said
    warnings.append("data.evidence: not a reference (letters, digits and _.:/#-, at most 200); ignored")
    return None


def _from_base64(text: str) -> object:
    try:
        return _from_json(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None


def _from_json(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found
