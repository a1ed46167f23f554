"""What a source takes back: of a resource that is gone, changed its patient, or was a mistake.

What is to be taken back stands in the record of the resource (`Known.former`) before it is published, so
that a repetition after a crash publishes it too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from nats.js.kv import KeyValue
from pydantic import TypeAdapter

from contracts.facts import Fact, Standing, message_id_of, subject_of
from contracts.values import Value
from services.gateway.core import versions
from services.gateway.core.versions import Former, Known
from services.gateway.facts import Facts
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.editing import edit_or_create
from services.runtime.log import Unavailable
from services.runtime.sealing import Seals

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
_TRIES = 8
_GONE = "gone"
"""What stands in the place of a hash of what a resource says."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a draft."""

    patient: str
    document: str
    version: str
    outcome: Literal["new", "repeated", "older", "unknown", "kept"]
    """older: something newer was heard; unknown: entered in error, and never heard of; kept: it can't be
    taken back."""


class Parts(Value):
    """Which facts came of a resource that is about several patients, by their documents."""

    documents: tuple[str, ...] = ()


class TakingBack:
    """Takes back. Methods raise Unavailable: then nothing is acknowledged, and all may be repeated."""

    def __init__(self, facts: Facts, intake: KeyValue, seals: Seals, clock: Clock) -> None:
        self._facts = facts
        self._intake = intake
        self._seals = seals
        self._clock = clock

    async def gone(
        self, source: str, name: str, stated: str = "", keep: Collection[str] = ()
    ) -> tuple[Told, ...]:
        """Take back what came of a resource that was deleted or entered in error; () if nothing did.

        `keep`: documents of which it still tells. A repetition changes nothing.
        """
        told = [
            await self._gone(source, document, stated, is_part)
            for document, is_part in await self._documents(source, name)
            if document not in keep
        ]
        return tuple(one for one in told if one is not None)

    async def _gone(self, source: str, document: str, stated: str, is_part: bool) -> Told | None:
        for _ in range(_TRIES):
            entry = await asked(self._intake.get(key_of(document)))
            if entry is None:
                return None
            known = Known.model_validate_json(entry.value or b"")
            if known.type == "patient_discharged":
                return Told(known.patient, document, known.version, "kept")
            name = versions.version(known, stated, _GONE)
            if known.gone:
                name = known.version
            if name is None:
                return Told(known.patient, document, known.version, "older")
            former = known.as_former()
            if is_part and former.type == "checked_in":
                # Of an appointment that never was nobody is missing: the session goes, and with it all of it.
                former = former.model_copy(update={"type": "session_planned"})
            after = known.model_copy(
                update={
                    "stated": stated or known.stated,
                    "version": name,
                    "content": _GONE,
                    "gone": True,
                    "former": known.former if known.gone else former,
                }
            )
            if after == known or await self._write(document, after, entry):
                if after.former is not None:
                    await self.take(source, document, after.former, name)
                return Told(known.patient, document, name, "repeated" if known.gone else "new")
        raise Unavailable("what was heard of a resource is contended")

    async def _documents(self, source: str, name: str) -> list[tuple[str, bool]]:
        """Return the documents of a resource: its own, and (marked) those of each patient in it."""
        found: list[tuple[str, bool]] = []
        for ref in self._seals.phone_refs(f"{source}\0{name}"):
            if await asked(self._intake.get(key_of(ref))) is not None:
                found.append((ref, False))
            parts = await asked(self._intake.get(_parts_key(ref)))
            if parts is not None:
                known = Parts.model_validate_json(parts.value or b"")
                found += [(document, True) for document in known.documents]
        return list(dict.fromkeys(found))

    async def note_part(self, source: str, whole: str, document: str) -> None:
        """Remember that this document came of that resource, which is about several patients."""
        await edit_or_create(
            self._intake,
            _parts_key(self._seals.phone_ref(f"{source}\0{whole}")),
            Parts(documents=(document,)),
            lambda known: (
                known if document in known.documents else Parts(documents=(*known.documents, document))
            ),
        )

    async def take(self, source: str, document: str, former: Former, version: str) -> None:
        """Say of what a resource said before that it counts no more, to whoever heard it."""
        now = self._clock.now()
        said: dict[str, object] = {
            "type": former.type,
            "patient": former.patient,
            "at": now,
            "received_at": now,
            "source": source,
            "document": document,
            "version": version,
        }
        match former.type:
            case "screen_answered" | "specimen_tested" | "dose_reported":
                if not former.instrument:
                    return
                own = await self._seals.for_patient(former.patient)
                said |= {
                    "instrument": former.instrument,
                    "standing": Standing.ENTERED_IN_ERROR,
                    "content": own.seal("{}"),
                }
            case "checked_in":
                said |= {"type": "check_in_undone", "session": former.session or None, "by": "fhir"}
            case "session_planned" | "absence_excused" if former.session:
                said |= {"type": "session_cancelled", "session": former.session}
            case _:
                return
        fact = _FACT.validate_python(said)
        await self._facts.publish(subject_of(fact), fact, message_id_of(fact))

    async def _write(self, document: str, after: Known, entry: KeyValue.Entry) -> bool:
        data = after.model_dump_json().encode()
        return await written(self._intake.update(key_of(document), data, last=entry.revision or 0))


def key_of(document: str) -> str:
    """Return where in the bucket `intake` it stands what was last heard of a document."""
    return f"doc.{document}"


def _parts_key(whole: str) -> str:
    return f"parts.{whole}"
