"""Steps and rounds: whom to page next. Never nobody, never the same step for ever.

Theory: `next_step` and `start_over` always end with a step that began, or with a moment at which
to look again. A round whose people all passed or couldn't be reached does not begin anew at
once: the floor keeps two rounds apart, but never longer than the policy's own waits would. In the
quiet hours of its policy that moment is the morning.
"""

from datetime import datetime, timedelta

from contracts.escalations import Reviewed, StepSkipped, StepStarted
from contracts.people import Person
from contracts.values import Urgency
from services.escalation.core import hours, targets, telling
from services.escalation.core.draft import Draft
from services.escalation.core.faults import raise_fault
from services.escalation.core.state import Run

ROUNDS_APART = timedelta(seconds=60)
"""A new round begins no sooner than so long after the one before it began."""
ROUNDS_APART_IMMINENT = timedelta(seconds=30)
LOOK_AGAIN = timedelta(seconds=60)
"""When nobody at all can be paged, the roster is read again so often."""


def start_over(draft: Draft, also: tuple[str, ...] = (), *, at_once: bool = False) -> None:
    """Page from step 1 of the first round; `also` are paged together with that step.

    In the quiet hours of the policy in the morning, unless `at_once`.
    """
    if not draft.run.rules.steps:
        next_step(draft)
    elif at_once or not _put_off(draft, also, from_first=True):
        _page_from(draft, 0, 0, also)


def next_step(draft: Draft, also: tuple[str, ...] = (), *, at_once: bool = False) -> None:
    """Page the step after the last one; after the last step of a round, the next round.

    `also` are paged beside it. In the quiet hours of the policy in the morning, unless `at_once`.
    """
    run = draft.run
    if not run.rules.steps:
        draft.add(Reviewed(at=draft.now, next_at=draft.now + run.rules.resolve_within))
    elif not at_once and _put_off(draft, also):
        return
    elif run.step + 1 < len(run.rules.steps):
        _page_from(draft, run.round, run.step + 1)
    else:
        _next_round(draft)
    _page_beside(draft, also)


def go_on(draft: Draft) -> None:
    """Page what the quiet hours put off, or else the next step."""
    run = draft.run
    if run.from_first:
        start_over(draft, run.also)
    else:
        next_step(draft, run.also)


def _put_off(draft: Draft, also: tuple[str, ...], from_first: bool = False) -> bool:
    """Leave it to the morning if the hours are quiet; what was left to it before stays so."""
    run = draft.run
    morning = hours.paging_goes_on(run, draft.now)
    if morning <= draft.now:
        return False
    over = from_first or run.from_first
    beside = tuple(dict.fromkeys((*run.also, *also)))
    if (run.step_ends_at, run.from_first, run.also) != (morning, over, beside):
        draft.add(Reviewed(at=draft.now, next_at=morning, from_first=over, also=beside))
    return True


def _page_beside(draft: Draft, also: tuple[str, ...]) -> None:
    for who in also:
        person = draft.world.people.get(who)
        if person is not None and targets.pageable(person) and who not in draft.paged:
            telling.page(draft, person)


def _page_from(draft: Draft, round_: int, step: int, also: tuple[str, ...] = ()) -> None:
    """Begin the first of these steps that has somebody; a step of busy people begins the next too."""
    steps = draft.run.rules.steps
    began = False
    for index in range(step, len(steps)):
        found = targets.find(draft, targets.targets_of(draft.run, round_, index))
        targets.report(draft, found)
        people = _still_to_page(draft, found.people, fresh_round=index == 0)
        if not people:
            draft.add(StepSkipped(at=draft.now, round=round_, step=index, cause=found.cause))
            continue
        _begin(draft, round_, index, _joined_by(draft, people, also))
        also, began = (), True
        if not _expects_no_answer(draft, people):
            return
    if not began:
        _round_over(draft)


def _round_over(draft: Draft) -> None:
    if draft.run.round_found:
        _next_round(draft)
    else:
        _last_resort(draft)


def _next_round(draft: Draft) -> None:
    run = draft.run
    earliest = _earliest_next_round(run, draft.now)
    if earliest <= draft.now:
        _say_unanswered(draft)
        _page_from(draft, run.round + 1, 0)
    else:
        draft.add(Reviewed(at=draft.now, next_at=hours.paging_goes_on(run, earliest)))


def _say_unanswered(draft: Draft) -> None:
    """A whole round of an imminent or urgent run went by, and nobody took it (clinical.md 7, row 22)."""
    run = draft.run
    if run.holder is None and not run.is_drill and run.urgency in (Urgency.IMMINENT, Urgency.URGENT):
        raise_fault(
            draft,
            "unanswered",
            f"nobody took {run.run}",
            f"Everybody on policy {run.rules.id} was paged for {run.code}, and nobody took it. "
            "Call them by telephone.",
        )


def _earliest_next_round(run: Run, now: datetime) -> datetime:
    if run.round_began is None:
        return now
    floor = ROUNDS_APART_IMMINENT if run.urgency is Urgency.IMMINENT else ROUNDS_APART
    longest = sum((max(step.wait, timedelta(seconds=1)) for step in run.rules.steps), timedelta())
    return run.round_began + min(floor, longest)


def _begin(draft: Draft, round_: int, step: int, people: tuple[Person, ...]) -> None:
    rules = draft.run.rules
    began = draft.now if step == 0 else draft.run.round_began or draft.now
    ends_at = draft.now + hours.wait_of(rules.steps[step], rules, draft.now)
    if step + 1 == len(rules.steps):
        with_floor = draft.run.model_copy(update={"round_began": began})
        ends_at = max(ends_at, _earliest_next_round(with_floor, draft.now))
    ends_at = hours.paging_goes_on(draft.run, ends_at)
    draft.add(StepStarted(at=draft.now, round=round_, step=step, ends_at=ends_at))
    for person in people:
        telling.page(draft, person)


def _still_to_page(draft: Draft, people: tuple[Person, ...], fresh_round: bool) -> tuple[Person, ...]:
    """Leave out who must not be told, who has just answered, and a holder whose hold stands."""
    run = draft.run
    left_out = set(run.not_to) | draft.paged
    if not fresh_round:
        left_out |= set(run.gone)
    if run.holder is not None and run.covered and not run.lapsed:
        left_out.add(run.holder)
    if run.contested == "help":
        left_out |= set(run.helpers)
    return tuple(person for person in people if person.id not in left_out)


def _joined_by(draft: Draft, people: tuple[Person, ...], also: tuple[str, ...]) -> tuple[Person, ...]:
    found = (draft.world.people.get(who) for who in also)
    joining = (person for person in found if person is not None and targets.pageable(person))
    return (*people, *(person for person in joining if person not in people))


def _expects_no_answer(draft: Draft, people: tuple[Person, ...]) -> bool:
    """Whether all of them are busy with another imminent run, or are the holder who let it lapse."""
    run = draft.run
    unlikely = set(draft.world.busy) if run.urgency is Urgency.IMMINENT else set()
    if run.lapsed and run.holder is not None:
        unlikely.add(run.holder)
    return all(person.id in unlikely for person in people)


def _last_resort(draft: Draft) -> None:
    """A whole round had nobody: page everyone who can be paged at all, and tell ops."""
    raise_fault(
        draft,
        "roster",
        f"whole round empty in {draft.run.rules.id}",
        f"No step of policy {draft.run.rules.id} had anybody to page; everyone was paged. Fill the roster.",
        Urgency.IMMINENT,
    )
    all_people = targets.everyone(draft)
    people = _still_to_page(draft, all_people, fresh_round=True) or tuple(
        person for person in all_people if person.id not in draft.paged
    )
    if people:
        _begin(draft, draft.run.round, len(draft.run.rules.steps) - 1, people)
        return
    raise_fault(
        draft,
        "roster",
        "nobody at all can be paged",
        "Nobody on the roster is active with a contact method that works. Nobody can be paged.",
        Urgency.IMMINENT,
    )
    draft.add(Reviewed(at=draft.now, next_at=hours.paging_goes_on(draft.run, draft.now + LOOK_AGAIN)))
