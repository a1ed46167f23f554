"""Snooze: the holder of a soon or routine run puts off the next question to them."""

from datetime import timedelta

from contracts.escalations import EscalationStatus, Snoozed, Telling
from contracts.pages import SnoozeAsked
from contracts.values import Urgency
from services.escalation.core import hours, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import Run

LONGEST = timedelta(hours=24)
"""... and never longer than the policy's `resolve_within`. Ours; sites approve.

What would end in the quiet hours of the policy ends in the morning."""
IF_NOT_SAID = timedelta(hours=1)
"""What `snooze` without a span means."""


def snooze_asked(draft: Draft, event: SnoozeAsked) -> None:
    """Move the holder's own clock; pages to others, and a higher urgency, come all the same."""
    why = _why_not(draft.run, event.responder)
    if why:
        telling.tell(draft, event.responder, Telling.NOT_SNOOZED, why=why)
        return
    asked = timedelta(minutes=event.minutes) if event.minutes > 0 else IF_NOT_SAID
    until = hours.by_day(draft.run, draft.now + min(asked, LONGEST, draft.run.rules.resolve_within))
    draft.add(Snoozed(at=draft.now, responder=event.responder, until=until))
    telling.tell(draft, event.responder, Telling.SNOOZED, until=until.isoformat())


def _why_not(run: Run, responder: str) -> str:
    if responder != run.holder:
        return "not_holder"
    if run.urgency.rank >= Urgency.URGENT.rank:
        return "urgency"
    if run.status is EscalationStatus.HANDED_OFF:
        return "handed_off"
    if run.lapsed or not run.covered:
        return "overdue"
    return ""
