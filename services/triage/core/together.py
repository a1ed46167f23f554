"""What two screens say together: item 9 of a PHQ-9 beside a plan or intent is imminent.

Neither form knows of the other. A clinician who has both before them would not wait for the louder one to
be sent again, so whichever is heard last makes the signal, and names both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.screens import ScreenFinding, ScreenResult
from contracts.values import Urgency, highest
from services.triage.core.state import Document

CODE = "item_9_with_plan"
"""The finding of both together; a tag of the signal."""
_ITEM_9 = frozenset({"phq9_item_9", "phq9_item_9_much", "phq9_item_9_unreadable"})
_PLAN = frozenset({"cssrs_high_intent", "cssrs_high_intent_open", "asq_acute", "asq_acute_open"})
"""C-SSRS 4 or 5, ASQ 5; not answered where they were due counts as yes, as it does alone."""


@dataclass(frozen=True, slots=True)
class Both:
    """How near to each other both count, and how loud they are; from the thresholds of the PHQ-9."""

    within: timedelta
    urgency: Urgency
    source: str


def judged(
    result: ScreenResult,
    at: datetime,
    others: Iterable[Document],
    both: Both,
) -> ScreenResult:
    """Return the result with what it says beside the patient's other results; never quieter than alone."""
    codes = {one.code for one in result.findings}
    for mine, theirs in ((_ITEM_9, _PLAN), (_PLAN, _ITEM_9)):
        if not codes & mine:
            continue
        beside = [
            one for one in others if theirs & set(one.tags) and abs(one.occurred_at - at) <= both.within
        ]
        if beside:
            return _louder(result, both, items=_items(result, mine))
    return result


def _items(result: ScreenResult, codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for one in result.findings if one.code in codes for item in one.items))


def _louder(result: ScreenResult, both: Both, items: tuple[str, ...]) -> ScreenResult:
    found = ScreenFinding(
        code=CODE,
        says="Item 9 of the PHQ-9 and a plan or intent in another screen, close together. Not to be left "
        "alone; contact within 15 minutes",
        urgency=both.urgency,
        source=both.source,
        items=items,
    )
    urgency = highest(one for one in (result.urgency, both.urgency) if one is not None)
    drove = items if result.urgency is not urgency else tuple(dict.fromkeys((*result.drove, *items)))
    return result.model_copy(
        update={"urgency": urgency, "findings": (found, *result.findings), "drove": drove}
    )
