"""What of an escalation, and of a patient's results, is told to other systems."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from contracts.deliveries import Happening, Resource, RunTold, ScreenTold, Told
from contracts.escalations import (
    EscalationBrief,
    EscalationEvent,
    EscalationStatus,
    GivenBack,
    HandOffConfirmed,
    HandOffStarted,
    Held,
    Merged,
    Opened,
    Reached,
    Resolved,
    SignalJoined,
    Undone,
    UrgencyRaised,
    Withdrawn,
)
from contracts.facts import Standing
from contracts.triages import Assessed, Retracted, TriageEvent
from contracts.values import Kind, Urgency
from services.gateway.core.outgoing import substance

TELLING = frozenset(
    "opened signal_joined urgency_raised held given_back reached hand_off_started hand_off_confirmed "
    "resolved withdrawn merged undone".split()
)
"""The types of events of an escalation that are told of; the others stay inside."""
TELLING_RESULTS = frozenset({"assessed", "retracted"})


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing to be told, to whoever wants to be told of that kind and urgency."""

    resource: Resource
    key: str
    """What it is about: with the recipient it makes the delivery's id."""
    content: Told
    kind: Kind
    urgency: Urgency
    begins: bool = True
    """Whether it is told to who has not heard of it; else it only corrects what they heard."""


def of_run(
    events: Sequence[EscalationEvent],
    brief: EscalationBrief,
    role: str,
    due: datetime | None,
    sequence: int,
    at: datetime,
) -> tuple[Saying, ...]:
    """Return what a commit of an escalation tells: where it stands, and each thing that happened.

    `role`: of who holds it. `due`: when it acts next.
    """
    ended = brief.status is EscalationStatus.CLOSED
    resolved = next((one for one in reversed(events) if isinstance(one, Resolved)), None)
    stands = RunTold(
        run=brief.run,
        at=at,
        opened_at=brief.opened_at,
        status=brief.status,
        urgency=brief.urgency,
        kind=brief.kind,
        due=None if ended else brief.contact_by or due,
        role=role if brief.holder is not None else "",
        disposition=resolved.disposition if ended and resolved is not None else None,
        withdrawn=ended and any(isinstance(one, Withdrawn | Merged) for one in events),
        substance=substance.tells(brief.kind, ()) or any(_tells(one) for one in events),
    )
    acute = brief.urgency.rank >= Urgency.URGENT.rank
    return (
        Saying(Resource.TASK, brief.run, stands, brief.kind, brief.urgency),
        Saying(Resource.FLAG, brief.run, _raised(stands), brief.kind, brief.urgency, acute and not ended),
        *_happened(events, stands, brief, sequence),
    )


def of_results(events: Iterable[TriageEvent], sequence: int) -> tuple[Saying, ...]:
    """Return what a commit of a patient's results tells: what was a reason to act, and its corrections."""
    return tuple(_scored(event) for event in events if isinstance(event, Assessed | Retracted))


def delivery_id(recipient: str, resource: Resource, key: str) -> str:
    """Return the id of a delivery, and of its resource there: it tells nothing, and differs by recipient."""
    digest = sha256(f"{recipient}\0{resource}\0{key}".encode()).hexdigest()
    return f"{resource.value.lower()}-{digest[:32]}"


def _raised(stands: RunTold) -> RunTold:
    """Return what a flag says: how urgent it is, and whether it is over; who has it changes nothing there."""
    ended = stands.status is EscalationStatus.CLOSED
    return RunTold(
        run=stands.run,
        at=stands.at,
        opened_at=stands.opened_at,
        status=EscalationStatus.CLOSED if ended else EscalationStatus.PAGING,
        urgency=stands.urgency,
        kind=None,
        substance=stands.substance,
    )


def _happened(
    events: Sequence[EscalationEvent], stands: RunTold, brief: EscalationBrief, sequence: int
) -> Iterable[Saying]:
    for number, event in enumerate(events):
        happened = _happening(event)
        if happened is None:
            continue
        kind = event.signal.kind if isinstance(event, Opened | SignalJoined) else brief.kind
        content = stands.model_copy(
            update={
                "at": event.at,
                "kind": kind,
                "happened": happened,
                "substance": stands.substance or substance.tells(kind, ()),
                "disposition": event.disposition if isinstance(event, Resolved | HandOffStarted) else None,
            }
        )
        key = f"{brief.run}\0{sequence}\0{number}"
        yield Saying(Resource.COMMUNICATION, key, content, kind, brief.urgency)


def _happening(event: EscalationEvent) -> Happening | None:
    match event:
        case Opened():
            return Happening.OPENED
        case SignalJoined():
            return Happening.JOINED
        case UrgencyRaised():
            return Happening.RAISED
        case Held():
            return Happening.TAKEN
        case GivenBack():
            return Happening.GIVEN_BACK
        case Reached():
            return Happening.REACHED
        case HandOffStarted():
            return Happening.HANDED_OFF
        case HandOffConfirmed():
            return Happening.CONTACT_CONFIRMED
        case Resolved():
            return Happening.RESOLVED
        case Withdrawn() | Merged():
            return Happening.WITHDRAWN
        case Undone():
            return Happening.REOPENED
        case _:
            return None


def _tells(event: EscalationEvent) -> bool:
    match event:
        case Opened():
            return substance.tells(event.signal.kind, (*event.signal.tags, *event.tags))
        case SignalJoined():
            return substance.tells(event.signal.kind, event.signal.tags)
        case _:
            return False


def _scored(event: Assessed | Retracted) -> Saying:
    gone = isinstance(event, Retracted)
    kind, urgency, tags = (
        (Kind.SCREEN_POSITIVE, None, ())
        if isinstance(event, Retracted)
        else (event.kind, event.urgency, event.tags)
    )
    content = ScreenTold(
        at=event.at,
        instrument=event.instrument,
        occurred_at=event.occurred_at,
        standing=Standing.ENTERED_IN_ERROR if isinstance(event, Retracted) else event.standing,
        result=None if isinstance(event, Retracted) else event.result,
        urgency=urgency,
        substance=substance.tells(kind, (event.instrument, *tags)),
    )
    return Saying(
        Resource.RISK_ASSESSMENT,
        f"{event.source}\0{event.document}",
        content,
        kind,
        urgency or Urgency.ROUTINE,
        begins=urgency is not None and not gone,
    )
