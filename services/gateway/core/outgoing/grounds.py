"""Whether something may go to a recipient at this moment, on what ground, and how much of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from contracts.deliveries import ParkedWhy, Recipient, RunTold, Told
from contracts.people import Patient
from contracts.privacy import Ground, SharingConsent
from services.gateway.core.outgoing import substance


@dataclass(frozen=True, slots=True)
class Permit:
    """It may go: on what ground, whether labelled, with a name or not, with its kind or without."""

    ground: Ground
    basis: str
    consent: SharingConsent | None
    labelled: bool
    identity: bool
    reduced: bool


def permit(
    recipient: Recipient | None,
    patient: Patient | None,
    content: Told,
    part2: Collection[str],
    now: datetime,
) -> Permit | ParkedWhy:
    """Return on what it may go, or why it may not.

    `part2`: the programmes all of whose records 42 CFR Part 2 protects.
    """
    if recipient is None or not recipient.active:
        return "no_recipient"
    if patient is None:
        return "no_patient"
    if patient.erased_at is not None:
        return "erased"
    consent: SharingConsent | None = None
    if recipient.ground is Ground.CONSENT:
        found = _consent(recipient.id, patient, now)
        if not isinstance(found, SharingConsent):
            return found
        consent = found
    whole = substance.programme_is(patient.programme, part2)
    allowed = recipient.substance and (consent is None or consent.substance)
    reduced = False
    if (whole or content.substance) and not allowed:
        # A recipient that is told of few kinds could tell from our telling which one it was.
        if whole or not isinstance(content, RunTold) or recipient.kinds:
            return "substance"
        reduced = True
    return Permit(
        ground=recipient.ground,
        basis=consent.document if consent is not None else recipient.basis,
        consent=consent,
        labelled=whole or (content.substance and not reduced),
        identity=recipient.identity and (consent is None or consent.identity),
        reduced=reduced,
    )


def _consent(recipient: str, patient: Patient, now: datetime) -> SharingConsent | ParkedWhy:
    """Return the consent that stands, the newest first; else why none does."""
    given = [one for one in patient.sharing if one.recipient == recipient]
    today = patient.today(now)
    for one in reversed(given):
        if one.holds(today):
            return one
    if not given:
        return "no_consent"
    return "revoked" if given[-1].revoked_at is not None else "expired"
