"""The state of one delivery: what is to be told, how far it is, when to look again."""

from datetime import datetime

from contracts.deliveries import (
    Accepted,
    DeliveryBrief,
    DeliveryEvent,
    DeliveryStatus,
    Failed,
    Intended,
    OpsTold,
    Parked,
    Queued,
    Resource,
    Retried,
    Told,
)
from contracts.privacy import Ground
from contracts.values import Id, Moment, Sealed, Value

VERSION = 1
"""Version of the stored state; raised whenever an older state must be folded again."""


class Delivery(Value):
    """One resource to one recipient."""

    subject: str
    status: DeliveryStatus = DeliveryStatus.NEW
    resource: Resource = Resource.TASK
    patient: Id = "none"
    revision: int = 0
    """Of the newest that is to be told."""
    content: Told | None = None
    substance: bool = False
    """Whether anything it ever told of was substance use: once labelled, it stays so."""
    sending: int = 0
    """Which revision is on its way, or was last."""
    sent: int = 0
    """The last revision the recipient has."""
    attempt: int = 0
    """Counts every try."""
    failures: int = 0
    """Tries in a row that failed."""
    look_at: Moment | None = None
    why: str = ""
    http: int = 0
    diagnostics: Sealed | None = None
    parked_for: str = ""
    """Why it was parked last, while nothing of it was accepted since."""
    told: bool = True
    """Whether ops know that it is parked."""
    ground: Ground | None = None
    last_at: Moment | None = None

    @classmethod
    def empty(cls, subject: str) -> "Delivery":
        """Return a delivery of which nothing is known: `deliveries.<recipient>.<id>`."""
        return cls(subject=subject)

    @property
    def recipient(self) -> str:
        """The recipient's id."""
        return self.subject.split(".")[1]

    @property
    def id(self) -> str:
        """The delivery's id, and that of its resource at the recipient."""
        return self.subject.split(".")[2]


def due(state: Delivery) -> datetime | None:
    """Return when it acts again; None: the recipient has it, or a person must decide."""
    if state.status is DeliveryStatus.PARKED and not state.told:
        return state.last_at
    return state.look_at


def brief(state: Delivery) -> DeliveryBrief | None:
    """Return what stands in the commit's headers."""
    if state.last_at is None:
        return None
    return DeliveryBrief(
        patient=state.patient,
        resource=state.resource,
        status=state.status,
        why=state.why,
        attempts=state.attempt,
        ground=state.ground,
        at=state.last_at,
    )


def evolve(state: Delivery, event: DeliveryEvent) -> Delivery:
    """Return the state after the event. It never refuses: what is in the log has happened."""
    return state.model_copy(update={**_after(state, event), "last_at": event.at})


def _after(state: Delivery, event: DeliveryEvent) -> dict[str, object]:
    match event:
        case Queued():
            return _queued(state, event)
        case Intended():
            return {
                "status": DeliveryStatus.INTENDED,
                "attempt": event.attempt,
                "sending": event.revision,
                "look_at": event.until,
                "ground": event.ground,
            }
        case Accepted():
            newer = state.revision > state.sending
            return {
                "status": DeliveryStatus.WAITING if newer else DeliveryStatus.ACCEPTED,
                "sent": state.sending,
                "failures": 0,
                "why": "",
                "parked_for": "",
                "http": event.status,
                "diagnostics": None,
                "look_at": event.at if newer else None,
            }
        case Failed():
            return {
                "status": DeliveryStatus.FAILED,
                "failures": state.failures + 1,
                "why": event.why,
                "look_at": event.again_at,
            }
        case Parked():
            return {
                "status": DeliveryStatus.PARKED,
                "failures": state.failures + 1,
                "why": event.why,
                "http": event.status,
                "diagnostics": event.diagnostics,
                "look_at": event.again_at,
                # What is parked again for the same reason, they know.
                "told": state.told and state.parked_for == event.why,
                "parked_for": event.why,
            }
        case OpsTold():
            return {"told": True}
        case Retried():
            return _afresh(event.at)


def _queued(state: Delivery, event: Queued) -> dict[str, object]:
    known = {
        "resource": event.resource,
        "patient": event.patient,
        "revision": event.revision,
        "content": event.content,
        "substance": state.substance or event.content.substance,
    }
    match state.status:
        case DeliveryStatus.INTENDED | DeliveryStatus.FAILED:
            # It goes with the next try: a recipient that is away is not asked more often for it.
            return known
        case _:
            return known | _afresh(event.at)


def _afresh(at: datetime) -> dict[str, object]:
    return {"status": DeliveryStatus.WAITING, "failures": 0, "look_at": at}
