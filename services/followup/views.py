"""What a decision is given: the moment, the figures, the patient's record, and numbers drawn by chance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.followup.core.draft import Here, Known
from services.followup.core.limits import Limits
from services.followup.patients import Patients


@dataclass(frozen=True)
class Views:
    """Makes what decisions are given."""

    patients: Patients
    limits: Limits
    desk: str | None
    chance: Callable[[], float]

    async def of(self, patient: str) -> Callable[[datetime], Here]:
        """Return what gives a decision about the patient its surroundings. Raises Unavailable."""
        known = await self.patients.known(patient)
        # Drawn once: what a lost race decides again is drawn alike.
        chances = tuple(self.chance() for _ in range(max(1, len(self.limits.steps))))
        return lambda now: self._here(now, known, chances)

    def _here(self, now: datetime, known: Known, chances: tuple[float, ...]) -> Here:
        return Here(now, self.limits, known, chances, self.desk)
