"""What is true of an attendance after an event."""

from datetime import datetime

from contracts.attendance import (
    AttendanceAdopted,
    AttendanceCancelled,
    AttendanceConfirmed,
    AttendanceEvent,
    AttendanceExcused,
    AttendanceExpected,
    AttendanceHeldBack,
    AttendanceMissed,
    AttendanceMoved,
    AttendanceReminded,
    AttendanceStatus,
    AttendanceTakenBack,
    AttendanceTold,
)
from services.attendance.core.state import Attendance, Debt, Owed, TakenBack

_TAKEN_BACK_KEPT = 8
_MAY_BE_PLANNED = (AttendanceStatus.UNKNOWN, AttendanceStatus.CANCELLED)


def evolve(state: Attendance, event: AttendanceEvent) -> Attendance:
    """Return the attendance after the event."""
    match event:
        case AttendanceExpected():
            fresh = state.status in _MAY_BE_PLANNED
            planned = event.model_dump(exclude={"type", "at", "as_of"})
            return state.model_copy(
                update={
                    **planned,
                    "status": AttendanceStatus.EXPECTED if fresh else state.status,
                    "reminded": state.reminded and not fresh,
                    "cancelled": "" if fresh else state.cancelled,
                    "as_of": event.as_of or state.as_of,
                }
            )
        case AttendanceMoved():
            reminded = state.reminded and event.remind_at == state.remind_at
            seen = state.status in (AttendanceStatus.CHECKED_IN, AttendanceStatus.LATE)
            return state.model_copy(
                update={
                    "starts_at": event.starts_at,
                    "ends_at": event.ends_at,
                    "grace_minutes": event.grace_minutes,
                    "remind_at": event.remind_at,
                    "reminded": reminded,
                    "as_of": event.as_of or state.as_of,
                    # A session that was put off begins anew: nobody is late there yet.
                    "status": state.status if seen else AttendanceStatus.EXPECTED,
                    "held_until": None,
                    "missed_at": None,
                    "urgency": None,
                }
            )
        case AttendanceReminded():
            return _owing(
                state.model_copy(update={"reminded": True}), Owed(what=Debt.REMINDER, since=event.at)
            )
        case AttendanceConfirmed():
            status = AttendanceStatus.LATE if event.late else AttendanceStatus.CHECKED_IN
            after = state.model_copy(
                update={
                    "status": status,
                    "seen_at": event.at,
                    "document": event.document,
                    "held_until": None,
                }
            )
            return _followed(after, event, "late_check_in")
        case AttendanceTakenBack():
            return _taken_back(state, event)
        case AttendanceExcused():
            after = state.model_copy(update={"status": AttendanceStatus.EXCUSED, "held_until": None})
            return _followed(after, event, "excused")
        case AttendanceCancelled():
            after = state.model_copy(
                update={
                    "status": AttendanceStatus.CANCELLED,
                    "cancelled": event.why,
                    "held_until": None,
                    "as_of": event.as_of or state.as_of,
                }
            )
            return _followed(after, event, "cancelled")
        case AttendanceHeldBack():
            after = state.model_copy(
                update={
                    "status": AttendanceStatus.HELD_BACK,
                    "held_until": event.until,
                    "expected": event.expected,
                }
            )
            return _owing(after, Owed(what=Debt.FAULT, since=event.at))
        case AttendanceMissed():
            after = state.model_copy(
                update={
                    "status": AttendanceStatus.MISSED,
                    "urgency": event.urgency,
                    "tags": event.tags,
                    "misses": event.misses,
                    "missed_at": event.at,
                    "signal": _signal(state),
                    "text_by": event.text_by,
                    "expected": event.expected or state.expected,
                    "held_until": None,
                }
            )
            owed = [Owed(what=Debt.SIGNAL, since=event.at)]
            owed += [Owed(what=Debt.FAULT, since=event.at)] if event.expected else []
            return _owing(after, *owed, Owed(what=Debt.TEXT, since=event.at))
        case AttendanceAdopted(brief=one):
            return state.model_copy(
                update={
                    "status": one.status,
                    "starts_at": one.starts_at,
                    "ends_at": one.ends_at,
                    "group": one.group,
                    "site": one.site,
                    "zone": one.zone,
                    "grace_minutes": one.grace_minutes,
                    "seen_at": one.seen_at,
                    "document": one.document,
                    "urgency": one.urgency,
                    "cancelled": one.cancelled,
                }
            )
        case AttendanceTold():
            left = tuple(owed for owed in state.owed if owed.key not in event.what)
            return state.model_copy(update={"owed": left})
        case _:
            return state


def _taken_back(state: Attendance, event: AttendanceTakenBack) -> Attendance:
    """Return the state as if that check-in had never come; a word of it that is still owed is not sent."""
    known = (*state.taken_back, TakenBack(document=event.document, at=event.at))
    after = state.model_copy(update={"taken_back": known[-_TAKEN_BACK_KEPT:]})
    seen = state.status in (AttendanceStatus.CHECKED_IN, AttendanceStatus.LATE)
    if not seen or event.document not in ("", state.document):
        return after
    return after.model_copy(
        update={
            "status": AttendanceStatus.EXPECTED,
            "seen_at": None,
            "document": "",
            "missed_at": None,
            "again": state.again + 1,
            "owed": tuple(one for one in state.owed if one.what is not Debt.FOLLOWED),
        }
    )


def _followed(
    state: Attendance, event: AttendanceConfirmed | AttendanceExcused | AttendanceCancelled, how: str
) -> Attendance:
    """Return the state that owes word of it to whoever heard the signal; a text not yet sent is dropped."""
    texted = state.missed_at is not None or state.reminded
    wanted = [Owed(what=Debt.DROPPED, since=_heard_at(event))] if texted else []
    if event.late and state.missed_at is not None:
        source = "" if isinstance(event, AttendanceCancelled) else event.source
        owed = Owed(what=Debt.FOLLOWED, since=_heard_at(event), how=how, happened_at=event.at, source=source)
        return _owing(state, owed, *wanted)
    return _owing(state, *wanted)


def _signal(state: Attendance) -> str:
    # With the time, for one that is put off after it was missed can be missed again.
    begins = f"{state.starts_at:%Y%m%dT%H%M}" if state.starts_at is not None else "unknown"
    again = f"/{state.again}" if state.again else ""
    return f"attendance/{state.session}/{state.patient}/{begins}{again}"


def _heard_at(event: AttendanceConfirmed | AttendanceExcused | AttendanceCancelled) -> datetime:
    return event.at if isinstance(event, AttendanceCancelled) else event.heard_at


def _owing(state: Attendance, *owed: Owed) -> Attendance:
    """Return the state that owes these as well; a later word of a kind replaces an earlier one."""
    kinds = {one.what for one in owed}
    kept = tuple(one for one in state.owed if one.what not in kinds)
    return state.model_copy(update={"owed": (*kept, *owed)})
