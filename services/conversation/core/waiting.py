"""The wait of a patient whom nobody has answered, told honestly; and the guard against loops.

The guard pauses automatic texts only: what a patient writes becomes a signal or is relayed, whatever
seems to have written it.
"""

from datetime import timedelta

from contracts.conversations import Muted, Purpose
from services.conversation.core.draft import Draft

WINDOW = timedelta(hours=1)
"""Automatic texts are counted over this span, and pause for as long when they were too many."""


def may_automatic(draft: Draft) -> bool:
    """Return whether an automatic text may be sent now; too many of them pause the rest."""
    state, now = draft.state, draft.now
    if state.is_muted(now):
        return False
    recent = [at for at in state.automatic if at > now - WINDOW]
    if len(recent) < draft.world.times.most_automatic:
        return True
    draft.add(Muted(at=now, until=now + WINDOW, why="loop"))
    return False


def tell_waiting(draft: Draft) -> None:
    """Tell the patient that they are not forgotten."""
    if may_automatic(draft):
        draft.to_patient(Purpose.WAITING, draft.world.phrases.waiting)


def tell_nobody(draft: Draft) -> None:
    """Tell the patient at once, and once in a wait, that nobody can be paged at this moment."""
    state = draft.state
    hold = state.hold
    nobody = hold is not None and hold.open and hold.nobody and hold.held_by is None
    if not nobody or state.nobody_told or state.waiting_since is None or state.is_muted(draft.now):
        return
    if draft.may_text and may_automatic(draft):
        draft.to_patient(Purpose.NOBODY, draft.world.phrases.nobody)
