"""Patients, their teams and flags: what of them is taken up, and what isn't guessed."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import ValidationError

from services.gateway.fhir import moments
from services.gateway.fhir.elements import Reference
from services.gateway.fhir.issues import Issue, refused, warning
from services.gateway.fhir.references import literal, patient_name
from services.gateway.fhir.resources import Address, CareTeam, ContactPoint, Flag, HumanName, Patient
from services.gateway.patients import PatientForm

_TREATS = ("therap", "counsel", "psycholog", "primary", "clinician", "social worker")
"""Words in the role of whoever treats the patient."""


def form_of(known: Patient) -> PatientForm:
    """Return a patient as `POST /v1/patients` has them; what the resource leaves out stays as it is.

    Raises Refused.
    """
    name = patient_name(known)
    if not name:
        raise refused("Patient.id", "is missing, and there is no identifier", "required")
    said: dict[str, object] = {
        "external_id": name,
        "name": _full(_best(known.name, ("official", "usual", ""))),
        "preferred_name": _full(next((one for one in known.name if one.use == "nickname"), None)),
        "phone": _phone(known.telecom),
        "language": _language(known),
        "address": _written(next((one for one in known.address if one.use != "old"), None)),
    }
    try:
        return PatientForm.model_validate({field: value for field, value in said.items() if value})
    except ValidationError as error:
        fields = {str(one["loc"][0]) for one in error.errors(include_input=False)}
        where = {"phone": "Patient.telecom", "language": "Patient.communication", "external_id": "Patient.id"}
        field = min(fields)
        at = where.get(field, f"Patient.{'address' if field == 'address' else 'name'}")
        raise refused(at, "can't be taken up: it is too long, or no such thing") from None


def therapist_of(
    team: CareTeam, names: Mapping[str, str], is_responder: Callable[[str], bool], source: str
) -> tuple[str, tuple[Issue, ...]]:
    """Return the responder who treats the patient, or "" and why nobody of the team can be named.

    `names`: the site's own `<source>/<practitioner id>` or `<practitioner id>` -> responder.
    """
    known: list[tuple[str, bool]] = []
    for each in team.participant:
        who = _responder(each.member, names, source)
        if who and is_responder(who):
            words = " ".join(role.words() for role in each.role)
            known.append((who, any(word in words for word in _TREATS)))
    treating = [who for who, treats in known if treats] or [who for who, _ in known]
    if len(set(treating)) == 1:
        return treating[0], ()
    says = (
        "names several responders, and which of them treats the patient can't be seen from their roles"
        if treating
        else "names nobody who is a responder here; add them to VIGIL_FHIR_PRACTITIONERS"
    )
    return "", (warning("CareTeam.participant", f"{says}; the therapist stays as it was"),)


def is_raised(flag: Flag, counts: frozenset[str], now: datetime) -> bool | None:
    """Return whether the flag raises the patient's risk now; None if it is of no kind that counts."""
    codes = {code for one in flag.category for code in one.codes()} | flag.code.codes()
    if flag.category and not codes & counts:
        return None
    ended = moments.moment(flag.period.end) if flag.period else None
    match flag.status:
        case "active":
            return ended is None or ended > now
        case "inactive" | "entered-in-error":
            return False
        case _:
            raise refused("Flag.status", "is none of active, inactive, entered-in-error")


def _responder(member: Reference | None, names: Mapping[str, str], source: str) -> str:
    if member is None:
        return ""
    name = literal(member.reference, "Practitioner", "PractitionerRole").partition("/")[2]
    if not name and member.identifier is not None:
        name = member.identifier.value
    return names.get(f"{source}/{name}") or names.get(name) or name


def _best(names: tuple[HumanName, ...], uses: tuple[str, ...]) -> HumanName | None:
    known = [one for one in names if one.use in uses]
    return min(known, key=lambda one: uses.index(one.use), default=None) or next(
        (one for one in names if one.use not in ("old", "nickname")), None
    )


def _full(name: HumanName | None) -> str:
    return (name.text or " ".join((*name.given, name.family)).strip()) if name else ""


def _phone(points: tuple[ContactPoint, ...]) -> str:
    phones = [one for one in points if one.system in ("phone", "sms") and one.use != "old" and one.value]
    phones.sort(key=lambda one: (one.rank or 99, one.use != "mobile", one.system != "sms"))
    return phones[0].value if phones else ""


def _language(known: Patient) -> str:
    spoken = sorted(known.communication, key=lambda one: not one.preferred)
    return next((one.language.coding[0].code for one in spoken if one.language.coding), "")


def _written(address: Address | None) -> str:
    if address is None:
        return ""
    place = " ".join(part for part in (address.state, address.postal_code) if part)
    return address.text or ", ".join(part for part in (*address.line, address.city, place) if part)
