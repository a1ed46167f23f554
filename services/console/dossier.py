"""One escalation, read from the log when somebody opens it; what identifies the patient is opened last.

That it is shown is on record before it is: the record is published first, and without its
acknowledgement nothing is shown.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import TypeAdapter, ValidationError

from contracts.conversations import ConversationEvent
from contracts.escalations import EscalationEvent
from contracts.people import Patient
from contracts.programme import Content, PatientRevealed
from contracts.screens import ScreenResult
from contracts.triages import Assessed, TriageEvent
from contracts.values import Sealed
from services.console.core import story, transcript
from services.console.core.board import Open
from services.console.core.story import Name, Story
from services.console.core.transcript import Text
from services.runtime.aggregates import read_events
from services.runtime.buckets import asked
from services.runtime.log import Log, Stored, publish_fact
from services.runtime.sealing import SealError, Seals

_RUNS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)
_TALKS: TypeAdapter[Any] = TypeAdapter(ConversationEvent)
_SCREENS: TypeAdapter[Any] = TypeAdapter(TriageEvent)
_ONE_READING = 600
"""Seconds within which the same things of the same patient, shown again to the same person, are one
reading: a page that changes by itself is not read anew each time. Ours."""
UNREADABLE = "(can't be opened here)"


@dataclass
class Known:
    """What is known of the patient, opened. Empty: not known."""

    name: str = ""
    preferred_name: str = ""
    phone: str = ""
    address: str = ""
    safety_plan: str = ""
    not_safe: str = ""
    contacts: tuple[str, ...] = ()
    screens: dict[str, ScreenResult] = field(default_factory=dict)
    """By the id of the signal they gave."""
    texts: list[Text] = field(default_factory=list)
    note: str = ""
    note_by: str = ""


@dataclass
class Dossier:
    """One escalation: its runs, the last one last, and the patient's record, still sealed."""

    open: Open
    runs: list[Story]
    patient: Patient | None = None
    talk: tuple[ConversationEvent, ...] = ()
    assessed: tuple[Assessed, ...] = ()
    known: Known | None = None
    """Opened only for whoever may see it."""

    @property
    def story(self) -> Story | None:
        """The run now open, or the last one."""
        return self.runs[-1] if self.runs else None


class Dossiers:
    """Reads escalations. Raises Unavailable."""

    def __init__(self, nc: Client, patients: KeyValue, seals: Seals, name: Name) -> None:
        self._nc = nc
        self._patients = patients
        self._seals = seals
        self._name = name

    async def of(self, one: Open) -> Dossier:
        """Return an escalation without anything identifying."""
        commits = await Log(self._nc, "ESCALATIONS").since(one.subject, 1)
        return Dossier(one, story.runs(_events(commits, _RUNS), self._name))

    async def opened(self, found: Dossier, account: str, why: str, now: datetime) -> None:
        """Put on record that the patient's content is shown to that account, then open it."""
        patient = found.open.subject.removeprefix("escalations.")
        entry = await asked(self._patients.get(patient))
        if entry is not None and entry.value:
            found.patient = Patient.model_validate_json(entry.value)
        found.talk = tuple(_events(await self._log("CONVERSATIONS", f"conversations.{patient}"), _TALKS))
        results = _events(await self._log("TRIAGE", f"triage.{patient}"), _SCREENS)
        found.assessed = tuple(one for one in results if isinstance(one, Assessed) and one.signal)
        await self._on_record(found, patient, account, why, now)
        found.known = await self._known(found)

    async def _log(self, stream: str, subject: str) -> list[Stored]:
        return await Log(self._nc, stream).since(subject, 1)

    async def _on_record(self, found: Dossier, patient: str, account: str, why: str, now: datetime) -> None:
        shown = _shown(found)
        if not shown:
            return
        fact = PatientRevealed(patient=patient, by=account, at=now, shown=shown, why=why)
        span = int(now.timestamp()) // _ONE_READING
        name = f"console:{account}:{found.open.brief.run}:{','.join(shown)}:{why}:{span}"
        await publish_fact(
            self._nc, f"programme.patient_revealed.{patient}", fact.model_dump_json().encode(), name
        )

    async def _known(self, found: Dossier) -> Known:
        known, patient = Known(), found.patient
        if patient is not None:
            known.name = await self._text(patient.name)
            known.preferred_name = await self._text(patient.preferred_name)
            known.phone = masked(await self._text(patient.phone))
            known.address = await self._text(patient.address)
            known.safety_plan = await self._text(patient.safety_plan)
            known.not_safe = await self._text(patient.not_safe.note) if patient.not_safe else ""
        for one in found.assessed:
            try:
                result = ScreenResult.model_validate_json(await self._seals.opened(one.result))
            except (SealError, ValidationError):
                continue
            known.screens[one.signal] = result
        known.texts = transcript.texts(found.talk, self._name)
        for text in known.texts:
            text.plain = await self._text(text.body) if text.body is not None else text.plain
        if (note := transcript.note(found.talk)) is not None:
            known.note_by, known.note = self._name(note[0]), await self._text(note[1])
        return known

    async def _text(self, sealed: Sealed | None) -> str:
        if sealed is None:
            return ""
        try:
            return await self._seals.opened(sealed)
        except SealError:
            return UNREADABLE


def masked(phone: str) -> str:
    """Return a phone number of which the last two digits are told: enough to know it again."""
    return f"number ending in {phone[-2:]}" if phone and phone != UNREADABLE else phone


def _shown(found: Dossier) -> tuple[Content, ...]:
    """Return what of the patient will be shown; the number is masked, so it is none of it."""
    shown: list[Content] = []
    if (patient := found.patient) is not None:
        if patient.name:
            shown.append("name")
        if patient.preferred_name:
            shown.append("preferred_name")
        if patient.address:
            shown.append("address")
        if patient.safety_plan:
            shown.append("safety_plan")
        if patient.not_safe is not None and patient.not_safe.note is not None:
            shown.append("not_safe")
    if found.talk:
        shown.append("conversation")
    if found.assessed:
        shown.append("screens")
    return tuple(shown)


def _events(commits: list[Stored], union: TypeAdapter[Any]) -> list[Any]:
    found: list[Any] = []
    for commit in commits:
        found += read_events(commit.data, union)
    return found
