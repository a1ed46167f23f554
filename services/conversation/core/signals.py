"""The signals that come of what is heard. Ids are the carrier's own, so that repeating one is harmless."""

from datetime import datetime

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.conversation.core.opting import Opting
from services.conversation.core.staff import Meaning

SOURCE = "crisis_line"


def of_text(
    sid: str, patient: str, evidence: int, received_at: datetime, opting: Opting, tags: tuple[str, ...]
) -> Signal:
    """Return the signal of a patient's text: urgent whatever it says (clinical.md 3e, 7 rows 7 and 21)."""
    kind = Kind.OPTED_OUT if opting is Opting.OUT else Kind.PATIENT_ALERT
    return _signal(f"sms/{sid}", kind, Urgency.URGENT, patient, evidence, received_at, ("text", *tags))


def of_call(sid: str, patient: str, evidence: int, received_at: datetime, room: str | None) -> Signal:
    """Return the signal of a patient's call, with the room in which they wait."""
    signal = _signal(
        f"call/{sid}", Kind.PATIENT_ALERT, Urgency.URGENT, patient, evidence, received_at, ("call",)
    )
    return signal.model_copy(update={"room": room})


def of_staff(
    sid: str, patient: str, evidence: int, received_at: datetime, meaning: Meaning, sender: str | None
) -> Signal:
    """Return the signal of a staff member's words; the sender is not paged about it."""
    urgency = Urgency.URGENT if meaning is Meaning.RISK else Urgency.ROUTINE
    signal = _signal(
        f"sms/{sid}", Kind.CONCERN_RAISED, urgency, patient, evidence, received_at, ("staff_text",)
    )
    return not_to(signal, sender)


def not_to(signal: Signal, person: str | None) -> Signal:
    """Return the signal so that the responder whose own phone it came from is not paged about it."""
    return signal.model_copy(update={"not_to": (person,)}) if person else signal


def of_refusal(code: str, at: datetime) -> Signal:
    """Return the fault that the carrier refuses our answers; one an hour for each code."""
    return Signal(
        id=f"answers_refused/{code}/{at:%Y-%m-%dT%H}",
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area="carrier",
        occurred_at=at,
        received_at=at,
        source=SOURCE,
        note=f"The carrier refuses answers to patients with code {code}; run `vigil doctor`.",
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
