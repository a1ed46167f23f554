"""Appointments and encounters: sessions planned, cancelled, kept; stays in a hospital that end."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.facts import Modality
from services.gateway.fhir import moments
from services.gateway.fhir.elements import Concept
from services.gateway.fhir.issues import note, refused
from services.gateway.fhir.read import Read
from services.gateway.fhir.references import Around, literal, patient
from services.gateway.fhir.resources import Appointment, Encounter, Resource
from services.gateway.reporting import Draft

_LENGTH = timedelta(minutes=60)
"""Of an appointment that names no end."""
_HISTORY = timedelta(days=7)
"""A no-show older than this is a record of the past, not a reason to act (clinical.md 6c: within weeks)."""
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
_NO_SESSION = _INPATIENT | {"EMER", "OBSENC", "SS", "FLD", "PRENC"}
"""Of HL7's encounter classes, those in which nobody attends a session of the programme."""


def of_appointment(
    one: Appointment, name: str, stated: str, around: Around, now: datetime, zone: ZoneInfo
) -> Read:
    """Return a draft for each patient who takes part, or why there is none. Raises Refused."""
    patients = {found: part.status for part in one.participant if (found := patient(part.actor, one, around))}
    if not patients:
        says = "names no patient; refer to Patient/<id> in an actor"
        raise refused("Appointment.participant", says, "required")
    start, end = _times(one)
    match one.status:
        case "booked" | "noshow":
            if start is None or end is None:
                says = "is missing, or no moment with a time zone, such as 2026-11-24T14:00:00Z"
                raise refused("Appointment.start", says, "required")
            if one.status == "noshow" and now - end > _HISTORY:
                return Read.nothing(
                    note("a no-show of more than a week ago is not acted upon", "Appointment.start")
                )
            # A no-show is planned, if it was not: attendance finds who is missing, and who came after all.
            plan: dict[str, object] = {"starts_at": start, "ends_at": end, "modality": _modality(one)}
            return Read.of(
                _excused(name, who, stated, start.astimezone(zone).date(), "")
                if status == "declined" and one.status == "booked"
                else Draft("session_planned", f"{name}#{who}", who, None, stated, name, plan, part_of=name)
                for who, status in patients.items()
            )
        case "arrived" | "checked-in" | "fulfilled":
            seen = min(start, now) if start is not None else None
            return Read.of(
                Draft("checked_in", f"{name}#{who}", who, seen, stated, name, {"by": "fhir"}, part_of=name)
                for who in patients
            )
        case "cancelled" if _by_patient(one):
            why = " ".join((one.cancelation_reason or one.cancellation_reason or Concept()).words().split())
            on = moments.day(one.start, zone) or now.astimezone(zone).date()
            return Read.of(_excused(name, who, stated, on, why) for who in patients)
        case "cancelled":
            return Read.of(
                Draft("session_cancelled", f"{name}#{who}", who, None, stated, name, part_of=name)
                for who in patients
            )
        case "proposed" | "pending" | "waitlist":
            return Read.nothing(note("nothing is booked yet; nothing was recorded", "Appointment.status"))
        case _:
            says = "is no status of an appointment in R4, such as booked, arrived, noshow or cancelled"
            raise refused("Appointment.status", says)


def of_encounter(
    one: Encounter, name: str, stated: str, around: Around, now: datetime, zone: ZoneInfo
) -> Read:
    """Return the draft of a check-in, or of a discharge from a hospital; or why there is none."""
    who = patient(one.subject, one, around)
    if not who:
        raise refused("Encounter.subject", "is missing; refer to Patient/<id>", "required")
    period = one.period
    start = moments.moment(period.start) if period else None
    kind = one.class_.code.upper()
    match one.status:
        case "finished" | "completed" | "discharged" if kind in _INPATIENT:
            today = now.astimezone(zone).date()
            ended = min((moments.day(period.end, zone) if period else None) or today, today)
            clear = {"left": "hospital", "on": ended}
            return Read.of([Draft("patient_discharged", name, who, None, stated, "", clear)])
        case "arrived" | "triaged" | "in-progress" | "onleave" | "finished" if kind not in _NO_SESSION:
            session = next(
                (found for each in one.appointment if (found := literal(each.reference, "Appointment"))), ""
            )
            seen = min(start, now) if start is not None else None
            return Read.of([Draft("checked_in", name, who, seen, stated, session, {"by": "fhir"})])
        case _:
            return Read.nothing(note("says nothing about a session of the programme", "Encounter.status"))


def is_gone(one: Resource) -> bool:
    """Return whether it tells of nothing any more: what it said before is taken back.

    An appointment that was cancelled still tells of a session that does not take place.
    """
    match one:
        case Encounter(status="entered-in-error" | "cancelled"):
            return True
        case Appointment(status="entered-in-error"):
            return True
        case _:
            return False


def _times(one: Appointment) -> tuple[datetime | None, datetime | None]:
    start, end = moments.moment(one.start), moments.moment(one.end)
    if start is not None and (end is None or end <= start):
        minutes = one.minutes_duration
        length = timedelta(minutes=minutes) if minutes and 0 < minutes <= 24 * 60 else _LENGTH
        end = start + length
    return start, end


def _by_patient(one: Appointment) -> bool:
    """Whether the patient cancelled: HL7's reasons that begin with `pat`."""
    reason = one.cancelation_reason or one.cancellation_reason
    return reason is not None and any(code == "pat" or code.startswith("pat-") for code in reason.codes())


def _excused(name: str, who: str, stated: str, on: date, why: str) -> Draft:
    name_of_one, sealed = f"{name}#{who}", {"reason": why} if why else {}
    return Draft("absence_excused", name_of_one, who, None, stated, name, {"on": on}, sealed, name)


def _modality(one: Appointment) -> Modality:
    kinds = [one.appointment_type, *one.service_type]
    words = " ".join(kind.words() for kind in kinds if kind)
    remote = any(word in words for word in ("tele", "video", "virtual", "remote"))
    return Modality.TELEHEALTH if remote else Modality.SITE
