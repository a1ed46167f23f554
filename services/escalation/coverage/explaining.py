"""Why a hole is one: the step at which it goes wrong, and a sentence."""

from collections.abc import Iterator
from datetime import timedelta

from services.escalation.coverage.instants import length
from services.escalation.coverage.ladder import Course, Ladder, Meant


def explain(ladder: Ladder, at: int, silent: int, allowed: timedelta) -> tuple[int | None, str]:
    """Return the step (from 1) at which it goes wrong for a signal then, and why.

    `silent`: how many people don't answer. `allowed`: by when somebody else had to be paged.
    """
    begins = ladder.begins(at)
    course = ladder.course(begins)
    troubles = list(dict.fromkeys(_troubles(ladder, course)))
    step = troubles[0][0] if troubles else None
    whose = f" (the patient's therapist is {ladder.therapist})" if ladder.therapist else ""
    said = _paged(course, begins - at, silent, length(allowed)) + whose
    return step, "; ".join([said, *(f"step {number}: {text}" for number, text in troubles)])


def _paged(course: Course, waited: int, silent: int, allowed: int) -> str:
    """Say what happens instead of somebody being paged in time."""
    if course.turns and course.turns[0].last_resort:
        return "no step has anybody to page, so everyone is paged as the last resort"
    if_silent = {0: "", 1: "if one person does not answer, "}
    others = if_silent.get(silent, f"if {silent} people do not answer, ")
    counted: set[str] = set()
    for turn in course.turns:
        if turn.last_resort:
            continue
        counted |= turn.meant.answerers
        if len(counted) > silent:
            after = waited + turn.at - course.turns[0].at
            late = f"only after {_written(after)}, the limit is {_written(allowed)}"
            return f"{others}somebody {'else ' if silent else ''}is paged {late}"
    if not counted:
        return "nobody who is paged in any round can be reached"
    return f"{others}nobody is left: only {', '.join(sorted(counted))} can be reached in all rounds"


def _troubles(ladder: Ladder, course: Course) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with each step of the first round."""
    seen: dict[str, int] = {}
    for step, meant in _first_round(course):
        for cause in meant.causes:
            yield step + 1, cause
        reachable = meant.answerers
        if meant.people and not reachable:
            names = ", ".join(sorted(meant.people))
            yield step + 1, f"{names} without a contact method that is verified and works"
        repeated = sorted(one for one in reachable if one in seen)
        if repeated and len(repeated) == len(reachable):
            first = sorted({seen[one] + 1 for one in repeated})
            yield step + 1, f"{', '.join(repeated)} also at step {', '.join(map(str, first))}, counts once"
        for one in reachable:
            seen.setdefault(one, step)


def _first_round(course: Course) -> Iterator[tuple[int, Meant]]:
    """Yield the steps of the first round in their order, those that had nobody too."""
    before = -1
    for step, meant in _all_steps(course):
        if step <= before:
            return
        before = step
        yield step, meant


def _all_steps(course: Course) -> Iterator[tuple[int, Meant]]:
    for turn in course.turns:
        yield from turn.empty
        if turn.last_resort:
            return
        yield turn.step, turn.meant
    yield from course.empty


def _written(microseconds: int) -> str:
    minutes = microseconds // 60_000_000
    if minutes >= 180:
        return f"{minutes / 60:.3g} h"
    return f"{minutes} min" if microseconds % 60_000_000 == 0 else f"{microseconds // 1_000_000} s"
