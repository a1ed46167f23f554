"""What the programme reports about patients: sessions, check-ins, screens, specimens, doses, discharges.

Each travels on `programme.<type>.<patient>`. Clinical content is sealed with the patient's own key;
what stands in clear is ids, moments and states. `document` and `version` name the source's resource
as a keyed hash, so that a repetition changes nothing and a correction finds what it corrects.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.values import Id, Moment, Sealed, Value


class Modality(StrEnum):
    """Where a session is held."""

    SITE = "site"
    TELEHEALTH = "telehealth"


class Standing(StrEnum):
    """How a source's resource stands. FHIR R4: final and completed are one; a corrected one is amended."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered_in_error"


class _Reported(Value):
    patient: Id
    at: Moment
    """When it happened, as the source says."""
    received_at: Moment
    source: str
    """The name of the source in the site's settings."""
    document: Id
    """The source's resource: equal hashes, equal resources."""
    version: str = ""
    """Of that resource; a higher one corrects. Empty: the source has no versions."""


class SessionPlanned(_Reported):
    """A session of this patient alone is planned or moved; those of groups stand in the bucket `groups`."""

    type: Literal["session_planned"] = "session_planned"
    session: Id
    starts_at: Moment
    ends_at: Moment
    modality: Modality = Modality.SITE
    site: Id = "main"


class SessionCancelled(_Reported):
    """A session of this patient alone does not take place; nobody is missed there."""

    type: Literal["session_cancelled"] = "session_cancelled"
    session: Id


class CheckedIn(_Reported):
    """The patient is there. Without a session it counts for the one that is on at that moment."""

    type: Literal["checked_in"] = "checked_in"
    session: Id | None = None
    by: Literal["api", "list", "text", "fhir", "staff"] = "api"


class CheckInUndone(_Reported):
    """A check-in was a mistake: what it said of the patient counts no more.

    From another system (`api`, `fhir`) it takes back what was said under the same `document`; by list or
    by staff whoever said it. It concerns only what was received before it.
    """

    type: Literal["check_in_undone"] = "check_in_undone"
    session: Id | None = None
    """None: the session that the check-in counted for."""
    by: Literal["api", "list", "fhir", "staff"] = "api"


class AbsenceExcused(_Reported):
    """The patient said ahead, or somebody of the staff says, that they don't come."""

    type: Literal["absence_excused"] = "absence_excused"
    session: Id | None = None
    """None: every session of that day in the programme's zone."""
    on: date
    reason: Sealed | None = None


class ScreenAnswered(_Reported):
    """A screening instrument was answered. `content`: a JSON document of contracts/screens."""

    type: Literal["screen_answered"] = "screen_answered"
    instrument: Id
    standing: Standing = Standing.FINAL
    content: Sealed


class SpecimenTested(_Reported):
    """Breath or urine was tested. `content`: a JSON document of contracts/screens."""

    type: Literal["specimen_tested"] = "specimen_tested"
    instrument: Id
    standing: Standing = Standing.FINAL
    content: Sealed


class DoseReported(_Reported):
    """A dose was given, missed or is overdue. `content`: a JSON document of contracts/screens."""

    type: Literal["dose_reported"] = "dose_reported"
    instrument: Id
    standing: Standing = Standing.FINAL
    content: Sealed
    day: date | None = None
    """Of a report about one dose: the day on the site's wall clock; how many were missed in a row is
    then counted from the reports."""
    taken: bool | None = None
    """Of a report about one dose; None: the content itself says how many were missed."""


class PatientDischarged(_Reported):
    """The patient left the programme, residential care or a hospital: weeks of raised risk begin."""

    type: Literal["patient_discharged"] = "patient_discharged"
    left: Literal["programme", "residential", "hospital"]
    on: date


Fact = Annotated[
    SessionPlanned
    | SessionCancelled
    | CheckedIn
    | CheckInUndone
    | AbsenceExcused
    | ScreenAnswered
    | SpecimenTested
    | DoseReported
    | PatientDischarged,
    Field(discriminator="type"),
]
"""Whatever the programme reports."""


def subject_of(fact: Fact) -> str:
    """Return where the fact is published."""
    return f"programme.{fact.type}.{fact.patient}"


def message_id_of(fact: Fact) -> str:
    """Return its deduplication id: the same version of the same resource is the same fact."""
    return f"{fact.source}/{fact.document}/{fact.version}/{fact.type}/{fact.patient}"
