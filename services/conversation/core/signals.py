"""The signals that come of what is heard. Ids are the carrier's own, so that repeating one is harmless."""

from datetime import datetime

from contracts.signals import HOLD_LAPSED, Signal
from contracts.values import Kind, Urgency
from services.conversation.core.changes import signal_of
from services.conversation.core.opting import Opting
from services.conversation.core.staff import Meaning
from services.conversation.core.state import Owed

SOURCE = "crisis_line"


def of_text(
    sid: str,
    patient: str,
    evidence: int,
    received_at: datetime,
    opting: Opting,
    tags: tuple[str, ...],
    urgency: Urgency = Urgency.URGENT,
) -> Signal:
    """Return the signal of a patient's text: urgent at least, whatever it says (clinical.md 3e, 7 row 7)."""
    kind = Kind.OPTED_OUT if opting is Opting.OUT else Kind.PATIENT_ALERT
    loud = urgency if urgency.rank >= Urgency.URGENT.rank else Urgency.URGENT
    return _signal(signal_of(sid), kind, loud, patient, evidence, received_at, ("text", *tags))


def of_survey(sid: str, patient: str, evidence: int, received_at: datetime) -> Signal:
    """Return the signal of a digit in answer to the question after the end: a person reads it in turn."""
    return _signal(
        signal_of(sid), Kind.CONCERN_RAISED, Urgency.ROUTINE, patient, evidence, received_at, ("survey",)
    )


def of_code(sid: str, patient: str, evidence: int, received_at: datetime) -> Signal:
    """Return the signal of an attendance code that counts no more, or elsewhere: staff look at it in turn."""
    tags = ("attendance_code",)
    return _signal(signal_of(sid), Kind.CONCERN_RAISED, Urgency.ROUTINE, patient, evidence, received_at, tags)


def of_call(sid: str, patient: str, evidence: int, received_at: datetime, room: str | None) -> Signal:
    """Return the signal of a patient's call, with the room in which they wait; none: nobody answered it."""
    tags = ("call",) if room else ("call", "missed")
    signal = _signal(f"call/{sid}", Kind.PATIENT_ALERT, Urgency.URGENT, patient, evidence, received_at, tags)
    return signal.model_copy(update={"room": room})


def of_staff(
    sid: str, patient: str, evidence: int, received_at: datetime, meaning: Meaning, sender: str | None
) -> Signal:
    """Return the signal of a staff member's words; the sender is not paged about it."""
    urgency = Urgency.URGENT if meaning is Meaning.RISK else Urgency.ROUTINE
    signal = _signal(
        signal_of(sid), Kind.CONCERN_RAISED, urgency, patient, evidence, received_at, ("staff_text",)
    )
    return not_to(signal, sender)


def of_owed(owed: Owed, patient: str, at: datetime, also: str | None) -> Signal:
    """Return the signal of what was not brought to the holder, or not answered by them."""
    tags = ("text", owed.why, HOLD_LAPSED) if owed.anew else ("text", owed.why)
    signal = _signal(
        owed.signal, Kind.PATIENT_ALERT, owed.urgency, patient, owed.evidence, at, tuple(dict.fromkeys(tags))
    )
    return also_to(signal, also)


def not_to(signal: Signal, person: str | None) -> Signal:
    """Return the signal so that the responder whose own phone it came from is not paged about it."""
    return signal.model_copy(update={"not_to": (person,)}) if person else signal


def also_to(signal: Signal, person: str | None) -> Signal:
    """Return the signal so that the responder who spoke last is paged with the first step."""
    return signal.model_copy(update={"also_to": (person,)}) if person else signal


def of_refusal(code: str, at: datetime) -> Signal:
    """Return the fault that the carrier refuses our texts; one an hour for each code."""
    return Signal(
        id=f"answers_refused/{code}/{at:%Y-%m-%dT%H}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="carrier",
        occurred_at=at,
        received_at=at,
        source=SOURCE,
        note=f"The carrier refuses texts of the crisis line with code {code}; run `vigil doctor`.",
    )


def of_broken_triage(at: datetime) -> Signal:
    """Return the fault that texts can't be triaged; one an hour."""
    return Signal(
        id=f"triage_broken/{at:%Y-%m-%dT%H}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="triage",
        occurred_at=at,
        received_at=at,
        source=SOURCE,
        note="Patients' texts can't be triaged: each pages as NOW. See triage_failed in the log.",
    )


def _signal(
    name: str,
    kind: Kind,
    urgency: Urgency,
    patient: str,
    evidence: int,
    received_at: datetime,
    tags: tuple[str, ...],
) -> Signal:
    return Signal(
        id=name,
        kind=kind,
        urgency=urgency,
        patient=patient,
        occurred_at=received_at,
        received_at=received_at,
        source=SOURCE,
        evidence=f"CARRIER:{evidence}",
        tags=tags,
    )
