"""A call for help: the next step is paged as well, and the holder keeps holding it.

Theory: whoever acknowledges comes beside the holder instead of taking it from them, and the search
ends; until then the steps go on as ever, at any hour. Only the holder's own silence makes others
take it over: their clocks run on all the while.
"""

from contracts.escalations import HelpCalled, HelperJoined, HelperLeft, Telling
from contracts.pages import HelpAsked, PageAcknowledged
from services.escalation.core import holding, steps, telling
from services.escalation.core.draft import Draft


def help_asked(draft: Draft, event: HelpAsked) -> None:
    """Page the next step; the holder is told who that is."""
    run = draft.run
    if event.responder != run.holder:
        telling.tell(draft, event.responder, Telling.NOT_HOLDER, holder=run.holder or "")
        return
    if run.rules.steps:
        draft.add(HelpCalled(at=draft.now, responder=event.responder))
        steps.next_step(draft, at_once=True)
    _tell_who_comes(draft, event.responder)


def joins(draft: Draft, event: PageAcknowledged) -> None:
    """They are beside the holder; nobody further is looked for."""
    run = draft.run
    holder = run.holder or ""
    if event.responder not in run.helpers:
        draft.add(HelperJoined(at=draft.now, responder=event.responder, page=event.page))
        holding.stop_paging(draft, {event.responder})
        telling.tell(draft, holder, Telling.HELPER_COMES, next=event.responder)
    telling.tell(draft, event.responder, Telling.HELPING, holder=holder)


def leaves(draft: Draft, helper: str) -> None:
    """A helper passes after all: the call for help goes on at once."""
    holder = draft.run.holder or ""
    draft.add(HelperLeft(at=draft.now, responder=helper))
    if draft.run.covered and not draft.run.seeking:
        draft.add(HelpCalled(at=draft.now, responder=holder))
        steps.next_step(draft, at_once=True)
        _tell_who_comes(draft, holder)
    current = telling.listed([out.responder for out in draft.run.current])
    telling.tell(draft, helper, Telling.PASSED, next=current)


def _tell_who_comes(draft: Draft, holder: str) -> None:
    coming = [out.responder for out in draft.run.current if out.responder != holder]
    telling.tell(draft, holder, Telling.HELP_COMES, next=telling.listed(coming))
