"""What others are told of a follow-up, made from its state alone: a repetition is the same. Pure."""

from dataclasses import dataclass

from contracts.outreach import OutreachAsked, OutreachDropped, OutreachKind
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from contracts.values import Kind, Sealed, Urgency, Value
from services.followup.core.state import Debt, Followup, Owed

SOURCE = "followup"


@dataclass(frozen=True, slots=True)
class Message:
    """A fact to publish, and its deduplication id."""

    subject: str
    id: str
    value: Value


def message(state: Followup, owed: Owed, sealed: Sealed | None = None) -> Message | None:
    """Return what is to be published for something owed; None if it makes no sense any more.

    `sealed`: what is texted, where it is no fixed wording.
    """
    match owed.what:
        case Debt.SIGNAL:
            return _overdue(state, owed)
        case Debt.FOLLOWED:
            return _followed(state, owed)
        case Debt.TEXT:
            return _text(state, owed, sealed)
        case Debt.DROPPED:
            return _dropped(state, owed)
        case Debt.CONCERN:
            return _concern(state, owed)
        case Debt.RECEIVED:
            # Texted to the contact, by the part that sends.
            return None


def _overdue(state: Followup, owed: Owed) -> Message:
    tags = ("overdue", str(owed.kind)) if owed.kind is not None else ("overdue",)
    signal = Signal(
        id=_signal_id(owed),
        kind=Kind.FOLLOW_UP_DUE,
        urgency=owed.urgency,
        patient=state.patient,
        occurred_at=owed.happened_at or owed.since,
        received_at=owed.since,
        source=SOURCE,
        evidence=f"FOLLOWUPS:{owed.about}",
        tags=tags,
        also_to=(owed.owner,) if owed.owner is not None else (),
    )
    return Message(f"signals.{signal.kind}", signal.id, signal)


def _followed(state: Followup, owed: Owed) -> Message:
    followed = SignalFollowed(
        id=f"{_signal_id(owed)}/done",
        signal=_signal_id(owed),
        patient=state.patient,
        at=owed.since,
        received_at=owed.since,
        what="task_done",
        source=SOURCE,
    )
    return Message(f"programme.signal_followed.{state.patient}", followed.id, followed)


def _text(state: Followup, owed: Owed, sealed: Sealed | None) -> Message | None:
    text = state.text(owed.about)
    if text is None:
        return None
    asked = OutreachAsked(
        at=text.at,
        outreach=text.outreach,
        patient=state.patient,
        kind=text.kind,
        send_by=text.send_by,
        variant=text.variant,
        sealed=sealed,
        # What a person chose or the patient asked for comes in a crisis, too; the calendar never does.
        during_crisis=text.kind in (OutreachKind.SAFETY_PLAN, OutreachKind.EDUCATION),
    )
    return Message(f"outreach.{state.patient}", asked.outreach, asked)


def _dropped(state: Followup, owed: Owed) -> Message:
    dropped = OutreachDropped(at=owed.since, outreach=owed.about, patient=state.patient, why="care_ended")
    return Message(f"outreach.{state.patient}", f"{owed.about}/dropped", dropped)


def _concern(state: Followup, owed: Owed) -> Message:
    signal = Signal(
        id=f"{SOURCE}/concern/{owed.about}",
        kind=Kind.CONCERN_RAISED,
        urgency=Urgency.URGENT,
        patient=state.patient,
        occurred_at=owed.since,
        received_at=owed.since,
        source=SOURCE,
        evidence=f"CARRIER:{owed.number}",
        tags=("support_contact",),
    )
    return Message(f"signals.{signal.kind}", signal.id, signal)


def _signal_id(owed: Owed) -> str:
    return f"{SOURCE}/{owed.about}/{owed.number}"
