"""One danger, and the names of all there are."""

from collections.abc import Mapping
from dataclasses import dataclass

NAMES: Mapping[str, str] = {
    "P01": "no_last_resort",
    "P02": "unreachable_policy",
    "P03": "nobody_on_step",
    "P04": "wait_too_long",
    "P05": "wait_too_short",
    "P06": "imminent_waits_at_night",
    "P07": "imminent_by_hours",
    "P08": "therapist_alone",
    "P09": "never_everyone",
    "P10": "reach_too_late",
    "P11": "named_twice",
    "P12": "paged_twice",
    "P13": "unsigned_imminent",
    "P14": "text_only",
    "P15": "high_risk_waits",
    "P16": "odd_quiet_hours",
    "P17": "same_order",
    "P18": "doubtful_tag",
    "P19": "idle_target",
}
"""Code -> name. A code is never given to another danger, and a name never changes."""

PAGES = "services/escalation/POLICY_FINDINGS.md"
"""Where each code has its page."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One danger: a constant code, a sentence, and where it stands (steps count from 1)."""

    code: str
    sentence: str
    policy: str = ""
    step: int | None = None
    blocking: bool = False

    @property
    def name(self) -> str:
        """The code in words."""
        return NAMES[self.code]

    @property
    def page(self) -> str:
        """Where the danger is explained."""
        return f"{PAGES}#{self.code.lower()}"

    def __str__(self) -> str:
        step = f", step {self.step}" if self.step else ""
        place = f"policy {self.policy}{step}: " if self.policy else ""
        return f"{self.code} {self.name}: {place}{self.sentence}"
