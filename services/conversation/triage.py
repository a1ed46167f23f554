"""How loud a patient's text is: the one place where the crisis line meets triage."""

from dataclasses import dataclass

import structlog

from contracts.values import Urgency
from services.conversation.core.risk_words import risks
from services.runtime.logging import where
from services.triage.texts import reading, rule_files

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What triage read: never below urgent. `risk` says nothing about safety when it is False."""

    urgency: Urgency
    risk: bool
    tags: tuple[str, ...]
    """Classes, for the policies to ask for; they are no content."""
    broken: bool = False
    """Triage itself failed: ops must be told."""


_LABELS = frozenset({"silent_distress", "administrative"})


def get_ready() -> None:
    """Read the rules, which takes a second or so: before the first text, and in a thread. Never raises."""
    assess("")


def assess(text: str | None) -> Assessment:
    """Return how loud the text is; one that can't be read is urgent and may hold a risk."""
    if text is None:
        return Assessment(Urgency.URGENT, True, ("unreadable",))
    words = bool(risks(text))
    try:
        found = reading.read(text, rule_files.shipped())
    except Exception as error:
        # Whatever is wrong with the rules, the text pages; a known word of risk is then as loud as can be.
        _log.error("triage_failed", error=type(error).__name__, where=where(error))
        return Assessment(Urgency.IMMINENT if words else Urgency.URGENT, words, (), broken=True)
    classes = tuple(one.value for one in found.classes)
    risk = words or any(one not in _LABELS for one in classes)
    return Assessment(found.urgency, risk, (*classes, *(("risk_words",) if words else ())))
