"""Two records of one person: what the patient agreed to, and what protects them, follows the link. Pure.

Of two words about the same consent the later one holds; of what protects, whatever protects more. What
only one record knows is kept.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from contracts.people import Patient
from contracts.privacy import NotSafe, SharingConsent, SupportContact, TextConsent

T = TypeVar("T", SupportContact, SharingConsent)
_STRICTER = ("neutral", "hours", "always")


def merged(into: Patient, old: Patient) -> Patient:
    """Return the record of `into`, with what followed from the record of `old`; an erased one has nothing."""
    if old.erased_at is not None or into.erased_at is not None:
        return into
    return into.model_copy(
        update={
            "name": into.name or old.name,
            "preferred_name": into.preferred_name or old.preferred_name,
            "address": into.address or old.address,
            "safety_plan": into.safety_plan or old.safety_plan,
            "therapist": into.therapist or old.therapist,
            "programme": into.programme or old.programme,
            "quiet_hours": into.quiet_hours or old.quiet_hours,
            "phone": into.phone or old.phone,
            "phone_ref": into.phone_ref if into.phone is not None else old.phone_ref,
            "minor": into.minor or old.minor,
            "high_risk": into.high_risk or old.high_risk,
            "discharged_on": max(
                (one for one in (into.discharged_on, old.discharged_on) if one is not None), default=None
            ),
            "tags": tuple(dict.fromkeys((*into.tags, *old.tags))),
            "opted_out_at": _earlier(into.opted_out_at, old.opted_out_at),
            "not_safe": _stricter(into.not_safe, old.not_safe),
            "text_consent": _latest(into.text_consent, old.text_consent),
            "plan_text_consent": _latest(into.plan_text_consent, old.plan_text_consent),
            "education_since": _earlier(into.education_since, old.education_since),
            "contacts": _together(into.contacts, old.contacts),
            "sharing": _together(into.sharing, old.sharing),
        }
    )


def _latest(ours: TextConsent | None, theirs: TextConsent | None) -> TextConsent | None:
    """Return the consent about which the patient said something last, given or taken back."""
    if ours is None or theirs is None:
        return ours or theirs
    return max((ours, theirs), key=lambda one: one.revoked_at or one.accepted_at)


def _together(ours: Iterable[T], theirs: Iterable[T]) -> tuple[T, ...]:
    """Return all of them; of one that stands in both, what was taken back stays so."""
    found = {one.id: one for one in ours}
    for one in theirs:
        known = found.setdefault(one.id, one)
        if known.revoked_at is None and one.revoked_at is not None:
            found[one.id] = one
    return tuple(found.values())


def _stricter(ours: NotSafe | None, theirs: NotSafe | None) -> NotSafe | None:
    both = [one for one in (ours, theirs) if one is not None]
    return max(both, key=lambda one: _STRICTER.index(one.when), default=None)


def _earlier(ours: datetime | None, theirs: datetime | None) -> datetime | None:
    return min((one for one in (ours, theirs) if one is not None), default=None)
