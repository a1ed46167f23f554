"""What time does: one rule per clock. Each moves its own clock on, so nothing stays due."""

from datetime import timedelta

from contracts.escalations import ContactOverdue, HolderAsked, Reviewed, Telling
from contracts.values import Urgency
from services.escalation.core import drill, giving, holding, signatures, steps, telling
from services.escalation.core.draft import Draft
from services.escalation.core.due import Clock, clocks
from services.escalation.core.faults import raise_fault

REVIEW_AGAIN = timedelta(hours=24)
"""How often an overdue worklist entry is reported."""

_ORDER = (
    Clock.CONTACT_GRACE,
    Clock.CONFIRM_GRACE,
    Clock.START,
    Clock.IDLE_ASK,
    Clock.IDLE,
    Clock.STEP,
    Clock.REVIEW,
    Clock.CONTACT,
    Clock.CONFIRM,
    Clock.RESOLVE,
    Clock.SIGN,
    Clock.GIVE,
)
"""What pages anew goes first, so that a step that is due as well is not begun twice at once."""


def time_reached(draft: Draft) -> None:
    """Act on every clock that has come; each at most once, in the order above."""
    for clock in _ORDER:
        if any(one is clock and at <= draft.now for at, one in clocks(draft.run)):
            _ring(draft, clock)


def _ring(draft: Draft, clock: Clock) -> None:
    match clock:
        case Clock.START:
            steps.start_over(draft, draft.run.also)
        case Clock.STEP if draft.run.is_drill:
            drill.unanswered(draft)
        case Clock.STEP:
            steps.go_on(draft)
        case Clock.REVIEW:
            _review_overdue(draft)
        case Clock.CONTACT:
            _ask_contact(draft)
        case Clock.CONTACT_GRACE:
            draft.add(ContactOverdue(at=draft.now, why="contact_overdue"))
            steps.start_over(draft, also=_holder(draft))
        case Clock.IDLE_ASK:
            draft.add(HolderAsked(at=draft.now, why="idle"))
            holding.tell_holder(draft, Telling.REACHED_QUESTION)
        case Clock.IDLE:
            draft.add(ContactOverdue(at=draft.now, why="idle"))
            steps.next_step(draft)
        case Clock.RESOLVE:
            _ask_disposition(draft)
        case Clock.CONFIRM:
            _ask_hand_off(draft)
        case Clock.CONFIRM_GRACE:
            draft.add(ContactOverdue(at=draft.now, why="hand_off"))
            steps.start_over(draft, also=_holder(draft))
        case Clock.SIGN:
            _ask_signature(draft)
        case Clock.GIVE:
            giving.unanswered(draft)


def _holder(draft: Draft) -> tuple[str, ...]:
    return (draft.run.holder,) if draft.run.holder is not None else ()


def _review_overdue(draft: Draft) -> None:
    raise_fault(
        draft,
        "worklist",
        f"worklist entry overdue {draft.run.run}",
        f"Worklist entry {draft.run.code} was not closed in time. Look at it and close it.",
        Urgency.SOON,
    )
    draft.add(Reviewed(at=draft.now, next_at=draft.now + REVIEW_AGAIN))


def _ask_contact(draft: Draft) -> None:
    contact_by = draft.run.contact_by
    draft.add(HolderAsked(at=draft.now, why="contact_overdue"))
    holding.tell_holder(
        draft,
        Telling.CONTACT_OVERDUE,
        contact_by=contact_by.isoformat() if contact_by is not None else "",
    )


def _ask_disposition(draft: Draft) -> None:
    draft.add(HolderAsked(at=draft.now, why="disposition"))
    holding.tell_holder(draft, Telling.DISPOSITION_QUESTION)
    reporter = draft.run.reached_by
    if reporter is not None and reporter != draft.run.holder:
        telling.tell(draft, reporter, Telling.DISPOSITION_QUESTION)


def _ask_hand_off(draft: Draft) -> None:
    disposition = draft.run.hand_off.value if draft.run.hand_off is not None else ""
    draft.add(HolderAsked(at=draft.now, why="hand_off"))
    holding.tell_holder(draft, Telling.HAND_OFF_QUESTION, disposition=disposition)
    giver = draft.run.hand_off_by
    if giver is not None and giver != draft.run.holder:
        telling.tell(draft, giver, Telling.HAND_OFF_QUESTION, disposition=disposition)


def _ask_signature(draft: Draft) -> None:
    unsigned = draft.run.unsigned
    if unsigned is not None:
        signatures.ask(draft, unsigned.responder, unsigned.disposition)
