"""Answers to pages: taken, passed, or no method got through."""

from contracts.escalations import GivenBack, PageEnded, Telling
from contracts.pages import PageAcknowledged, PageDeclined, PageExhausted
from contracts.people import FIRST_LANGUAGE
from contracts.values import Channel
from services.escalation.core import drill, giving, helping, holding, hours, steps, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import PageOut, Run


def acknowledged(draft: Draft, event: PageAcknowledged) -> None:
    """The first to take it holds it; later ones are told who does."""
    run = draft.run
    if event.urgency.rank < run.urgency.rank:
        telling.tell(draft, event.responder, Telling.MORE_URGENT, urgency=run.urgency.value)
    elif run.holder is None or _takes_over(run, event.responder):
        _take(draft, event)
    elif run.holder == event.responder:
        _tell_taken(draft, event.evidence)
    elif run.contested == "help" or event.responder in run.helpers:
        helping.joins(draft, event)
    else:
        telling.tell(draft, event.responder, Telling.OTHER_HAS_IT, holder=run.holder)


def declined(draft: Draft, event: PageDeclined) -> None:
    """Somebody passes: the next are paged at once, and they are told who that is.

    After the holder whoever helped is asked to take it too. In the quiet hours all in the morning.
    """
    helpers, at_once = draft.run.helpers, hours.cannot_wait(draft.run)
    if event.responder == draft.run.holder:
        draft.add(GivenBack(at=draft.now, responder=event.responder))
        steps.next_step(draft, helpers, at_once=at_once)
        telling.tell(draft, event.responder, Telling.GIVEN_BACK, **_next(draft))
        return
    if event.responder in draft.run.helpers:
        helping.leaves(draft, event.responder)
        return
    out = _page_of(draft.run, event.page, event.responder)
    if out is not None:
        draft.add(PageEnded(at=draft.now, page=out.page, responder=out.responder, outcome="declined"))
        asked_by_name = giving.refused(draft, event.responder, "declined")
        _go_on(draft, out)
        if asked_by_name and draft.run.holder is not None:
            telling.tell(draft, event.responder, Telling.OTHER_HAS_IT, holder=draft.run.holder)
            return
    elif draft.run.holder is not None:
        telling.tell(draft, event.responder, Telling.OTHER_HAS_IT, holder=draft.run.holder)
        return
    telling.tell(draft, event.responder, Telling.PASSED, **_next(draft))


def exhausted(draft: Draft, event: PageExhausted) -> None:
    """No method got through: the next are paged at once."""
    out = next((out for out in draft.run.out if out.page == event.page), None)
    if out is None:
        return
    draft.add(
        PageEnded(
            at=draft.now,
            page=out.page,
            responder=out.responder,
            outcome="exhausted",
            codes=event.codes,
        )
    )
    giving.refused(draft, out.responder, "exhausted")
    _go_on(draft, out)


def _takes_over(run: Run, responder: str) -> bool:
    """Whether an acknowledgement makes them holder although somebody holds it."""
    open_to_all = run.contested not in ("", "help") and responder != run.holder
    return not run.covered or run.lapsed or open_to_all or run.is_given_to(responder)


def _take(draft: Draft, event: PageAcknowledged) -> None:
    holding.hold(draft, event.responder, event.page, event.evidence)
    room = draft.run.room
    if room is not None and event.channel is Channel.SMS:
        telling.bridge(draft, event.responder, room)
    _tell_taken(draft, event.evidence)


def _tell_taken(draft: Draft, told: int) -> None:
    run = draft.run
    untold = max(0, run.evidence - told)
    contact_by = run.contact_by.isoformat() if run.contact_by is not None else ""
    speaks = {} if run.language in ("", FIRST_LANGUAGE) else {"language": run.language}
    holding.tell_holder(draft, Telling.YOU_HAVE_IT, contact_by=contact_by, untold=str(untold), **speaks)
    if untold:
        holding.tell_holder(draft, Telling.NEW_SIGNAL, kind=run.kind.value, urgency=run.urgency.value)


def _page_of(run: Run, page: str, responder: str) -> PageOut | None:
    """The page that is meant: a pass to an older page of theirs means the one that is out."""
    theirs = [out for out in run.out if out.responder == responder]
    return next((out for out in theirs if out.page == page), theirs[-1] if theirs else None)


def _go_on(draft: Draft, ended: PageOut) -> None:
    """Begin the next step. In the last one, people who may still answer are not paged afresh."""
    run = draft.run
    if not run.seeking or ended.turn != run.turn:
        return
    if run.is_drill:
        if not run.current:
            drill.unanswered(draft)
        return
    is_last = run.step + 1 >= len(run.rules.steps)
    if not (is_last and run.current):
        steps.next_step(draft)


def _next(draft: Draft) -> dict[str, str]:
    """Who is paged next; in the quiet hours also when."""
    run = draft.run
    args = {"next": telling.listed([out.responder for out in run.current])}
    if run.step_ends_at is not None and hours.paging_goes_on(run, draft.now) > draft.now:
        args["at"] = run.step_ends_at.isoformat()
    return args
