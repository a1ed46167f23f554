"""When to look again: every clock of a run, and the earliest of them.

Theory: `clocks` lists what will happen by time alone; `deadlines` acts on each. A run that is
open has at least one clock. Should a rule ever forget one, the run counts as due from its last
event on and the next step is paged: a mistake in here is loud, not silent. What asks the holder
falls due outside the quiet hours of the policy, wherever its moment stands; a hand-off, and what
the holder asked of others by name, keep their moments.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.escalations import EscalationStatus
from contracts.values import Urgency
from services.escalation.core.hours import by_day
from services.escalation.core.state import Run

IDLE_ASKED_AFTER = timedelta(minutes=3)
"""An imminent run's holder who does nothing for so long is asked. Design 6; ours, sites approve."""
IDLE_PAGED_AFTER = timedelta(minutes=5)
"""... and after so long the next step is paged as well."""
ASKED_GRACE = timedelta(minutes=2)
"""From 'have you reached them?' to paging others, when the contact is overdue."""
ASKED_GRACE_IMMINENT = timedelta(minutes=1)
HAND_OFF_GRACE = timedelta(minutes=5)
"""From 'is contact confirmed?' to paging others, after a hand-off."""


class Clock(StrEnum):
    """What time does to a run."""

    START = "start"
    REVIEW = "review"
    STEP = "step"
    CONTACT = "contact"
    CONTACT_GRACE = "contact_grace"
    IDLE_ASK = "idle_ask"
    IDLE = "idle"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    CONFIRM_GRACE = "confirm_grace"
    SIGN = "sign"
    GIVE = "give"


def due(state: Run) -> datetime | None:
    """Return when the run acts again; None exactly if it is closed and every fault was told."""
    moments = [at for at, _ in clocks(state)]
    moments += [fault.at for fault in state.untold[:1]]
    return min(moments, default=None)


def clocks(state: Run) -> list[tuple[datetime, Clock]]:
    """Return the clocks that run, the earliest first."""
    if not state.open:
        return []
    running = sorted((at, clock) for clock, at in _running(state) if at is not None)
    if not running and state.last_at is not None:
        return [(state.last_at, Clock.STEP)]
    return running


def _running(state: Run) -> Iterator[tuple[Clock, datetime | None]]:
    if state.status is EscalationStatus.WAITING:
        yield Clock.START, state.starts_at
    if state.status is EscalationStatus.WORKLIST:
        yield Clock.REVIEW, state.review_at
    yield Clock.STEP, state.step_ends_at
    if state.giving is not None:
        yield Clock.GIVE, state.giving.ends_at
    if state.unsigned is not None:
        yield Clock.SIGN, by_day(state, state.unsigned.sign_by)
    elif state.status is EscalationStatus.REACHED:
        yield Clock.RESOLVE, state.resolve_by and by_day(state, state.resolve_by)
    elif state.covered:
        yield from _holding(state)


def _holding(state: Run) -> Iterator[tuple[Clock, datetime | None]]:
    """The clocks of a hold that covers the present urgency and has not lapsed."""
    if state.status is EscalationStatus.HANDED_OFF and not state.lapsed:
        if state.asked_at is None:
            yield Clock.CONFIRM, state.confirm_by
        else:
            yield Clock.CONFIRM_GRACE, state.asked_at + HAND_OFF_GRACE
    if state.status is EscalationStatus.HELD:
        yield from _contact(state)
        yield from _idle(state)


def _contact(state: Run) -> Iterator[tuple[Clock, datetime | None]]:
    if state.lapsed:
        return
    if state.asked_at is None:
        yield Clock.CONTACT, state.contact_by and by_day(state, state.contact_by)
    else:
        grace = ASKED_GRACE_IMMINENT if state.urgency is Urgency.IMMINENT else ASKED_GRACE
        yield Clock.CONTACT_GRACE, by_day(state, state.asked_at + grace)


def _idle(state: Run) -> Iterator[tuple[Clock, datetime | None]]:
    # A call for help is no idleness, and no proof that the holder stays awake.
    alone = state.contested in ("", "help")
    watched = state.urgency is Urgency.IMMINENT and not state.is_fault and alone
    if not watched or state.active_at is None:
        return
    if state.idle_asked_at is None:
        yield Clock.IDLE_ASK, state.active_at + IDLE_ASKED_AFTER
    else:
        yield Clock.IDLE, state.active_at + IDLE_PAGED_AFTER
