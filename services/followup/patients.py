"""What is known of patients, from the bucket `patients`. Raises Unavailable throughout."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import structlog
from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Patient
from services.followup.core.draft import Known
from services.runtime.buckets import asked
from services.runtime.editing import edit_fields
from services.runtime.follow import ValueTable

_log = structlog.get_logger()


class Patients:
    """Reads records anew each time a decision needs one; `all` is held in memory, a moment behind."""

    def __init__(self, nc: Client, bucket: KeyValue) -> None:
        self._bucket = bucket
        self.table = ValueTable(nc, "patients", Patient)

    def all(self) -> Iterable[Patient]:
        """Return every record that can be read."""
        return self.table.values.values()

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
