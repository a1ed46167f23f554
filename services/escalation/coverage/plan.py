"""What is judged: policies, compiled shifts and people, as they stand at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.people import Person
from contracts.policies import PolicySet
from contracts.schedules import Shifts


@dataclass(frozen=True)
class Plan:
    """Everything that decides whom a signal pages."""

    policies: PolicySet
    shifts: Mapping[str, Shifts]
    """Schedule id -> its compiled shifts; they must reach beyond what is looked at."""
    people: Mapping[str, Person]
    sites: Mapping[str, str] = field(default_factory=dict)
    """Schedule id -> the site it is for; a schedule that is missing stands for no site."""
    therapists: tuple[str, ...] = ()
    """Responders who treat patients. Policies that page the therapist are judged with each of
    them, and with a patient who has none."""
