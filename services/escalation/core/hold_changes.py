"""Changes of state around the holder: held, asked, reached, handed off, closed; only `evolve` calls them."""

from datetime import datetime, timedelta
from typing import Any

from contracts.escalations import (
    EscalationStatus,
    GivenBack,
    GiveStarted,
    HandOffStarted,
    Held,
    HelpCalled,
    HelperJoined,
    HelperLeft,
    HolderAsked,
    Reached,
    Resolved,
    SignatureAsked,
    Snoozed,
    Undone,
)
from contracts.values import Urgency
from services.escalation.core.state import Giving, PageOut, Run, Unsigned

BREATH = timedelta(minutes=2)
"""After something was taken back, the holder has at least so long before the next question."""
ASK_AGAIN = timedelta(hours=1)
"""How often a disposition that is overdue is asked for."""
ASK_AGAIN_LATER = timedelta(hours=24)
"""... when the run is soon or routine."""

LOUD = (Urgency.URGENT, Urgency.IMMINENT)

NO_ANSWERS: dict[str, Any] = {
    "reached_by": None,
    "reached_at": None,
    "resolve_by": None,
    "hand_off": None,
    "hand_off_by": None,
    "hand_off_at": None,
    "confirm_by": None,
    "unsigned": None,
}
QUIET_CLOCKS: dict[str, Any] = {
    "asked_at": None,
    "idle_asked_at": None,
    "contested": "",
    "lapsed": False,
    "from_first": False,
    "also": (),
}


def held(run: Run, event: Held) -> Run:
    """Somebody holds it; what an earlier holder had answered counts only if they gave it to them."""
    anew = {} if run.is_given_to(event.responder) else {**NO_ANSWERS, "status": EscalationStatus.HELD}
    return run.model_copy(
        update={
            **anew,
            **QUIET_CLOCKS,
            "giving": None,
            "helpers": tuple(one for one in run.helpers if one != event.responder),
            "holder": event.responder,
            "held_urgency": event.urgency,
            "contact_by": event.contact_by,
            "active_at": event.at,
            "bridged": False,
            "step_ends_at": None,
            "starts_at": None,
            "review_at": None,
            "out": without(run, event.page),
        }
    )


def given_back(run: Run, event: GivenBack) -> Run:
    """Nobody holds it; a policy without steps makes it a worklist entry again."""
    pages = bool(run.rules.steps)
    return run.model_copy(
        update={
            **NO_ANSWERS,
            **QUIET_CLOCKS,
            "status": EscalationStatus.PAGING if pages else EscalationStatus.WORKLIST,
            "review_at": None if pages else event.at + run.rules.resolve_within,
            "step_ends_at": None,
            "holder": None,
            "contact_by": None,
            "active_at": None,
            "giving": None,
            "helpers": (),
            "gone": tuple(dict.fromkeys((*run.gone, event.responder))),
        }
    )


def holder_asked(run: Run, event: HolderAsked) -> Run:
    """The holder was asked; the clock that asked goes on to its next moment."""
    match event.why:
        case "idle":
            return run.model_copy(update={"idle_asked_at": event.at})
        case "contact_overdue" | "hand_off":
            return run.model_copy(update={"asked_at": event.at})
        case "disposition":
            again = ASK_AGAIN if run.urgency in LOUD else ASK_AGAIN_LATER
            return run.model_copy(update={"resolve_by": event.at + again})


def active(run: Run, responder: str, at: datetime) -> Run:
    """The holder did something: the idle clock starts anew."""
    if responder != run.holder:
        return run
    return run.model_copy(update={"active_at": at, "idle_asked_at": None})


def give_started(run: Run, event: GiveStarted) -> Run:
    """The holder asked somebody by name; an earlier such question is forgotten.

    Whoever was asked by a step already still counts as asked by it.
    """
    giving = Giving(asked=event.asked, page=event.page, ends_at=event.ends_at)
    out = tuple(
        one.model_copy(update={"turn": event.turn}) if one.page == event.page else one for one in run.out
    )
    return active(run, event.responder, event.at).model_copy(update={"giving": giving, "out": out})


def help_called(run: Run, event: HelpCalled) -> Run:
    """Others are paged beside the holder; where they are paged to take over, they still are."""
    contested = (run.contested or "help") if run.covered else run.contested
    return active(run, event.responder, event.at).model_copy(update={"contested": contested})


def helper_joined(run: Run, event: HelperJoined) -> Run:
    """Somebody is beside the holder: nobody further is looked for."""
    return run.model_copy(
        update={
            "helpers": tuple(dict.fromkeys((*run.helpers, event.responder))),
            "contested": "",
            "step_ends_at": None,
            "out": without(run, event.page),
        }
    )


def helper_left(run: Run, event: HelperLeft) -> Run:
    """A helper passed; they are not asked again in this round."""
    return run.model_copy(
        update={
            "helpers": tuple(one for one in run.helpers if one != event.responder),
            "gone": tuple(dict.fromkeys((*run.gone, event.responder))),
        }
    )


def snoozed(run: Run, event: Snoozed) -> Run:
    """The holder's next question is put off; nothing else is."""
    clock = "resolve_by" if run.status is EscalationStatus.REACHED else "contact_by"
    return active(run, event.responder, event.at).model_copy(update={clock: event.until, "asked_at": None})


def reached(run: Run, event: Reached) -> Run:
    """The patient was reached: nobody is looked for any more; a disposition is due."""
    return _answered(run, event.at).model_copy(
        update={
            "status": EscalationStatus.REACHED,
            "reached_by": event.responder,
            "reached_at": event.at,
            "resolve_by": event.resolve_by,
            "hand_off": None,
            "confirm_by": None,
        }
    )


def hand_off_started(run: Run, event: HandOffStarted) -> Run:
    """Somebody outside acts now: open until contact is confirmed."""
    return _answered(run, event.at).model_copy(
        update={
            "status": EscalationStatus.HANDED_OFF,
            "hand_off": event.disposition,
            "hand_off_by": event.responder,
            "hand_off_at": event.at,
            "hand_off_evidence": run.evidence,
            "unsigned": None,
            "confirm_by": event.confirm_by,
        }
    )


def signature_asked(run: Run, event: SignatureAsked) -> Run:
    """A disposition waits for a second person; asking again is one step wider."""
    before = run.unsigned
    same = before is not None and before.responder == event.responder
    earlier = before.asked if before is not None and same else 0
    asked = earlier if event.waits else earlier + 1
    unsigned = Unsigned(
        responder=event.responder, disposition=event.disposition, sign_by=event.sign_by, asked=asked
    )
    return _answered(run, event.at).model_copy(update={"unsigned": unsigned})


def _answered(run: Run, at: datetime) -> Run:
    """An answer that covers everything told so far ends the search and the questions."""
    return run.model_copy(
        update={
            **QUIET_CLOCKS,
            "active_at": at,
            "step_ends_at": None,
            "starts_at": None,
            "held_urgency": run.urgency,
        }
    )


def resolved(run: Run, event: Resolved) -> Run:
    """Closed by a person; `undo` can still open it."""
    return closed(run).model_copy(
        update={
            "before_close": run.status,
            "closed_by": event.responder,
            "undo_until": event.undo_until,
            "step_ends_at": None if run.holder else run.step_ends_at,
        }
    )


def closed(run: Run) -> Run:
    """Nothing is due any more."""
    return run.model_copy(
        update={
            **QUIET_CLOCKS,
            "status": EscalationStatus.CLOSED,
            "unsigned": None,
            "giving": None,
            "helpers": (),
            "step_ends_at": None,
            "closed_by": None,
            "undo_until": None,
            "held_urgency": run.urgency if run.holder else run.held_urgency,
        }
    )


def undone(run: Run, event: Undone) -> Run:
    """The last answer was taken back: the run is where it was, with at least two minutes to act."""
    changed: dict[str, Any] = breathing(run, event.at) | {"unsigned": None}
    held_or_reached = EscalationStatus.REACHED if run.reached_by else EscalationStatus.HELD
    if run.status is EscalationStatus.CLOSED:
        changed |= {"status": run.before_close, "closed_by": None, "undo_until": None}
    elif event.what == "reached":
        changed |= {**NO_ANSWERS, "status": EscalationStatus.HELD}
    elif run.status is EscalationStatus.HANDED_OFF:
        changed |= {"status": held_or_reached, "hand_off": None, "confirm_by": None}
    return run.model_copy(update=changed)


def without(run: Run, page: str) -> tuple[PageOut, ...]:
    """Return the pages still out but this one."""
    return tuple(out for out in run.out if out.page != page)


def breathing(run: Run, at: datetime) -> dict[str, Any]:
    """Return the clocks moved on, so that none asks within the next two minutes."""
    earliest = at + BREATH
    later = {
        name: max(moment, earliest)
        for name in ("contact_by", "resolve_by", "confirm_by", "step_ends_at", "review_at")
        if isinstance(moment := getattr(run, name), datetime)
    }
    clocks = {"asked_at": None, "idle_asked_at": None} if run.seeking else QUIET_CLOCKS
    return {**clocks, **later, "active_at": at}
