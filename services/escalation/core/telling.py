"""What is asked of paging: a page, its withdrawal, a message, a bridged call."""

from collections.abc import Sequence
from datetime import datetime

from contracts.escalations import BridgeRequested, PageRequested, PageWithdrawn, ResponderTold, Telling
from contracts.people import ContactMethod, Person
from services.escalation.core import hours
from services.escalation.core.draft import Draft
from services.escalation.core.state import DRILL_POLICY, PageOut


def live_methods(person: Person) -> tuple[ContactMethod, ...]:
    """Return the contact methods that still work, in their order."""
    return tuple(method for method in person.methods if method.dead_since is None)


def page(
    draft: Draft, person: Person, given_by: str | None = None, contact_by: datetime | None = None
) -> str:
    """Page this person and return the page's id; a page of theirs still out is superseded by it.

    `given_by`: the holder who asks them by name. `contact_by`: by when the patient should be
    reached, if that is not the policy's own span from now on.
    """
    for out in draft.run.out:
        if out.responder == person.id:
            withdraw(draft, out, "superseded")
    run = draft.run
    within = run.rules.resolve_within if run.is_fault else run.rules.reach_within
    page_id = f"{run.run}-p{run.serial + 1}"
    draft.paged.add(person.id)
    draft.add(
        PageRequested(
            at=draft.now,
            page=page_id,
            responder=person.id,
            run=run.run,
            subject=run.subject,
            code=run.code,
            urgency=run.urgency,
            kind=run.kind,
            evidence=run.evidence,
            round=run.round,
            step=max(run.step, 0),
            contact_by=contact_by or hours.by_day(run, draft.now + within),
            methods=live_methods(person),
            zone=person.zone,
            test=run.is_drill,
            drill=run.is_drill and run.rules.id == DRILL_POLICY,
            given_by=given_by,
        )
    )
    return page_id


def withdraw(draft: Draft, out: PageOut, reason: str) -> None:
    """Stop a page that is still out."""
    run = draft.run
    draft.add(
        PageWithdrawn.model_validate(
            {
                "at": draft.now,
                "page": out.page,
                "responder": out.responder,
                "run": run.run,
                "subject": run.subject,
                "reason": reason,
                "holder": run.holder,
            }
        )
    )


def withdraw_all(draft: Draft, reason: str, but: str = "") -> tuple[str, ...]:
    """Stop every page still out but that one; return whose they were."""
    out = [one for one in draft.run.out if one.page != but]
    for one in out:
        withdraw(draft, one, reason)
    return tuple(dict.fromkeys(one.responder for one in out))


def tell(draft: Draft, responder: str, telling: Telling, /, **args: str) -> bool:
    """Send them a message about the present run; return whether they have a method to send it to."""
    run = draft.run
    return tell_of(draft, responder, telling, run.run, run.code, args)


def tell_of(
    draft: Draft, responder: str, telling: Telling, run_id: str, code: str, args: dict[str, str]
) -> bool:
    """Send them a message about this run, which may be an earlier one."""
    person = draft.world.people.get(responder)
    if person is None or not live_methods(person):
        return False
    run = draft.run
    draft.add(
        ResponderTold(
            at=draft.now,
            message=f"{run.run or run.about}-m{run.serial + 1}",
            responder=responder,
            run=run_id,
            subject=run.subject,
            code=code,
            urgency=run.urgency,
            kind=run.kind,
            evidence=run.evidence,
            telling=telling,
            args=args,
            methods=live_methods(person),
            zone=person.zone,
        )
    )
    return True


def bridge(draft: Draft, responder: str, room: str | None, contact: int = 0) -> None:
    """Call the responder and connect them with the patient, or with the room where they wait.

    `contact`: with the support contact of that number instead.
    """
    person = draft.world.people.get(responder)
    run = draft.run
    if person is None or not live_methods(person):
        return
    draft.add(
        BridgeRequested(
            at=draft.now,
            bridge=f"{run.run}-b{run.serial + 1}",
            responder=responder,
            run=run.run,
            subject=run.subject,
            code=run.code,
            urgency=run.urgency,
            kind=run.kind,
            patient=run.about,
            room=room,
            contact=contact,
            methods=live_methods(person),
            zone=person.zone,
        )
    )


def listed(responders: Sequence[str]) -> str:
    """Return ids as a message's argument, nobody twice."""
    return ",".join(dict.fromkeys(responders))
