"""What others are told of an attendance, made from its state alone: a repetition is the same. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.attendance import subject_of
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachKind
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from contracts.values import Kind, Urgency, Value
from services.attendance.core.state import Attendance, Debt, Owed

AREA = "attendance"


@dataclass(frozen=True, slots=True)
class Message:
    """A fact to publish, and its deduplication id."""

    subject: str
    id: str
    value: Value


def message(state: Attendance, owed: Owed, now: datetime) -> tuple[Message, ...]:
    """Return what is to be published for something owed; () if it makes no sense any more."""
    match owed.what:
        case Debt.SIGNAL:
            return (_signal(state, owed),)
        case Debt.FAULT:
            return (_fault(state, owed),)
        case Debt.TEXT:
            return (_text(state, owed),)
        case Debt.REMINDER:
            return _reminder(state, owed, now)
        case Debt.FOLLOWED:
            return (_followed(state, owed),)
        case Debt.DROPPED:
            return _dropped(state, owed)


def outreach_id(state: Attendance, kind: OutreachKind) -> str:
    """Return the id of a text about this attendance."""
    about = f"{subject_of(state.session, state.patient)} {state.starts_at}"
    return f"{kind}-{hashlib.sha256(about.encode()).hexdigest()[:24]}"


def system_fault(name: str, note: str, now: datetime, urgency: Urgency = Urgency.URGENT) -> Signal:
    """Return a fault of attendance; `name` is stable, so that the same told again is one."""
    return Signal(
        id=f"attendance/{name}",
        kind=Kind.SYSTEM_FAULT,
        urgency=urgency,
        area=AREA,
        occurred_at=now,
        received_at=now,
        source=AREA,
        note=note,
    )


def _signal(state: Attendance, owed: Owed) -> Message:
    signal = Signal(
        id=state.signal,
        kind=Kind.SESSION_MISSED,
        urgency=state.urgency or Urgency.URGENT,
        patient=state.patient,
        occurred_at=state.starts_at or owed.since,
        received_at=owed.since,
        source=AREA,
        evidence=f"ATTENDANCES:{state.session}",
        tags=state.tags,
    )
    return Message(f"signals.{signal.kind}", signal.id, signal)


def _fault(state: Attendance, owed: Owed) -> Message:
    starts_at = state.starts_at or owed.since
    # One for a site and an hour: when the tablet at the door is off, every group of the house is blank.
    signal = system_fault(
        f"list/{state.site}/{starts_at:%Y%m%dT%H}",
        f"The check-in list of session {state.session} looks broken: {state.expected} expected, nobody "
        "checked in; look at the others of this site too. Enter who came (`vigil sessions check-in`).",
        owed.since,
    )
    return Message(f"signals.{signal.kind}", signal.id, signal)


def _text(state: Attendance, owed: Owed) -> Message:
    asked = OutreachAsked(
        at=owed.since,
        outreach=outreach_id(state, OutreachKind.MISSED),
        patient=state.patient,
        kind=OutreachKind.MISSED,
        send_by=state.text_by or owed.since,
        # The signal that goes out with it opens an escalation: that must not keep the text back.
        during_crisis=True,
    )
    return Message(f"outreach.{state.patient}", asked.outreach, asked)


def _reminder(state: Attendance, owed: Owed, now: datetime) -> tuple[Message, ...]:
    if state.starts_at is None or now >= state.starts_at or not state.is_open:
        return ()
    clock = state.starts_at.astimezone(ZoneInfo(state.zone))
    asked = OutreachAsked(
        at=owed.since,
        outreach=outreach_id(state, OutreachKind.REMINDER),
        patient=state.patient,
        kind=OutreachKind.REMINDER,
        send_by=state.starts_at,
        args={
            "at": f"{clock:%Y-%m-%dT%H:%M}",
            "time": f"{clock.hour % 12 or 12}:{clock:%M} {'AM' if clock.hour < 12 else 'PM'}",
        },
    )
    return (Message(f"outreach.{state.patient}", asked.outreach, asked),)


def _followed(state: Attendance, owed: Owed) -> Message:
    followed = SignalFollowed.model_validate(
        {
            "id": f"{state.signal}/{owed.how}/{owed.since.isoformat()}",
            "signal": state.signal,
            "patient": state.patient,
            "at": owed.happened_at or owed.since,
            "received_at": owed.since,
            "what": owed.how,
            "source": owed.source or AREA,
        }
    )
    return Message(f"programme.signal_followed.{state.patient}", followed.id, followed)


def _dropped(state: Attendance, owed: Owed) -> tuple[Message, ...]:
    kinds = ((state.missed_at is not None, OutreachKind.MISSED), (state.reminded, OutreachKind.REMINDER))
    made = [
        OutreachDropped(
            at=owed.since, outreach=outreach_id(state, kind), patient=state.patient, why=str(state.status)
        )
        for asked, kind in kinds
        if asked
    ]
    return tuple(
        Message(f"outreach.{one.patient}", f"{one.outreach}/dropped/{owed.since.isoformat()}", one)
        for one in made
    )
