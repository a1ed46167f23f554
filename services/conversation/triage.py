"""How loud a patient's text is: the one place where the crisis line meets triage."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from contracts.values import Urgency
from services.conversation.core import staff
from services.runtime.logging import where
from services.triage.texts import reading, rule_files
from services.triage.texts.rulebook import Rulebook

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


def assess(text: str | None, rules: Callable[[], Rulebook] = rule_files.shipped) -> Assessment:
    """Return how loud the text is; one that can't be read is urgent and may hold a risk.

    If triage itself fails, every text is as loud as can be: nobody knows what is in it.
    """
    if text is None:
        return Assessment(Urgency.URGENT, True, ("unreadable",))
    try:
        found = reading.read(text, rules())
    except Exception as error:
        # Whatever is wrong with the rules, the text pages.
        _log.error("triage_failed", error=type(error).__name__, where=where(error))
        return Assessment(Urgency.IMMINENT, True, (), broken=True)
    classes = tuple(one.value for one in found.classes)
    return Assessment(found.urgency, any(one not in _LABELS for one in classes), classes)


def staff_meaning(text: str) -> staff.Meaning:
    """Return what a responder's words mean that belong to no conversation; a risk in them pages."""
    return staff.meaning(text, lambda words: assess(words).risk)
