"""What is being decided: the state as the events so far leave it, and what is known from outside."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.followups import FollowupEvent
from contracts.privacy import Hours
from services.followup.core.calendar import Window
from services.followup.core.evolve import evolve
from services.followup.core.limits import Limits
from services.followup.core.state import Followup

Events = tuple[FollowupEvent, ...]
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Known:
    """What the patient's record says."""

    therapist: str | None = None
    language: str = "en"
    quiet: Hours | None = None
    opted_out: bool = False
    erased: bool = False
    has_plan: bool = False
    plan_by_text: bool = False
    """Whether they agreed to have their safety plan texted."""
    education: bool = False
    """Whether they want resources by text."""


@dataclass(frozen=True, slots=True)
class Here:
    """The moment, the site's figures, the patient's record, and numbers drawn by chance."""

    now: datetime
    limits: Limits = field(default_factory=Limits)
    known: Known = field(default_factory=Known)
    chances: Sequence[float] = ()
    """From 0 up to, but not including, 1; used in their order, over again if there are too few."""
    desk: str | None = None
    """Who owns what nobody else does."""

    @property
    def window(self) -> Window:
        """When caring contacts may come to this patient."""
        limits = self.limits
        return Window(limits.zone, limits.earliest, limits.latest, self.known.quiet)

    def chance(self, number: int) -> float:
        """Return one of the numbers drawn by chance."""
        return self.chances[number % len(self.chances)] if self.chances else 0.5

    def owner(self, other: str | None = None) -> str | None:
        """Return who owns a task: the therapist, else `other`, else the desk."""
        return self.known.therapist or other or self.desk


class Draft:
    """Collects events; each is applied at once."""

    def __init__(self, state: Followup, here: Here) -> None:
        self.state = state
        self.here = here
        self._events: list[FollowupEvent] = []

    def add(self, event: FollowupEvent) -> None:
        """Let it happen."""
        self._events.append(event)
        self.state = evolve(self.state, event)

    @property
    def events(self) -> Events:
        """What happened, in its order."""
        return tuple(self._events)


def task_id(patient: str, seed: str) -> str:
    """Return the id of a task, as a person can type it; the same seed gives the same."""
    number = int.from_bytes(hashlib.sha256(f"{patient} {seed}".encode()).digest()[:8], "big")
    letters = []
    for _ in range(6):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return f"T{''.join(letters)}"


def opaque(prefix: str, seed: str) -> str:
    """Return an id that tells nothing; the same seed gives the same."""
    return f"{prefix}-{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
