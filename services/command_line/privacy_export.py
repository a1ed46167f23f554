"""One patient's record, whole and in clear: gathered, and as JSON or a page to print.

Only what the patient's own key sealed is opened, and what they wrote before they had one. Phones of
staff, and whatever else belongs to others, stay out.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2

from contracts.commits import Commit
from contracts.people import Patient
from contracts.privacy import PATIENT_KEY
from contracts.values import Sealed
from services.administration import Administration
from services.command_line.link import Link
from services.command_line.privacy import ids_of, log_of
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored
from services.runtime.sealing import SealError

Record = dict[str, Any]
"""What JSON can say; its shape is `gather`'s."""
_LEFT_OUT = frozenset({"methods", "phone_ref", "sender", "pin_hash", "words", "state"})
_THEIRS = frozenset({"body", "text", "sealed", "note"})
"""Fields in which the site's key sealed words of the patient, before they had a key of their own."""
_UNREADABLE = "(sealed; can't be opened)"


async def gather(link: Link, name: str, notice: str) -> Record:
    """Return everything there is about a patient, in clear. Raises Trouble."""
    administration, ids = link.administration(), await ids_of(link, name)
    opener = _Opener(administration, ids)
    patient = await administration.patient(name)
    if patient is None:
        raise Trouble(f"there is no patient {name}")
    made: Record = {
        "notice": notice,
        "patient": await opener.opened(_plain(patient)),
        "also_known_as": list(ids[1:]),
        "conversation": await opener.opened(await _events(link, "CONVERSATIONS", "conversations", ids)),
        "escalations": await opener.opened(await _events(link, "ESCALATIONS", "escalations", ids)),
    }
    log = [(type(fact).__name__, fact) for fact in await log_of(link, ids)]
    whole = [{"what": what, **(await opener.opened(fact.model_dump(mode="json")))} for what, fact in log]
    told = ("PatientDisclosed", "PatientExported")
    made["accounting_of_disclosures"] = [one for one in whole if one["what"] in told]
    made["log"] = [one for one in whole if one["what"] not in told]
    return made


def as_json(record: Record) -> str:
    """Return it for machines."""
    return json.dumps(record, indent=2, ensure_ascii=False)


def as_html(record: Record) -> str:
    """Return it as a page to read and to print; nothing in it is fetched from anywhere."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = [
        ("Conversation", record["conversation"]),
        ("What happened", record["escalations"]),
        ("To whom it was disclosed", record["accounting_of_disclosures"]),
        ("Who read and changed it", record["log"]),
    ]
    return environment.get_template("record.html").render(
        notice=record["notice"],
        patient=_lines(record["patient"]),
        sections=[(title, [_row(one) for one in found]) for title, found in sections],
    )


def _row(event: Record) -> tuple[str, str, list[tuple[str, str]]]:
    what = str(event.get("type") or event.get("what") or "")
    rest = {key: value for key, value in event.items() if key not in ("type", "what", "at", "patient")}
    return str(event.get("at", "")), what.replace("_", " "), _lines(rest)


def _lines(fields: Record, before: str = "") -> list[tuple[str, str]]:
    """Return nested fields as flat lines; what says nothing is left out."""
    lines: list[tuple[str, str]] = []
    for key, value in fields.items():
        name = f"{before}{key.replace('_', ' ')}"
        match value:
            case None | "" | [] | {} | False:
                continue
            case dict():
                lines += _lines(value, f"{name}, ")
            case [dict(), *_]:
                for number, one in enumerate(value, start=1):
                    lines += _lines(one, f"{name} {number}, ")
            case list():
                lines.append((name, ", ".join(str(one) for one in value)))
            case _other:
                lines.append((name, str(value)))
    return lines


def _plain(patient: Patient) -> Record:
    return patient.model_dump(mode="json", exclude_none=True)


async def _events(link: Link, stream: str, prefix: str, ids: Iterable[str]) -> list[Record]:
    """Return every event of these ids in a stream, oldest first."""
    found: list[Record] = []

    def learn(stored: Stored) -> None:
        found.extend(Commit.model_validate_json(stored.data).events)

    filters = tuple(f"{prefix}.{one}" for one in ids)
    follower = Follower(link.nc, stream, learn, filters=filters, label="cli", whole=True)
    await follower.start()
    await follower.stop()
    return found


class _Opener:
    """Opens what is the patient's in nested values, and leaves out what is others'."""

    def __init__(self, administration: Administration, ids: Iterable[str]) -> None:
        self._administration = administration
        self._keys = frozenset(f"{PATIENT_KEY}{one}" for one in ids)

    async def opened(self, value: Any, field: str = "") -> Any:
        """Return the value in clear."""
        match value:
            case {"key": str(key), "box": str(), **rest} if not rest:
                return await self._one(Sealed.model_validate(value), key, field)
            case dict():
                return {
                    name: await self.opened(inner, name)
                    for name, inner in value.items()
                    if name not in _LEFT_OUT
                }
            case list():
                return [await self.opened(inner, field) for inner in value]
            case _other:
                return value

    async def _one(self, sealed: Sealed, key: str, field: str) -> str:
        theirs = key in self._keys or (not key.startswith(PATIENT_KEY) and field in _THEIRS)
        if not theirs:
            return "(somebody else's)"
        try:
            return await self._administration.revealed(sealed)
        except SealError:
            return _UNREADABLE
