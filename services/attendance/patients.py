"""What is known of a patient's risk, from the bucket `patients`; nothing sealed is opened."""

import structlog
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Patient
from services.attendance.core.judging import Risk
from services.runtime.buckets import asked

_log = structlog.get_logger()


class Patients:
    """Reads risks. Every method raises Unavailable when NATS does not answer."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    async def risk(self, patient: str) -> Risk:
        """Return what is known of a patient's risk; without a readable record that it is unknown."""
        entry = await asked(self._bucket.get(patient))
        if entry is None:
            return Risk(unknown=True)
        try:
            record = Patient.model_validate_json(entry.value or b"")
        except ValidationError:
            _log.error("patient_unreadable", patient=patient)
            return Risk(unknown=True)
        return Risk(record.high_risk, record.discharged_on, record.safety_plan is not None)
