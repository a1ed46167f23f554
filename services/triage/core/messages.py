"""What others are told of a patient's results, made from the state alone: a repetition is the same."""

from datetime import datetime

from contracts.programme import SignalFollowed
from contracts.signals import Signal
from services.triage.core.state import Document, Left


def signal(patient: str, document: Document, received_at: datetime) -> Signal | None:
    """Return the signal that the resource is a reason for; None if it is none."""
    if document.urgency is None:
        return None
    return Signal(
        id=document.signal,
        kind=document.kind,
        urgency=document.urgency,
        patient=patient,
        occurred_at=document.occurred_at,
        received_at=received_at,
        source=document.source,
        evidence=f"PROGRAMME:{document.evidence}",
        tags=document.tags,
    )


def followed(patient: str, left: Left, source: str, at: datetime, received_at: datetime) -> SignalFollowed:
    """Return the word of a signal that lost its reason."""
    return SignalFollowed.model_validate(
        {
            "id": f"triage/{left.document}/{left.version}/{left.what}",
            "signal": left.signal,
            "patient": patient,
            "at": at,
            "received_at": received_at,
            "what": left.what,
            "source": source,
        }
    )
