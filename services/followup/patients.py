"""What is known of patients, from the bucket `patients`. Raises Unavailable throughout."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import structlog
from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Patient
from contracts.values import Sealed
from services.followup.core import linking
from services.followup.core.draft import Known
from services.runtime.buckets import asked, written
from services.runtime.editing import edit_fields
from services.runtime.follow import ValueTable
from services.runtime.log import Unavailable
from services.runtime.sealing import PatientSeals, SealError, Seals

_log = structlog.get_logger()


class Patients:
    """Reads records anew each time a decision needs one; `all` is held in memory, a moment behind."""

    def __init__(self, nc: Client, bucket: KeyValue) -> None:
        self._bucket = bucket
        self.table = ValueTable(nc, "patients", Patient)

    def all(self) -> Iterable[Patient]:
        """Return every record that can be read."""
        return self.table.values.values()

    def wants_education(self, patient: str) -> bool:
        """Return whether they want resources by text, as far as is known at this moment."""
        record = self.table.values.get(patient)
        return record is not None and record.education_since is not None

    async def record(self, patient: str) -> Patient | None:
        """Return the patient's record at this moment; None: there is none, or it can't be read."""
        entry = await asked(self._bucket.get(patient))
        if entry is None:
            return None
        try:
            return Patient.model_validate_json(entry.value or b"")
        except ValidationError:
            _log.error("patient_unreadable", patient=patient)
            return None

    async def known(self, patient: str) -> Known:
        """Return what decisions need of the record; without one nothing is agreed to."""
        record = await self.record(patient)
        return known(record) if record is not None else Known()

    async def discharged(self, patient: str, on: date) -> None:
        """Note the day of a discharge; an earlier one changes nothing. Weeks of raised risk begin with it."""

        def later(record: dict[str, Any]) -> dict[str, Any] | None:
            before = record.get("discharged_on")
            if before is not None and date.fromisoformat(before) >= on:
                return None
            return record | {"discharged_on": on.isoformat()}

        if not await edit_fields(self._bucket, patient, later):
            _log.error("patient_unknown", patient=patient)

    async def linked(self, patient: str, into: str, seals: Seals) -> None:
        """Let consents, and what protects the patient, follow to the other id; repeated it is the same.

        What is sealed goes over to the key of that id, so that an erasure takes it along.
        """
        entry = await asked(self._bucket.get(patient))
        if entry is None:
            return
        own = await seals.for_patient(into)
        carried = await _resealed(json.loads(entry.value or b"{}"), seals, own)
        try:
            old = Patient.model_validate(carried)
        except ValidationError:
            _log.error("patient_unreadable", patient=patient)
            return

        def merge(record: dict[str, Any]) -> dict[str, Any] | None:
            before = Patient.model_validate(record)
            after = linking.merged(before, old)
            told = after.model_dump(mode="json")
            changed = {
                name: told[name]
                for name in Patient.model_fields
                if getattr(after, name) != getattr(before, name)
            }
            return record | changed if changed else None

        if await edit_fields(self._bucket, into, merge):
            return
        fresh = linking.merged(Patient(id=into), old)
        if not await written(self._bucket.create(into, fresh.model_dump_json().encode())):
            raise Unavailable("the record is contended")


async def _resealed(value: Any, seals: Seals, own: PatientSeals) -> Any:
    """Return the JSON value with every sealed content under that key; what can't be opened stays."""
    match value:
        case {"key": str(key), "box": str(box), **more} if not more:
            try:
                text = await seals.opened(Sealed(key=key, box=box))
            except SealError:
                return value
            return own.seal(text).model_dump(mode="json")
        case dict():
            return {name: await _resealed(one, seals, own) for name, one in value.items()}
        case list():
            return [await _resealed(one, seals, own) for one in value]
        case _:
            return value


def known(record: Patient) -> Known:
    """Return what decisions need of a record."""
    consent = record.plan_text_consent
    return Known(
        therapist=record.therapist,
        language=record.language,
        quiet=record.quiet_hours,
        opted_out=record.opted_out_at is not None,
        erased=record.erased_at is not None,
        has_plan=record.safety_plan is not None,
        plan_by_text=consent is not None and consent.revoked_at is None,
        education=record.education_since is not None,
    )
