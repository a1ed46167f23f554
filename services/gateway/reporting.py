"""From what a programme system reports to a fact: about whom, which version, sealed, published."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from nats.js.kv import KeyValue
from pydantic import TypeAdapter

from contracts.facts import Fact, Standing, message_id_of, subject_of
from services.gateway.core import versions
from services.gateway.core.cloud_events import is_vigil_id
from services.gateway.core.versions import Known
from services.gateway.facts import Facts
from services.gateway.registry import Registry
from services.gateway.taking_back import TakingBack, Told, key_of
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.sealing import Seals

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
_JUDGED = ("screen_answered", "specimen_tested", "dose_reported")
_TRIES = 8
_AHEAD = timedelta(hours=14)
"""The clock furthest ahead of UTC."""

FactType = Literal[
    "session_planned",
    "session_cancelled",
    "checked_in",
    "check_in_undone",
    "absence_excused",
    "screen_answered",
    "specimen_tested",
    "dose_reported",
    "patient_discharged",
]


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact as a source tells it: its own names for resource, patient and session."""

    type: FactType
    name: str
    """The source's name of the resource, with its kind: `Observation/12`."""
    patient: str
    """The source's id of the patient, or Vigil's own."""
    at: datetime | None
    """None: now."""
    stated: str = ""
    """core.versions.stated."""
    session: str = ""
    """The source's name of a session."""
    clear: Mapping[str, object] = field(default_factory=dict)
    """What stands in clear in the fact."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """What is sealed with the patient's key."""
    part_of: str = ""
    """The source's name of the whole resource, where it becomes a fact of each patient in it."""


class Reporter:
    """Publishes drafts. Methods raise Unavailable: then nothing is acknowledged, and all may be repeated."""

    def __init__(
        self, facts: Facts, registry: Registry, intake: KeyValue, seals: Seals, clock: Clock
    ) -> None:
        self._facts = facts
        self._registry = registry
        self._intake = intake
        self._seals = seals
        self._clock = clock
        self._back = TakingBack(facts, intake, seals, clock)

    def has_come(self, day: date) -> bool:
        """Return whether it is that day anywhere on earth: a source's clock may be ahead of ours."""
        return day <= (self._clock.now() + _AHEAD).date()

    async def report(self, source: str, draft: Draft) -> Told:
        """Publish the draft; a repetition changes nothing, and what is older than what was heard neither."""
        patient = await self.patient(source, draft.patient)
        document, entry = await self._document(source, draft.name)
        content = self._content(patient, draft)
        for _ in range(_TRIES):
            known = Known.model_validate_json(entry.value or b"") if entry is not None else None
            name = versions.version(known, draft.stated, content)
            if name is None:
                return Told(patient, document, known.version if known else "", "older")
            instrument = str(draft.clear.get("instrument") or (known.instrument if known else ""))
            # Of what was entered in error often nothing is left but the name.
            kind = known.type if known is not None and _is_error(draft) else draft.type
            session = self.session(source, draft.session) if draft.session else ""
            if known is not None and known.gone and draft.stated and draft.stated == known.stated:
                # A late repetition does not bring back what was deleted since.
                return Told(patient, document, known.version, "older")
            after = Known(
                stated=draft.stated, version=name, content=content, patient=patient,
                type=kind, instrument=instrument, session=session,
                former=versions.replaced(known, name, patient, kind),
            )  # fmt: skip
            # Written first: of two that come at once each gets a version of its own.
            if after == known or await self._write(document, after, entry):
                if draft.part_of:
                    await self._back.note_part(source, draft.part_of, document)
                return await self._publish(source, document, draft, known, after)
            entry = await asked(self._intake.get(key_of(document)))
        raise Unavailable("what was heard of a resource is contended")

    async def patient(self, source: str, outside_id: str) -> str:
        """Return whom the source's id stands for, as for signals: somebody unknown gets an id."""
        if is_vigil_id(outside_id):
            return await self._registry.of_outside_id(source, outside_id) or outside_id
        return (await self._registry.found_or_minted(source, outside_id)).patient

    def session(self, source: str, name: str) -> str:
        """Return the id of a session that the source named."""
        return self._seals.alias(source, name)

    async def _document(self, source: str, name: str) -> tuple[str, KeyValue.Entry | None]:
        """Return the hash of the source's resource, and what was heard of it under any valid key."""
        refs = self._seals.phone_refs(f"{source}\0{name}")
        for ref in refs:
            entry = await asked(self._intake.get(key_of(ref)))
            if entry is not None:
                return ref, entry
        return refs[0], None

    async def _write(self, document: str, after: Known, entry: KeyValue.Entry | None) -> bool:
        data = after.model_dump_json().encode()
        if entry is None:
            return await written(self._intake.create(key_of(document), data))
        return await written(self._intake.update(key_of(document), data, last=entry.revision or 0))

    async def _publish(
        self, source: str, document: str, draft: Draft, known: Known | None, after: Known
    ) -> Told:
        if after.former is not None:
            await self._back.take(source, document, after.former, after.version)
        if _is_error(draft) and (known is None or not known.instrument):
            # Remembered all the same: the resource itself may come later, and is older then.
            return Told(after.patient, document, after.version, "unknown")
        now = self._clock.now()
        own = await self._seals.for_patient(after.patient)
        fields = {
            **draft.clear,
            **{name: own.seal(text) for name, text in draft.sealed.items()},
            "type": after.type,
            "patient": after.patient,
            "at": draft.at or now,
            "received_at": now,
            "source": source,
            "document": document,
            "version": after.version,
        }
        if draft.session:
            fields["session"] = self.session(source, draft.session)
        if after.type in _JUDGED:
            fields["instrument"] = after.instrument
        fact = _FACT.validate_python(fields)
        new = await self._facts.publish(subject_of(fact), fact, message_id_of(fact))
        return Told(after.patient, document, after.version, "new" if new and after != known else "repeated")

    async def gone(
        self, source: str, name: str, stated: str = "", keep: Collection[str] = ()
    ) -> tuple[Told, ...]:
        """Take back what came of a resource that was deleted or entered in error; () if nothing did.

        `keep`: documents of which it still tells. A repetition changes nothing.
        """
        return await self._back.gone(source, name, stated, keep)

    def _content(self, patient: str, draft: Draft) -> str:
        told = [
            draft.type,
            patient,
            draft.session,
            # Of an arrival the moment is in part ours: sent again later it says nothing new.
            "" if draft.type == "checked_in" and draft.clear.get("by") == "fhir" else str(draft.at),
            sorted(draft.clear.items()),
            sorted(draft.sealed.items()),
        ]
        text = json.dumps(told, default=str, ensure_ascii=True)
        return self._seals.phone_ref(hashlib.sha256(text.encode()).hexdigest())


def _is_error(draft: Draft) -> bool:
    return draft.clear.get("standing") == Standing.ENTERED_IN_ERROR
