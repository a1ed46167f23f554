"""What is known of a patient's risk, from the bucket `patients`; nothing sealed is opened."""

import json
from datetime import date

import structlog
from nats.js.kv import KeyValue
from pydantic import ValidationError

from contracts.people import Patient
from services.attendance.core.judging import Risk
from services.runtime.buckets import asked, written
from services.runtime.log import Unavailable

_log = structlog.get_logger()
_TRIES = 5


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

    async def discharged(self, patient: str, on: date) -> None:
        """Note the day they left residential care or a hospital; an earlier one changes nothing."""
        for _ in range(_TRIES):
            entry = await asked(self._bucket.get(patient))
            if entry is None:
                _log.error("patient_unknown", patient=patient)
                return
            # As it is stored, so that fields of newer versions stay.
            record = json.loads(entry.value or b"{}")
            known = record.get("discharged_on")
            if known is not None and date.fromisoformat(known) >= on:
                return
            record["discharged_on"] = on.isoformat()
            if await written(self._bucket.update(patient, json.dumps(record).encode(), last=entry.revision)):
                return
        raise Unavailable("the patient's record is contended")
