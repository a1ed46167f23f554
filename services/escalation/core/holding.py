"""The holder: who they are, what they are told, and what happens when they can't be told."""

from datetime import datetime

from contracts.escalations import ContactCalled, ContactOverdue, Held, HolderActive, Telling
from contracts.pages import CallAsked, MessageFailed
from services.escalation.core import hours, steps, telling
from services.escalation.core.draft import Draft
from services.escalation.core.hold_changes import BREATH
from services.escalation.core.state import Run


def hold(draft: Draft, responder: str, page: str, evidence: int) -> None:
    """Make them the holder, stop all other pages, and tell everybody who was asked."""
    run = draft.run
    earlier = run.holder if run.holder != responder else None
    given = run.is_given_to(responder)
    draft.add(
        Held(
            at=draft.now,
            responder=responder,
            page=page,
            urgency=run.urgency,
            evidence=evidence,
            contact_by=contact_if_given(run, draft.now) if given else contact_by(run, draft.now),
            before=earlier,
        )
    )
    stop_paging(draft, {responder, earlier})
    if earlier is not None:
        telling.tell(draft, earlier, Telling.HANDED_OVER, holder=responder)
    for helper in draft.run.helpers:
        telling.tell(draft, helper, Telling.HELPING, holder=responder)


def contact_by(run: Run, now: datetime) -> datetime:
    """Return by when whoever takes it now must have reached the patient; never in the quiet hours."""
    return hours.by_day(run, now + (run.rules.resolve_within if run.is_fault else run.rules.reach_within))


def contact_if_given(run: Run, now: datetime) -> datetime:
    """Return by when somebody to whom it is given now must have reached the patient.

    What is left of the holder's time, with a moment to begin: handing over wins no time.
    """
    fresh = contact_by(run, now)
    if run.contact_by is None or run.lapsed or not run.covered:
        return fresh
    return hours.by_day(run, min(max(run.contact_by, now + BREATH), fresh))


def stop_paging(draft: Draft, not_told: set[str | None]) -> None:
    """Withdraw every page still out, and tell those who were asked that it is in hand.

    But for whoever the holder asked by name to take it over: that question stands.
    """
    holder, giving = draft.run.holder, draft.run.giving
    for other in telling.withdraw_all(draft, "held", but=giving.page if giving is not None else ""):
        if holder is not None and other not in not_told | {holder}:
            telling.tell(draft, other, Telling.OTHER_HAS_IT, holder=holder)


def tell_holder(draft: Draft, what: Telling, /, **args: str) -> None:
    """Tell the holder; if there is no way to, others are paged in the same second."""
    holder = draft.run.holder
    if holder is None or telling.tell(draft, holder, what, **args):
        return
    if not draft.run.open or draft.run.seeking:
        return
    draft.add(ContactOverdue(at=draft.now, why="message_failed"))
    steps.next_step(draft)


def message_failed(draft: Draft, event: MessageFailed) -> None:
    """A holder who can't be told is as good as none: the next step is paged at once."""
    if event.responder != draft.run.holder:
        return
    at_once = hours.cannot_wait(draft.run)
    draft.add(ContactOverdue(at=draft.now, why="message_failed"))
    steps.next_step(draft, at_once=at_once)


def call_asked(draft: Draft, event: CallAsked) -> None:
    """Connect the holder with the patient; nobody else, and not about the system itself."""
    run = draft.run
    if run.is_fault or event.responder != run.holder:
        telling.tell(draft, event.responder, Telling.NOT_HOLDER, holder=run.holder or "")
        return
    draft.add(HolderActive(at=draft.now, responder=event.responder))
    if event.contact:
        draft.add(ContactCalled(at=draft.now, responder=event.responder, contact=event.contact))
        telling.bridge(draft, event.responder, None, event.contact)
        return
    telling.bridge(draft, event.responder, None if run.bridged else run.room)


def note_activity(draft: Draft, responder: str) -> None:
    """Whatever the holder sends shows that they are at it."""
    run = draft.run
    if run.open and run.holder == responder and run.active_at != draft.now:
        draft.add(HolderActive(at=draft.now, responder=responder))
