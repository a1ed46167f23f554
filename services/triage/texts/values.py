"""What a reading of a text is made of."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Urgency


class RiskClass(StrEnum):
    """What a text may speak of; a text can be of several classes or of none."""

    INGESTION = "ingestion"
    """Something harmful taken, or an attempt under way or just made."""
    PLAN = "plan"
    """Intent with how or when, preparation, or a farewell."""
    MEANS = "means"
    """A weapon, drug, rope or place with which it could be done."""
    TIME = "time"
    """A near time joined to one of the other classes."""
    IDEATION = "ideation"
    """An active wish to die, to kill oneself or not to live."""
    PASSIVE_IDEATION = "passive_ideation"
    """A wish not to wake up or not to be, being a burden, bare despair of living."""
    SELF_HARM = "self_harm"
    """Hurting oneself, done or wished, without a stated wish to die."""
    RELAPSE_OR_OVERDOSE_RISK = "relapse_or_overdose_risk"
    """Use, craving to the brink of use, withdrawal, signs of overdose."""
    OTHER_IN_DANGER = "other_in_danger"
    """Somebody else who is or may be in danger."""
    HARM_TO_OTHERS = "harm_to_others"
    """A wish or threat to harm somebody else."""
    ABUSE = "abuse"
    """Violence or coercion by somebody else against the patient or their family."""
    SILENT_DISTRESS = "silent_distress"
    """Nothing but signs, or a bare call for help."""
    ADMINISTRATIVE = "administrative"
    """Appointments, refills and the like; a label for the person who reads, never a reason to wait."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that fits the text. `words` identifies the patient's content: seal it, never log it."""

    rule: str
    risk: RiskClass
    raises: bool
    words: str
    """The patient's own words that gave the class, as written."""
    start: int
    """Where they begin in the text, in characters."""
    end: int
    """Where they end, exclusive."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How loud a text is, of which classes, and why."""

    urgency: Urgency
    classes: tuple[RiskClass, ...]
    """In the order of RiskClass, each once."""
    hits: tuple[Hit, ...]
    """In the order of the rules; at most one for each rule, the first that fits."""
