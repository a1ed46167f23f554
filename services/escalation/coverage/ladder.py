"""One policy, followed from a moment on while nobody answers: which step begins when, and for whom.

Rules of this file: it does what `core.steps` does when no page is answered, declined or
exhausted and nobody is busy. Whom a step means is asked of `core.targets`, how long it waits and
when paging begins, or goes on after quiet hours, of `core.hours`. Rounds beyond the last that adds
somebody are not followed: they page the same again.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from contracts.policies import Hours, Policy, Target
from contracts.values import Urgency
from services.escalation.core import targets
from services.escalation.core.draft import Draft
from services.escalation.core.hours import paging_begins, wait_of
from services.escalation.core.inputs import World
from services.escalation.core.state import Run
from services.escalation.core.steps import LOOK_AGAIN, ROUNDS_APART, ROUNDS_APART_IMMINENT
from services.escalation.coverage import edges
from services.escalation.coverage.board import Board
from services.escalation.coverage.instants import FAR, instant, length, moment
from services.escalation.coverage.plan import Plan

_LEAST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a step means while the same people are on."""

    people: frozenset[str]
    """Who is paged."""
    answerers: frozenset[str]
    """The same, as they count: see `counting`."""
    causes: tuple[str, ...]
    """What was wrong with its targets."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that began."""

    at: int
    round: int
    step: int
    meant: Meant
    empty: tuple[tuple[int, Meant], ...]
    """Steps just before it that had nobody, and were passed over in the same moment."""
    last_resort: bool = False
    """Whether it paged everyone because a whole round had nobody."""
    fixed: bool = False
    """Whether it stands behind quiet hours, and so does not move when paging begins later."""


@dataclass(frozen=True, slots=True)
class Course:
    """What happens from one moment on."""

    turns: tuple[Turn, ...]
    empty: tuple[tuple[int, Meant], ...]
    """Steps that had nobody, after the last one that began."""
    room: int
    """For so many microseconds later beginnings everything happens alike: what is fixed at the same
    moment, all else as much later."""


class Ladder:
    """A policy over the shifts of a plan, for signals that are imminent or not."""

    def __init__(
        self,
        board: Board,
        policy: Policy,
        urgency: Urgency,
        therapist: str | None,
        counted: Mapping[str, str],
    ) -> None:
        plan = board.plan
        self.policy = policy
        self.therapist = therapist
        self._urgency = urgency
        self._counted = counted
        self._world = World(plan.policies, plan.shifts, plan.people, therapist=therapist)
        self._run = Run(
            subject="escalations.nobody", run="nobody-1", policy=policy, urgency=urgency, therapist=therapist
        )
        self._rounds = len(policy.repeat)
        floor = ROUNDS_APART_IMMINENT if urgency is Urgency.IMMINENT else ROUNDS_APART
        longest = sum((max(step.wait, _LEAST_WAIT) for step in policy.steps), timedelta())
        self._apart = length(min(floor, longest))
        self._known: dict[tuple[int, int, int], Meant] = {}
        self._narrow: dict[tuple[int, int, tuple[int, ...]], Meant] = {}
        self._single: dict[tuple[str, int], frozenset[str]] = {}
        self._lay_out(board)
        self._everyone = self._meaning([Target(everyone=True)], board.start)
        quiet = edges.of_hours(policy, board.start, board.end) if urgency.rank < Urgency.URGENT.rank else []
        self._quiet = [board.start, *quiet, FAR]
        self._mornings = [self._morning(edge) for edge in self._quiet[:-1]]

    def begins(self, at: int) -> int:
        """Return when somebody is paged who would be paged then: at once, or when the night is over."""
        morning = self._mornings[bisect_right(self._quiet, at) - 1]
        return at if morning is None else morning

    def quiet_edge(self, at: int) -> int:
        """Return the next instant at which `begins` may turn from a fixed one to at once, or back."""
        return self._quiet[bisect_right(self._quiet, at)]

    def states(self) -> Iterator[tuple[int, int]]:
        """Yield the spans in which nobody's shift begins or ends."""
        yield from pairwise(self._edges)

    def course(self, at: int) -> Course:
        """Return what happens if paging begins then and nobody answers."""
        turns: list[Turn] = []
        empty: list[tuple[int, Meant]] = []
        last = len(self.policy.steps) - 1
        now, round_, step, room = at, 0, 0, FAR
        began_round, found, fixed, any_quiet = at, False, False, any(self._mornings)
        paged: frozenset[str] = frozenset()
        while round_ <= self._rounds and last >= 0 and not self._everyone.people <= paged:
            index = bisect_right(self._edges, now) - 1
            if not fixed:
                room = min(room, self._edges[index + 1] - now)
            if step == 0:
                began_round, found = now, False
            while step <= last and not (meant := self._meant(round_, step, index)).people:
                empty.append((step, meant))
                step += 1
            resort = step > last and not found
            if resort:
                meant, step = self._everyone, last
            if step <= last and meant.people:
                turns.append(Turn(now, round_, step, meant, tuple(empty), resort, fixed))
                empty.clear()
                paged |= meant.people
                found = True
                now += self._waits[index][step]
            elif resort:
                now += length(LOOK_AGAIN)
            step += 1
            if step > last:
                now = max(now, began_round + self._apart)
                round_, step = round_ + 1, 0
            if any_quiet:
                room = room if fixed else min(room, self.quiet_edge(now) - now)
                morning = self.begins(now)
                fixed, now = fixed or morning != now, morning
        return Course(tuple(turns), tuple(empty), room)

    def meant_by(self, target: Target, at: int) -> frozenset[str]:
        """Return whom one target means at that instant, as they count."""
        index = bisect_right(self._edges, at) - 1
        key = (target.label, self._states[index])
        found = self._single.get(key)
        if found is None:
            found = self._meaning([target], at).answerers
            self._single[key] = found
        return found

    def _morning(self, at: int) -> int | None:
        begins = instant(paging_begins(self.policy, self._urgency, moment(at)))
        return begins if begins > at else None

    def _meant(self, round_: int, step: int, index: int) -> Meant:
        key = (round_, step, self._states[index])
        found = self._known.get(key)
        if found is None:
            seen = self._seen_by[round_][step]
            narrow = (round_, step, tuple(self._shown[index][place] for place in seen))
            found = self._narrow.get(narrow)
            if found is None:
                wanted = targets.targets_of(self._run, round_, step)
                found = self._meaning(wanted, self._edges[index])
                self._narrow[narrow] = found
            self._known[key] = found
        return found

    def _meaning(self, wanted: Iterable[Target], at: int) -> Meant:
        found = targets.find(Draft(self._run, moment(at), self._world), wanted)
        people = frozenset(person.id for person in found.people)
        counted = frozenset(self._counted[who] for who in people if who in self._counted)
        return Meant(people, counted, tuple(trouble.cause for trouble in found.troubles))

    def _lay_out(self, board: Board) -> None:
        """Cut the time wherever somebody's shift or the night begins or ends."""
        rounds = [
            [_schedules(targets.targets_of(self._run, round_, step), board.plan) for step in self._steps]
            for round_ in range(self._rounds + 1)
        ]
        asked = list(dict.fromkeys(name for steps in rounds for step in steps for name in step))
        self._seen_by = [[[asked.index(name) for name in step] for step in steps] for steps in rounds]
        nights = [board.start, *edges.of_nights(self.policy, board.start, board.end)]
        cuts = sorted({*nights, *(cut for name in asked for cut in board.cuts(name))})
        self._edges = [*cuts, FAR]
        self._waits = _spread(nights, [self._waits_at(night) for night in nights], cuts)
        numbers: dict[tuple[str, ...], int] = {}
        columns = [[numbers.setdefault(board.on(name, cut), len(numbers)) for cut in cuts] for name in asked]
        self._shown = list(zip(*columns, strict=True)) if columns else [()] * len(cuts)
        states: dict[tuple[int, ...], int] = {}
        self._states = [states.setdefault(shown, len(states)) for shown in self._shown]

    @property
    def _steps(self) -> range:
        return range(len(self.policy.steps))

    def _waits_at(self, at: int) -> tuple[int, ...]:
        return tuple(length(wait_of(step, self.policy, moment(at))) for step in self.policy.steps)


def reach_of(policy: Policy) -> timedelta:
    """Return how long after a signal, at the most, the policy may still look who is on."""
    quiet = _length(policy.hours) if policy.hours is not None else timedelta()
    waits = [max(step.wait, step.wait_at_night or step.wait, _LEAST_WAIT) + quiet for step in policy.steps]
    rounds = len(policy.repeat) + 1
    return rounds * (sum(waits, timedelta()) + LOOK_AGAIN + ROUNDS_APART) + timedelta(days=3)


def _length(hours: Hours) -> timedelta:
    start, end = (timedelta(hours=at.hour, minutes=at.minute) for at in (hours.quiet_from, hours.until))
    return (end - start) % timedelta(days=1)


def _schedules(wanted: Iterable[Target], plan: Plan) -> list[str]:
    """Return the schedules whose shifts decide whom these targets mean."""
    if any(target.therapist_on_shift for target in wanted):
        return sorted(plan.shifts)
    named = [target.schedule for target in wanted if target.schedule is not None]
    return list(dict.fromkeys(name for name in named if name in plan.shifts))


def _spread(starts: list[int], values: list[tuple[int, ...]], cuts: list[int]) -> list[tuple[int, ...]]:
    """Return, for each cut, the value of the latest start before it."""
    return [values[bisect_right(starts, cut) - 1] for cut in cuts]
