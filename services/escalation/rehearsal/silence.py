"""What a policy does while nobody answers, for any moment at which a signal may come. Fast.

Theory: without answers a run depends on the moment only through what a decision reads then: who
is on which schedule, how long a step waits, whether it is quiet. Between two edges (see `edges`)
none of it changes. So two runs that meet the same such situations, one after the other, page the
same people after the same waits; each such path is decided once, by `decide`, and remembered in
a tree. A walk through the tree costs microseconds, and a month has few different paths.

The quiet hours of a policy do nothing but put off: a run that keeps them is the run without them
whose every deadline is met in the morning after the night it falls into. So the tree is made
without them, and a walk moves each deadline; that is the same holds a test against the whole rules.

Nobody's methods fail in it: a failure would only page the next ones sooner.
"""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from contracts.escalations import EscalationEvent, Opened, PageRequested, StepSkipped
from contracts.policies import Policy, PolicySet
from contracts.signals import Signal
from services.escalation.core.hours import paging_begins, wait_of
from services.escalation.core.inputs import SignalHeard, World
from services.escalation.core.state import Run
from services.escalation.rehearsal import edges
from services.escalation.rehearsal.behaviours import NobodyAnswers
from services.escalation.rehearsal.engine import Stage, nobody_listens
from services.escalation.rehearsal.lines import WORKING

Situation = int
"""The number of a situation; equal numbers, equal situations."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step (from 0) of a round that had nobody, and why."""

    round: int
    step: int
    cause: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens at one moment (UTC) of a run that nobody answers."""

    at: datetime
    policy: Policy
    round: int
    step: int
    people: tuple[str, ...]
    """Who is paged; () when nobody is."""
    skipped: tuple[Skipped, ...]
    next_at: datetime | None
    """When it acts again."""
    awaits: datetime | None
    """When it would act again if no hours were quiet."""


@dataclass(slots=True)
class _Node:
    """The end of one path of situations, and what happened there."""

    policy: Policy
    round: int
    step: int
    people: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    wait: timedelta | None
    """Until the next deadline; None: paging begins at a moment on the policy's clock."""
    following: dict[Situation, "_Node"] = field(default_factory=dict)


class Silence:
    """Runs of one kind of signal in one world. `signal`: kind, urgency and all tags; its moments don't count.

    Exact for signals that come between `start` and `end` (UTC) and for moments up to `end` plus
    `reach`; the world's shifts must be compiled that far.
    """

    def __init__(
        self,
        signal: Signal,
        world: World,
        start: datetime,
        end: datetime,
        reach: timedelta = timedelta(days=2),
    ) -> None:
        self.reach = reach
        """How far beyond the end of the openings the edges are known."""
        self._signal = signal
        self._world = world
        self._sleepless = replace(world, policies=_without_hours(world.policies))
        self._candidates = tuple(
            policy
            for policy in world.policies.ordered
            if policy.matches(signal.kind, signal.urgency, signal.tags)
        )
        self._policies = {policy.id: policy for policy in self._candidates}
        self.edges = self._all_edges(start, end + reach)
        """Every moment at which what happens may change, sorted, UTC."""
        self._numbers: dict[object, Situation] = {}
        self._openings: dict[int, Situation] = {}
        self._situations: dict[str, dict[int, Situation]] = {}
        self._roots: dict[Situation, _Node] = {}

    def walk(self, opened: datetime) -> Iterator[Turn]:
        """Yield what happens to a signal of that moment, for ever: the caller says when it is enough."""
        stage: Stage | None = None
        situation = self._opening(opened)
        node = self._roots.get(situation)
        if node is None:
            stage = self._opened(opened)
            node = self._roots[situation] = self._node(stage.log, stage, opened)
        at, met = opened, [opened]
        while True:
            awaits = at if node.wait is None else at + node.wait
            then = self._put_off(node.policy, awaits)
            if then == at:
                yield Turn(at, node.policy, node.round, node.step, node.people, node.skipped, None, None)
                return
            yield Turn(at, node.policy, node.round, node.step, node.people, node.skipped, then, awaits)
            situation = self._situation(node.policy, then)
            following = node.following.get(situation)
            if following is None:
                stage = stage or self._again(met)
                told = len(stage.log)
                stage.meet(then)
                following = node.following[situation] = self._node(stage.log[told:], stage, then)
            else:
                stage = None
            node, at = following, then
            met.append(at)

    def next_edge(self, at: datetime) -> datetime | None:
        """Return the first edge after a moment."""
        index = bisect.bisect_right(self.edges, at)
        return self.edges[index] if index < len(self.edges) else None

    def _put_off(self, policy: Policy, at: datetime) -> datetime:
        # A worklist entry pages nobody, and is looked at whatever the hour.
        return paging_begins(policy, self._signal.urgency, at) if policy.steps else at

    def _opened(self, at: datetime) -> Stage:
        """A run without quiet hours, but for the night in which it opens."""
        stage = self._stage(at, self._world)
        if stage.run.starts_at is None:
            return self._stage(at, self._sleepless)
        sleepless = stage.run.rules.model_copy(update={"hours": None})
        stage.run = stage.run.model_copy(update={"policy": sleepless})
        return stage

    def _stage(self, at: datetime, world: World) -> Stage:
        subject = self._signal.patient or self._signal.area or "nobody"
        area = f"{'escalations' if self._signal.patient else 'faults'}.{subject}"
        stage = Stage(Run.empty(area), lambda _: world, NobodyAnswers(), nobody_listens, WORKING)
        signal = self._signal.model_copy(update={"occurred_at": at, "received_at": at})
        stage.expect(at, SignalHeard(signal))
        stage.play(at)
        return stage

    def _again(self, met: list[datetime]) -> Stage:
        opened, *later = met
        stage = self._opened(opened)
        for at in later:
            stage.meet(at)
        return stage

    def _node(self, log: list[EscalationEvent], stage: Stage, at: datetime) -> _Node:
        run = stage.run
        waits = any(isinstance(event, Opened) and run.starts_at is not None for event in log)
        due = stage.due
        return _Node(
            policy=self._policies.get(run.rules.id, run.rules),
            round=run.round,
            step=max(run.step, 0),
            people=tuple(event.responder for event in log if isinstance(event, PageRequested)),
            skipped=tuple(Skipped(e.round, e.step, e.cause) for e in log if isinstance(e, StepSkipped)),
            wait=None if waits or due is None else due - at,
        )

    def _opening(self, at: datetime) -> Situation:
        """Which policy applies, whether it is quiet, and what its first step meets."""
        interval = bisect.bisect_right(self.edges, at)
        found = self._openings.get(interval)
        if found is None:
            signal = self._signal
            key = tuple(
                (
                    policy.id,
                    policy.matches(signal.kind, signal.urgency, signal.tags, at),
                    paging_begins(policy, signal.urgency, at) > at,
                    self._situation(policy, at),
                )
                for policy in self._candidates
            )
            found = self._openings[interval] = self._number(("opening", key))
        return found

    def _situation(self, policy: Policy, at: datetime) -> Situation:
        """Who is on every schedule the policy names, and how long its steps wait."""
        interval = bisect.bisect_right(self.edges, at)
        known = self._situations.setdefault(policy.id, {})
        found = known.get(interval)
        if found is None:
            shifts = self._world.shifts
            names = _schedules(policy)
            chosen = sorted(shifts) if names is None else [name for name in names if name in shifts]
            on = tuple(shifts[name].on(at) for name in chosen)
            waits = tuple(wait_of(step, policy, at) for step in policy.steps)
            found = known[interval] = self._number((policy.id, on, waits))
        return found

    def _number(self, key: object) -> Situation:
        return self._numbers.setdefault(key, len(self._numbers))

    def _all_edges(self, start: datetime, end: datetime) -> list[datetime]:
        named = [_schedules(policy) for policy in self._candidates]
        wanted = None if None in named else {name for names in named for name in names or ()}
        found = edges.of_shifts(self._world.shifts, wanted)
        for policy in self._candidates:
            found |= edges.of_policy(policy, start, end)
        return sorted(edge for edge in found if start < edge <= end)


def _without_hours(policies: PolicySet) -> PolicySet:
    sleepless = tuple(policy.model_copy(update={"hours": None}) for policy in policies.policies)
    return policies.model_copy(update={"policies": sleepless})


def _schedules(policy: Policy) -> frozenset[str] | None:
    """The schedules it names; None: who is on any of them counts."""
    targets = [target for step in policy.steps for target in step.page]
    targets += [target for one in policy.repeat for target in one.add]
    if any(target.therapist_on_shift for target in targets):
        return None
    return frozenset(target.schedule for target in targets if target.schedule)
