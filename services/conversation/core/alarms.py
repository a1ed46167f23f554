"""When time acts on a conversation: the moments follow from the state, and stand in the log.

Theory: after every decision the clocks are set anew from what is true then, so no rule has to
remember to stop one. `timing` acts on them; each act changes what its clock is made from.
"""

from datetime import datetime, timedelta

from contracts.conversations import Alarm, AlarmSet, Purpose
from contracts.escalations import EscalationStatus
from contracts.privacy import Texting
from services.conversation.core import outreaching
from services.conversation.core.draft import Draft
from services.conversation.core.state import Beside, Conversation, Said
from services.conversation.core.world import Times, World

LEAD = timedelta(seconds=1)
"""A text is relayed so long after it came: time for one that overtook it to fall into its place."""
JOIN = timedelta(seconds=3)
"""Texts that come faster than this are joined into one. Ours."""
PART_WAIT = timedelta(seconds=3)
"""After a text so long that it may be a part, the next part is waited for."""
PART_WAIT_MOST = timedelta(seconds=10)
AUTOMATIC_APART = timedelta(minutes=2)
"""Two automatic texts lie at least so far apart, however late the first one was."""
EMERGENCY_ASK = timedelta(minutes=5)
"""From the begin of a 911 hand-off to the question whether somebody was called. Ours."""
EMERGENCY_ASK_CALLED = timedelta(minutes=10)
"""... and after the call, whether somebody has reached them."""


def reset(draft: Draft) -> None:
    """Set every clock to when it acts from what is true now."""
    if draft.state.is_desk:
        return
    wanted = moments(draft.state, draft.world, draft.now)
    for alarm in Alarm:
        if draft.state.alarms.get(alarm) != wanted.get(alarm):
            draft.add(AlarmSet(at=draft.now, alarm=alarm, due=wanted.get(alarm)))


def moments(state: Conversation, world: World, now: datetime) -> dict[Alarm, datetime]:
    """Return when each running clock acts."""
    times = world.times
    found = {
        Alarm.WAIT: _wait(state, world, now),
        Alarm.RELAY: _relay(state, world),
        Alarm.UNANSWERED: _unanswered(state, times),
        Alarm.SILENCE: _silence(state, world, now),
        Alarm.EMERGENCY: _emergency(state),
        Alarm.SURVEY: _survey(state, world, now),
        Alarm.OUTREACH: outreaching.moment(state, world, now),
    }
    return {alarm: at for alarm, at in found.items() if at is not None}


def pending(state: Conversation, one: Beside) -> tuple[Said, ...]:
    """Return the patient's texts that were not relayed to them yet."""
    return tuple(said for said in state.said if said.evidence > one.upto or said.evidence in one.late)


def relay_at(state: Conversation, one: Beside) -> datetime | None:
    """Return when the next relay to them is made; None: nothing is pending, or one is still under way."""
    texts = pending(state, one)
    if not texts or any(
        out.to == one.responder and out.purpose is Purpose.RELAY and out.under_way for out in state.outbox
    ):
        return None
    earliest = texts[0].at + LEAD
    if texts[-1].long:
        earliest = max(earliest, min(texts[-1].at + PART_WAIT, texts[0].at + PART_WAIT_MOST))
    return max(earliest, one.at + JOIN) if one.at is not None else earliest


def _relay(state: Conversation, world: World) -> datetime | None:
    reachable = [one for one in state.beside if world.phone_of(one.responder) is not None]
    return min((at for one in reachable if (at := relay_at(state, one)) is not None), default=None)


def _wait(state: Conversation, world: World, now: datetime) -> datetime | None:
    times = world.times
    if state.waiting_since is None or state.held_by is not None or not _automatic(state, world):
        return None
    if state.is_muted(now):
        return state.muted_until
    unheld = state.hold.since if state.hold is not None and state.hold.open else None
    base = max(state.waiting_since, unheld or state.waiting_since)
    over = state.waits - len(times.wait)
    after = times.wait[state.waits] if over < 0 else times.wait[-1] + (over + 1) * times.wait_again
    last = state.automatic[-1] + AUTOMATIC_APART if state.automatic else base
    return max(base + after, last)


def _unanswered(state: Conversation, times: Times) -> datetime | None:
    hold = state.hold
    if hold is None or hold.held_by is None or state.waiting_since is None or hold.since is None:
        return None
    base = max(state.waiting_since, hold.since)
    match state.nudges:
        case 0:
            return base + times.nudge
        case 1:
            return base + times.page
        case more:
            return base + times.again + (more - 2) * (times.again - times.page)


def _silence(state: Conversation, world: World, now: datetime) -> datetime | None:
    times, spoke = world.times, state.spoke_at
    if state.held_by is None or state.risk_at is None or spoke is None or state.silent_told:
        return None
    if state.waiting_since is not None:
        # It is the holder's turn.
        return None
    quiet = not _automatic(state, world) or state.is_muted(now)
    if state.check_ins >= len(times.check_in) or quiet:
        return spoke + times.check_in[-1] + (timedelta() if quiet else times.check_in[0])
    return spoke + times.check_in[state.check_ins]


def _emergency(state: Conversation) -> datetime | None:
    one, hold = state.emergency, state.hold
    if one is None or hold is None or hold.held_by is None or hold.status is EscalationStatus.HANDED_OFF:
        return None
    return one.asked_at + (EMERGENCY_ASK if one.called_at is None else EMERGENCY_ASK_CALLED)


def _automatic(state: Conversation, world: World) -> bool:
    """Whether automatic texts may go to the patient: in neutral words alone they would say nothing."""
    return not state.opted_out and state.phone is not None and world.texting is Texting.FREE


def _survey(state: Conversation, world: World, now: datetime) -> datetime | None:
    times, is_open = world.times, state.hold is not None and state.hold.open
    if times.survey is None or not state.survey_wanted or state.ended_at is None or is_open:
        return None
    if not _automatic(state, world) or world.is_quiet:
        return None
    if state.is_muted(now):
        return state.muted_until
    return state.ended_at + times.survey
