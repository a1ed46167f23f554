"""What came of a key press, read from what escalation committed after it. Nothing else tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from contracts.escalations import EscalationBrief, EscalationStatus, Telling


class Outcome(Enum):
    """What a responder who pressed 1 can be told."""

    YOURS = "yours"
    ANOTHERS = "anothers"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """Not readable in time: a text follows."""


@dataclass(frozen=True)
class Seen:
    """One commit of an escalation: the kinds of its events, its brief, and its events."""

    kinds: frozenset[str]
    brief: EscalationBrief | None
    events: tuple[Mapping[str, object], ...] = ()


def after_taking(commits: Sequence[Seen], responder: str, run: str) -> Outcome:
    """Return what the commits since the key press say of this responder, the last word first.

    A holder who is paged again at a higher urgency is holder already before the press; hence only
    a commit that itself makes somebody the holder counts, never that the brief shows them.
    """
    for seen in reversed(commits):
        for event in reversed(seen.events):
            if event.get("type") == "responder_told" and event.get("responder") == responder:
                match event.get("telling"):
                    case Telling.YOU_HAVE_IT if holds(seen.brief, responder, run):
                        return Outcome.YOURS
                    case Telling.OTHER_HAS_IT:
                        return Outcome.ANOTHERS
                    case Telling.ALREADY_CLOSED:
                        return Outcome.CLOSED
                    case _of_something_else:
                        continue
        if "held" in seen.kinds and holds(seen.brief, responder, run):
            return Outcome.YOURS
    return Outcome.UNKNOWN


def at_last(commits: Sequence[Seen], responder: str, run: str) -> Outcome:
    """Return what can be said when the time for looking is over: whether somebody else holds it."""
    outcome = after_taking(commits, responder, run)
    latest = commits[-1].brief if commits else None
    if outcome is not Outcome.UNKNOWN or latest is None or latest.run != run:
        return outcome
    if latest.status is EscalationStatus.CLOSED:
        return Outcome.CLOSED
    return Outcome.ANOTHERS if latest.holder not in (None, responder) else Outcome.UNKNOWN


def holds(brief: EscalationBrief | None, responder: str, run: str) -> bool:
    """Return whether this responder holds this run at the moment of that brief."""
    return (
        brief is not None
        and brief.run == run
        and brief.holder == responder
        and brief.status in (EscalationStatus.HELD, EscalationStatus.REACHED, EscalationStatus.HANDED_OFF)
    )
