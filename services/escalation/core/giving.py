"""Handing over to a named person: they are paged, and the holder holds it until they take it.

Theory: while somebody was asked by name nothing else changes: every clock of the holder runs on,
and others are paged as they would have been. Somebody whom a step had paged already still counts as
paged by it: if they pass, the next are paged at once, and not taking it by name ends no page of a step.
Taken, it is theirs as it stands: what was reached, handed off or waits for a signature stays so, and the
time to reach the patient does not begin anew.
"""

from datetime import timedelta
from typing import Literal

from contracts.escalations import GiveEnded, GiveStarted, Telling
from contracts.pages import GiveAsked
from contracts.people import Person
from contracts.values import Urgency
from services.escalation.core import holding, targets, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import Giving

ANSWER_WITHIN = timedelta(minutes=5)
"""How long the person asked has to take it. Ours; sites approve."""
ANSWER_WITHIN_IMMINENT = timedelta(minutes=3)


def give_asked(draft: Draft, event: GiveAsked) -> None:
    """The holder asks somebody by name; a second such question replaces the first."""
    run = draft.run
    if event.responder != run.holder:
        telling.tell(draft, event.responder, Telling.NOT_HOLDER, holder=run.holder or "")
        return
    person = _asked(draft, event.asked)
    if person is None:
        telling.tell(draft, event.responder, Telling.GIVE_UNKNOWN)
        return
    _stop(draft, but=person.id)
    _start(draft, event.responder, person)
    telling.tell(draft, event.responder, Telling.GIVE_ASKED, next=person.id)


def refused(draft: Draft, responder: str, why: Literal["declined", "exhausted"]) -> bool:
    """End it if it was this person who was asked; the holder is told. Return whether it was."""
    giving = draft.run.giving
    if giving is None or giving.asked != responder:
        return False
    _end(draft, giving, why)
    return True


def unanswered(draft: Draft) -> None:
    """Their time is over: the page is stopped and the holder told."""
    giving = draft.run.giving
    if giving is None:
        return
    _stop(draft)
    _end(draft, giving, "unanswered")


def _asked(draft: Draft, who: str | None) -> Person | None:
    """Return them if they can be paged about it and do not hold it already."""
    run = draft.run
    if who is None or who == run.holder or who in run.not_to:
        return None
    person = draft.world.people.get(who)
    return person if targets.pageable(person) else None


def _start(draft: Draft, holder: str, person: Person) -> None:
    run, now = draft.run, draft.now
    asked = next((out for out in run.current if out.responder == person.id), None)
    within = ANSWER_WITHIN_IMMINENT if run.urgency is Urgency.IMMINENT else ANSWER_WITHIN
    page = telling.page(draft, person, given_by=holder, contact_by=holding.contact_if_given(run, now))
    turn = asked.turn if asked is not None and run.seeking else -1
    draft.add(
        GiveStarted(at=now, responder=holder, asked=person.id, page=page, ends_at=now + within, turn=turn)
    )


def _end(draft: Draft, giving: Giving, why: Literal["declined", "exhausted", "unanswered"]) -> None:
    draft.add(GiveEnded(at=draft.now, asked=giving.asked, why=why))
    holding.tell_holder(draft, Telling.GIVE_REFUSED, next=giving.asked)


def _stop(draft: Draft, but: str = "") -> None:
    """Withdraw the page to whoever was asked, and tell them that they need do nothing.

    Unless a step asked them as well: then they are still asked.
    """
    run, giving = draft.run, draft.run.giving
    out = next((out for out in run.out if giving is not None and out.page == giving.page), None)
    if out is None or out.responder == but or (run.seeking and out in run.current):
        return
    telling.withdraw(draft, out, "held")
    telling.tell(draft, out.responder, Telling.OTHER_HAS_IT, holder=run.holder or "")
