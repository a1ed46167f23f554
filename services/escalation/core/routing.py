"""Routing: what is said of a patient in tags, and which policy a signal gets, with the reasons."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from contracts.people import Patient
from contracts.policies import Policy, PolicySet
from contracts.values import Kind, Urgency

RECENT_DISCHARGE = timedelta(days=30)
"""For so many days after residential or hospital care the patient is tagged `recent_discharge`.

Suicide risk is raised by about 300 % in the week and by 200 % in the 30 days after psychiatric
discharge (Zero Suicide, transition: zerosuicide.edc.org/toolkit/transition; clinical.md, 3)."""

_EASTERNMOST, _WESTERNMOST = timedelta(hours=14), timedelta(hours=12)
"""A discharge has a day and no hour or zone: it counts while it is that day anywhere."""


@dataclass(frozen=True)
class Routed:
    """The policy a signal gets, and each policy tried before it with the reason it does not apply."""

    policy: Policy | None
    """None: no policy applies, and the last resort pages everyone."""
    tried: tuple[tuple[str, str], ...]
    """(policy id, why not) in the order in which they were tried."""


def route(policies: PolicySet, kind: Kind, urgency: Urgency, tags: tuple[str, ...], at: datetime) -> Routed:
    """Return the first policy that applies, by `order` then id, and why those before it do not.

    `tags` are the signal's and the patient's together; `at` is the moment of opening, UTC.
    """
    tried: list[tuple[str, str]] = []
    for policy in policies.ordered:
        why = policy.why_not(kind, urgency, tags, at)
        if not why:
            return Routed(policy, tuple(tried))
        tried.append((policy.id, why))
    return Routed(None, tuple(tried))


def tags_of(patient: Patient, now: datetime) -> tuple[str, ...]:
    """Return the tags of a patient at that moment: derived ones first, then their own, none twice.

    Derived: `site:<id>`, `language:<xx>`, `programme:<id>`, `minor`, `high_risk`, and
    `recent_discharge` for RECENT_DISCHARGE from the day of discharge on.
    """
    derived = [
        f"site:{patient.site}",
        f"language:{patient.language}",
        f"programme:{patient.programme}" if patient.programme else "",
        "minor" if patient.minor else "",
        "high_risk" if patient.high_risk else "",
        "recent_discharge" if _recently_discharged(patient, now) else "",
    ]
    return tuple(dict.fromkeys(tag for tag in (*derived, *patient.tags) if tag))


def _recently_discharged(patient: Patient, now: datetime) -> bool:
    if patient.discharged_on is None:
        return False
    day = datetime.combine(patient.discharged_on, time(0, 0), UTC)
    last = day + RECENT_DISCHARGE + timedelta(days=1)
    return day - _EASTERNMOST <= now < last + _WESTERNMOST
