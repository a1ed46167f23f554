"""`vigil readings`: who read what identifies a patient: who, what, when, why, from every place at once."""

import asyncio
import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from contracts.commits import Commit
from contracts.privacy import KeysChanged, PatientDisclosed, PatientExported
from contracts.programme import PatientRevealed
from services.command_line.link import Link, linked
from services.command_line.privacy import ids_of, known
from services.command_line.shown import local, put_json, show, table
from services.command_line.troubles import Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored

_COLUMNS = ("when", "who", "patient", "what", "why")


@dataclass(frozen=True)
class Reading:
    """Identifying content was shown, sent or taken out. `patient` is empty where it could be anybody's."""

    at: datetime
    who: str
    patient: str
    what: str
    why: str


def readings(
    patient: Annotated[str, typer.Option(help="Only of this patient: the id, pt_...")] = "",
    by: Annotated[str, typer.Option(help="Only by this person: an account, or a responder's id.")] = "",
    since: Annotated[str, typer.Option(help="From this day on, YYYY-MM-DD, UTC.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for whoever audits.")] = False,
) -> None:
    """List who read what identifies a patient, when and why.

    Records shown in full or taken out, emergency disclosures, pictures, texts relayed to a phone and
    transcripts asked for there, and work with the site's keys. It holds no content, and no names.
    """
    if as_json and as_csv:
        raise Trouble("--json and --csv contradict each other; give one")
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError:
        raise Trouble("--since: write the day as 2026-11-24") from None
    found = [
        one
        for one in asyncio.run(_found(patient))
        if by in ("", one.who) and (first is None or one.at.date() >= first)
    ]
    whole = [(one.at.isoformat(), one.who, one.patient, one.what, one.why) for one in found]
    if as_json:
        put_json([dict(zip(_COLUMNS, row, strict=True)) for row in whole])
    elif as_csv:
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerows([_COLUMNS, *whole])
    else:
        shown = [(local(one.at), one.who, one.patient or "-", one.what, one.why or "-") for one in found]
        show(table("Who read what", _COLUMNS, shown, "Nobody has read anything."))


async def readings_of(link: Link, ids: Iterable[str] = ()) -> list[Reading]:
    """Return the readings of these ids, oldest first; of none given: all, with work on the site's keys."""
    wanted = tuple(ids)
    found: list[Reading] = []
    talks: dict[str, _Talk] = {}

    def learn_fact(stored: Stored) -> None:
        found.extend(_of_fact(stored))

    def learn_talk(stored: Stored) -> None:
        name = stored.subject.partition(".")[2]
        try:
            events = Commit.model_validate_json(stored.data).events
        except ValidationError:
            return
        found.extend(talks.setdefault(name, _Talk(name)).heard(events))

    facts = tuple(f"programme.{kind}.{one}" for one in wanted or ("*",) for kind in _FACTS)
    for stream, filters, learn in (
        ("PROGRAMME", facts, learn_fact),
        ("CONVERSATIONS", tuple(f"conversations.{one}" for one in wanted), learn_talk),
    ):
        follower = Follower(link.nc, stream, learn, filters=filters, label="cli", whole=True)
        await follower.start()
        await follower.stop()
    return sorted(found, key=lambda one: one.at)


async def _found(patient: str) -> list[Reading]:
    async with linked() as link:
        if not patient:
            return await readings_of(link)
        await known(link, patient)
        return await readings_of(link, await ids_of(link, patient))


_FACTS: dict[str, TypeAdapter[Any]] = {
    "patient_revealed": TypeAdapter(PatientRevealed),
    "patient_exported": TypeAdapter(PatientExported),
    "patient_disclosed": TypeAdapter(PatientDisclosed),
    "keys_changed": TypeAdapter(KeysChanged),
}


def _of_fact(stored: Stored) -> list[Reading]:
    kind = _FACTS.get(stored.subject.split(".")[1])
    try:
        fact = kind.validate_json(stored.data) if kind is not None else None
    except ValidationError:
        return []
    match fact:
        case PatientRevealed():
            shown = ", ".join(one.replace("_", " ") for one in fact.shown) or "nothing"
            return [Reading(fact.at, fact.by, fact.patient, f"shown in full: {shown}", fact.why)]
        case PatientExported():
            ground = ", ".join(filter(None, ((fact.ground or "").replace("_", " "), fact.basis)))
            why = f"{fact.purpose} ({ground})" if ground else fact.purpose
            return [Reading(fact.at, fact.by, fact.patient, f"record taken out as {fact.form}", why)]
        case PatientDisclosed():
            what = "told to medical personnel, 42 CFR 2.51"
            return [Reading(fact.at, fact.by, fact.patient, what, "medical emergency")]
        case KeysChanged():
            return [Reading(fact.at, fact.by, "", f"site's keys: {fact.what}", "")]
        case _nothing:
            return []


class _Talk:
    """What responders were sent of one conversation: a relayed text counts once the carrier took it."""

    def __init__(self, patient: str) -> None:
        self._patient = patient
        self._relays: dict[str, str] = {}

    def heard(self, events: Iterable[dict[str, Any]]) -> list[Reading]:
        """Return the readings that these events tell of."""
        return [one for event in events if (one := self._one(event)) is not None]

    def _one(self, event: dict[str, Any]) -> Reading | None:
        who, at = str(event.get("responder", "")), event.get("at")
        match event.get("type"):
            case "answer_waiting" if event.get("purpose") == "relay" and who:
                self._relays[str(event.get("answer"))] = who
                return None
            case "answer_accepted" if (answer := str(event.get("answer"))) in self._relays:
                return self._read(
                    at, self._relays.pop(answer), "the patient's text, relayed by SMS", "holds it"
                )
            case "transcript_read":
                count = event.get("texts", 0)
                return self._read(
                    at, who, f"the last {count} texts of both sides, by SMS", "asked on the phone"
                )
            case "contacts_read":
                return self._read(
                    at, who, "whom the patient lets us ask for help, by SMS", "asked on the phone"
                )
            case "note_told":
                return self._read(at, who, "the note of whoever held it before, by SMS", "holds it")
            case _nothing:
                return None

    def _read(self, at: object, who: str, what: str, why: str) -> Reading:
        return Reading(datetime.fromisoformat(str(at)), who, self._patient, what, why)
