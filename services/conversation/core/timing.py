"""What time does to a conversation: one rule for each clock. Each moves its own clock on."""

from datetime import datetime, timedelta

from contracts.conversations import Alarm, EmergencyAsked, Nudged, PatientSilent, Purpose, SignalOwed
from services.conversation.core import alarms, emergency, outreaching, relaying, staff_texts, waiting
from services.conversation.core.draft import Draft
from services.conversation.core.state import Hold


def time_reached(draft: Draft) -> None:
    """Act on every clock that has come."""
    due = alarms.moments(draft.state, draft.world, draft.now)
    for alarm in Alarm:
        at = due.get(alarm)
        if at is not None and at <= draft.now:
            _ring(draft, alarm)


def _ring(draft: Draft, alarm: Alarm) -> None:
    match alarm:
        case Alarm.RELAY:
            relaying.relay(draft)
        case Alarm.WAIT:
            waiting.tell_waiting(draft)
        case Alarm.UNANSWERED:
            _unanswered(draft)
        case Alarm.SILENCE:
            _silent(draft)
        case Alarm.EMERGENCY:
            _ask_emergency(draft)
        case Alarm.SURVEY:
            if waiting.may_automatic(draft):
                draft.to_patient(Purpose.SURVEY, draft.world.phrases.survey)
        case Alarm.OUTREACH:
            outreaching.reach_out(draft)


def _unanswered(draft: Draft) -> None:
    """Nudged, then told by paging, then the escalation starts again; and again for as long as it lasts."""
    state = draft.state
    hold, since = state.hold, state.waiting_since
    if hold is None or hold.held_by is None or since is None:
        return
    stage = state.nudges
    draft.add(Nudged(at=draft.now, stage=stage + 1))
    if stage == 0:
        minutes = _minutes(draft.now - since)
        if draft.to_staff(Purpose.TOLD, hold.held_by, staff_texts.nudge(hold.code, minutes)):
            return
    _owe_unanswered(draft, hold, since, stage)


def _owe_unanswered(draft: Draft, hold: Hold, since: datetime, stage: int) -> None:
    draft.add(
        SignalOwed(
            at=draft.now,
            signal=f"text/unanswered/{draft.state.about}/{int(since.timestamp())}/{stage}",
            urgency=hold.urgency,
            why="unanswered",
            evidence=max((said.evidence for said in draft.state.said), default=0),
            anew=stage >= 2,
        )
    )


def _silent(draft: Draft) -> None:
    state, times = draft.state, draft.world.times
    if (
        state.check_ins < len(times.check_in)
        and waiting.may_automatic(draft)
        and draft.to_patient(Purpose.CHECK_IN, draft.world.phrases.check_in)
    ):
        return
    hold, since = state.hold, state.spoke_at
    if hold is None or hold.held_by is None or since is None:
        return
    if draft.now < since + times.check_in[-1]:
        # Automatic texts pause: nothing but the last moment of this clock is left.
        return
    draft.add(PatientSilent(at=draft.now, since=since, holder=hold.held_by))
    draft.to_staff(Purpose.TOLD, hold.held_by, staff_texts.silent(hold.code, _minutes(draft.now - since)))


def _ask_emergency(draft: Draft) -> None:
    one, hold = draft.state.emergency, draft.state.hold
    if one is None or hold is None or hold.held_by is None:
        return
    draft.add(EmergencyAsked(at=draft.now))
    draft.to_staff(Purpose.TOLD, hold.held_by, emergency.question(draft, hold.held_by))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
