"""What the commands about a patient's privacy share: who a patient is, and the log of what was done."""

import json
from collections.abc import Callable
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from contracts.people import Patient
from contracts.privacy import (
    ErasureAsked,
    Hours,
    PatientChanged,
    PatientDisclosed,
    PatientErased,
    PatientExported,
    PatientHeld,
)
from contracts.programme import PatientRevealed
from contracts.values import Value
from services.command_line.link import Link, me
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored, publish_fact

Logged = (
    PatientRevealed
    | PatientExported
    | PatientDisclosed
    | PatientChanged
    | PatientHeld
    | ErasureAsked
    | PatientErased
)
_KINDS: dict[str, TypeAdapter[Logged]] = {
    "patient_revealed": TypeAdapter(PatientRevealed),
    "patient_exported": TypeAdapter(PatientExported),
    "patient_disclosed": TypeAdapter(PatientDisclosed),
    "patient_changed": TypeAdapter(PatientChanged),
    "patient_held": TypeAdapter(PatientHeld),
    "erasure_asked": TypeAdapter(ErasureAsked),
    "patient_erased": TypeAdapter(PatientErased),
}
"""The facts that make the log of one patient, by the middle of their subject."""
LOGGED = frozenset(_KINDS)


async def known(link: Link, name: str) -> Patient:
    """Return the stored patient. Raises Trouble when there is none."""
    if not name.replace("_", "").replace("-", "").isalnum():
        raise Trouble(f"{name!r} is no id; ids look like pt_a1b2c3")
    patient = await link.administration().patient(name)
    if patient is None:
        raise Trouble(f"there is no patient {name}; `vigil patient add` makes one")
    return patient


async def living(link: Link, name: str) -> Patient:
    """Return the stored patient. Raises Trouble when there is none, or they were erased."""
    patient = await known(link, name)
    if patient.erased_at is not None:
        raise Trouble(f"{name} was erased on {patient.erased_at:%d %b %Y}; see `vigil patient reads {name}`")
    return patient


async def record(link: Link, fact: str, value: Value, message_id: str) -> None:
    """Put something on record, before it is done."""
    patient = str(getattr(value, "patient", ""))
    await publish_fact(
        link.nc, f"programme.{fact}.{patient}", value.model_dump_json().encode(), f"{fact}:{message_id}"
    )


async def changed(link: Link, patient: str, what: str) -> None:
    """Put on record that something of a patient was changed."""
    now = link.clock.now()
    fact = PatientChanged(patient=patient, by=me(), at=now, what=what)
    await record(link, "patient_changed", fact, f"{patient}:{now.isoformat()}:{what}")


async def ids_of(link: Link, patient: str) -> tuple[str, ...]:
    """Return the patient's id, and every id that was linked into it."""
    into: dict[str, str] = {}

    def learn(stored: Stored) -> None:
        said = json.loads(stored.data)
        into[str(said["patient"])] = str(said["into"])

    await _read(link, ("programme.patient_linked.*",), learn)
    found = [patient]
    for one in found:
        found += [other for other, target in into.items() if target == one and other not in found]
    return tuple(found)


async def log_of(link: Link, ids: tuple[str, ...]) -> list[Logged]:
    """Return what was done with these ids, oldest first; what can't be read is left out."""
    found: list[Logged] = []

    def learn(stored: Stored) -> None:
        kind = _KINDS.get(stored.subject.split(".")[1])
        if kind is not None:
            try:
                found.append(kind.validate_json(stored.data))
            except ValidationError:
                return

    await _read(link, tuple(f"programme.*.{one}" for one in ids), learn)
    return sorted(found, key=lambda fact: fact.at)


async def facts_of(link: Link, ids: tuple[str, ...], without: frozenset[str]) -> list[dict[str, Any]]:
    """Return what else the programme reported about these ids, as it is stored, oldest first."""
    found: list[dict[str, Any]] = []

    def learn(stored: Stored) -> None:
        kind = stored.subject.split(".")[1]
        if kind not in without:
            try:
                found.append({"what": kind, **json.loads(stored.data)})
            except (ValueError, TypeError):
                return

    await _read(link, tuple(f"programme.*.{one}" for one in ids), learn)
    return found


def hours(text: str, zone: str, option: str) -> Hours:
    """Return hours as people write them: `21:00-08:00`. Raises Trouble."""
    try:
        ZoneInfo(zone)
        start, end = (time.fromisoformat(part.strip().zfill(5)) for part in text.split("-"))
        return Hours(start=start, end=end, zone=zone)
    except (ValueError, OSError):
        raise Trouble(f"{option}: write the hours as 21:00-08:00, and the zone as America/New_York") from None


async def _read(link: Link, filters: tuple[str, ...], learn: Callable[[Stored], None]) -> None:
    follower = Follower(link.nc, "PROGRAMME", learn, filters=filters, label="cli", whole=True)
    await follower.start()
    await follower.stop()
