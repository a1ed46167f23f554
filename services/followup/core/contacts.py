"""Support contacts: may this one be texted, in this second, and is this phone one of theirs? Pure."""

from collections.abc import Iterable
from datetime import date

from contracts.people import Patient
from contracts.privacy import SupportContact


def why_not(patient: Patient, contact: SupportContact | None, today: date, number: str) -> str:
    """Return why the contact can't be texted at this moment; empty: they can.

    `number`: ours for support contacts. Every scope covers the text, which says only: call us.
    A minor's parent is none by being a parent (clinical notes 4e): they stand in the record or not.
    """
    if not number:
        return "no number for support contacts is set (VIGIL_CONTACT_NUMBER)"
    if patient.erased_at is not None:
        return "the patient's record was erased"
    if contact is None:
        return "the patient has no such contact"
    if contact.revoked_at is not None:
        return "the patient took the consent back"
    if not contact.holds(today):
        return f"the consent ended on {contact.expires_on.isoformat()}"
    if contact.phone is None:
        return "there is no phone of theirs"
    return ""


def whose(patients: Iterable[Patient], refs: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return (patient, contact) of every record in which the phone is a support contact's.

    An ended consent counts as well: whoever is worried is listened to, and told nothing.
    """
    return tuple(
        (patient.id, contact.id)
        for patient in patients
        if patient.erased_at is None
        for contact in patient.contacts
        if contact.phone_ref in refs
    )


def is_patients(patients: Iterable[Patient], refs: frozenset[str]) -> bool:
    """Return whether the phone is a patient's own: then what it texts is a patient's text, too."""
    return any(one.phone_ref in refs for one in patients if one.erased_at is None)
