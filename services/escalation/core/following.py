"""What comes later about a signal: it ends a quiet run that nobody has, and is shown on any other."""

from contracts.escalations import SignalNoted, Telling, Withdrawn
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from contracts.values import Urgency
from services.escalation.core import holding, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import Run

_QUIET = (Urgency.ROUTINE, Urgency.SOON)
"""What software may withdraw: a late check-in ends an unanswered routine or soon signal only
(clinical.md, 6c); the rest a person ends."""


def followed(draft: Draft, event: SignalFollowed) -> None:
    """Remember it, whether its signal was heard or not; then end the run, or show it."""
    run = draft.run
    known = event.signal in run.signals
    if event.id in run.follows or (event.signal in run.earlier_signals and not known):
        return
    draft.add(SignalNoted(at=draft.now, follow=event.id, signal=event.signal, what=event.what))
    if not run.open or not known or run.is_drill:
        return
    if _may_withdraw(draft.run):
        telling.withdraw_all(draft, "closed")
        draft.add(Withdrawn(at=draft.now, what=event.what))
    elif run.holder is not None:
        holding.tell_holder(draft, Telling.SIGNAL_NOTED, what=event.what)
    else:
        for responder in dict.fromkeys(out.responder for out in run.out):
            telling.tell(draft, responder, Telling.SIGNAL_NOTED, what=event.what)


def was_withdrawn(run: Run, signal: Signal) -> bool:
    """Whether what withdraws the signal came before it; never so for one that a person must end."""
    return signal.id in run.noted and signal.urgency in _QUIET


def _may_withdraw(run: Run) -> bool:
    untouched = (
        run.holder is None and run.reached_by is None and run.unsigned is None and run.hand_off is None
    )
    return untouched and run.urgency in _QUIET and set(run.signals) <= set(run.noted)
