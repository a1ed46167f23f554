"""Test pages and drills: somebody is paged to prove that they are reached; nothing is wrong.

A test page goes to one person; a drill to whoever is on call. Such a run pages nobody else, and
ends by itself: when somebody answers, or when nobody does, and then ops are told. A drill never
goes to whoever holds a real run or has a page of one out, and ends at once when a real page comes.
"""

from datetime import timedelta
from typing import Literal

from contracts.escalations import DrillEnded, FaultRaised, Resolved, StepStarted, Telling
from contracts.pages import DispositionGiven, PageAcknowledged, PageDeclined, PatientReached, ToEscalation
from contracts.policies import Policy, Step, Target
from contracts.signals import Signal
from contracts.values import Disposition, Kind, Urgency
from services.escalation.core import holding, targets, telling
from services.escalation.core.draft import Draft
from services.escalation.core.state import DRILL_POLICY, TEST_POLICY

TAG = "test"
"""The tag of a signal that asks for a test page; the tag `to:<person>` beside it says whose."""
DRILL_TAG = "drill"
"""The tag of a signal that asks for a drill; `schedule:<id>` beside it says whose turn is drilled.

With `to:<person>` as well only that person is paged.
"""
_TO, _SCHEDULE = "to:", "schedule:"
WAIT = timedelta(minutes=3)
"""How long the people paged have to answer."""
Why = Literal["answered", "unanswered", "busy", "interrupted", "nobody"]


def policy_for(signal: Signal) -> Policy | None:
    """Return the policy of a test page or a drill, or None when the signal asks for neither."""
    if signal.kind is not Kind.SYSTEM_FAULT:
        return None
    whom, schedule = _named(signal, _TO), _named(signal, _SCHEDULE)
    area = signal.area or ""
    if DRILL_TAG in signal.tags and schedule and area.startswith(f"{DRILL_POLICY}-"):
        target = Target(person=whom) if whom else Target(schedule=schedule)
        return _policy(DRILL_POLICY, f"A drill of {schedule}", target)
    if TAG in signal.tags and whom and area.startswith(f"{TEST_POLICY}-"):
        return _policy(TEST_POLICY, "A test page", Target(person=whom))
    return None


def begin(draft: Draft) -> None:
    """Page those of them who have nothing real to do; if there is nobody, it is over at once."""
    step = draft.run.rules.steps[0]
    found = targets.find(draft, step.page)
    free = [person for person in found.people if person.id not in _engaged(draft)]
    if not free:
        busy = tuple(person.id for person in found.people)
        _end(draft, "busy" if busy else "nobody", None, ())
        return
    draft.add(StepStarted(at=draft.now, round=0, step=0, ends_at=draft.now + step.wait))
    for person in free:
        telling.page(draft, person)


def heard(draft: Draft, event: ToEscalation) -> None:
    """Any answer says that they were reached, which is all that was asked; a look says nothing."""
    match event:
        case PageAcknowledged() | PatientReached() | DispositionGiven():
            answered(draft, event.responder, event.page, event.evidence)
        case PageDeclined():
            answered(draft, event.responder, event.page, draft.run.evidence)
        case _:
            return


def answered(draft: Draft, responder: str, page: str, evidence: int) -> None:
    """The page reached them: the run is over, and they are told after how many seconds."""
    paged = _paged(draft)
    holding.hold(draft, responder, page, evidence)
    _end(draft, "answered", responder, paged)
    if _is_to_whoever_is_on_call(draft):
        telling.tell(draft, responder, Telling.DRILL_ANSWERED, seconds=str(_seconds(draft)))
    else:
        telling.tell(draft, responder, Telling.TEST_ANSWERED)


def unanswered(draft: Draft) -> None:
    """Nobody answered: it is over. Ops learn of it, unless something real kept them from it."""
    paged = _paged(draft)
    kept = set(paged) & _engaged(draft)
    _end(draft, "interrupted" if kept else "unanswered", None, paged)


def interrupted(draft: Draft, responder: str) -> None:
    """A real page goes to somebody whose drill is out: the drill is over at once."""
    theirs = any(out.responder == responder for out in draft.run.out)
    if draft.run.open and draft.run.is_drill and _is_to_whoever_is_on_call(draft) and theirs:
        _end(draft, "interrupted", None, _paged(draft))


def _policy(policy_id: str, title: str, target: Target) -> Policy:
    steps = (Step(page=(target,), wait=WAIT),)
    return Policy(id=policy_id, title=title, steps=steps, reach_within=WAIT)


def _named(signal: Signal, prefix: str) -> str:
    return next((tag.removeprefix(prefix) for tag in signal.tags if tag.startswith(prefix)), "")


def _end(draft: Draft, why: Why, responder: str | None, paged: tuple[str, ...]) -> None:
    """Close it, and say how it ended; ops are told only of a failure."""
    drilled = _is_to_whoever_is_on_call(draft)
    if drilled:
        draft.add(
            DrillEnded(
                at=draft.now,
                schedule=_schedule(draft),
                why=why,
                responder=responder,
                paged=paged,
                seconds=_seconds(draft),
            )
        )
    if why in ("unanswered", "nobody"):
        _tell_ops(draft, why, paged)
    telling.withdraw_all(draft, "closed")
    closed_by = responder or next(iter(paged), "nobody")
    disposition = _DISPOSITIONS[why]
    draft.add(Resolved(at=draft.now, responder=closed_by, disposition=disposition, undo_until=draft.now))


_DISPOSITIONS: dict[Why, Disposition] = {
    "answered": Disposition.FIXED,
    "unanswered": Disposition.COULD_NOT_REACH,
    "nobody": Disposition.COULD_NOT_REACH,
    "busy": Disposition.SENT_IN_ERROR,
    "interrupted": Disposition.SENT_IN_ERROR,
}


def _tell_ops(draft: Draft, why: Why, paged: tuple[str, ...]) -> None:
    drilled = _is_to_whoever_is_on_call(draft)
    what = f"a drill of {_schedule(draft)}" if drilled else "a test page"
    people = ", ".join(paged) or draft.run.about
    note = (
        f"{people} did not answer {what}. Check their phone, then people.yaml."
        if why == "unanswered"
        else f"Nobody could be paged for {what}. See `vigil who` and people.yaml."
    )
    draft.add(
        FaultRaised(
            at=draft.now,
            fault=f"{draft.run.about[:60]}-{draft.now:%Y%m%d%H%M}",
            area="reachability",
            note=note,
            # A drill that failed is mended by day: the next step would have been paged.
            urgency=Urgency.SOON if drilled else Urgency.URGENT,
        )
    )


def _engaged(draft: Draft) -> frozenset[str]:
    """Who has something real to do; a test page is asked for by name and goes out all the same."""
    return draft.world.engaged if _is_to_whoever_is_on_call(draft) else frozenset()


def _is_to_whoever_is_on_call(draft: Draft) -> bool:
    return draft.run.rules.id == DRILL_POLICY


def _schedule(draft: Draft) -> str:
    return draft.run.about.removeprefix("drill-")


def _paged(draft: Draft) -> tuple[str, ...]:
    run = draft.run
    return tuple(dict.fromkeys((*run.gone, *(out.responder for out in run.out))))


def _seconds(draft: Draft) -> int:
    run = draft.run
    return int((draft.now - run.opened_at).total_seconds()) if run.opened_at is not None else 0
