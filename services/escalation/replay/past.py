"""The world as it was: who was on call, who could be paged and who was busy, at any past moment.

Where the record itself shows whom a step meant, it is believed before any roster: somebody may
have swapped, or lost their phone, since. Elsewhere the roster given is asked. Who was busy with an
imminent escalation of another patient is taken from the record in both cases.
"""

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from contracts.escalations import (
    GivenBack,
    HandOffStarted,
    Held,
    PageRequested,
    Reached,
    Resolved,
    StepSkipped,
    StepStarted,
)
from contracts.people import Person
from contracts.policies import Policy, PolicySet, Target
from contracts.schedules import Shift, Shifts
from contracts.values import Sealed, Urgency
from services.escalation.core import targets
from services.escalation.core.inputs import World
from services.escalation.replay.recorded import RecordedRun

LATE = timedelta(seconds=2)
"""How far a recorded moment may lie from the one at which the rules would have acted."""
_MOMENT = timedelta(microseconds=1)
_NOBODY = Sealed(key="", box="")


@dataclass(frozen=True)
class Busy:
    """Somebody held an imminent run of this subject from one moment to another."""

    subject: str
    responder: str
    start: datetime
    end: datetime


@dataclass
class _Seen:
    """What the record of one run shows of the world at one of its moments."""

    schedules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    everyone: tuple[str, ...] | None = None
    people: dict[str, Person] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Past:
    """What is known of the site besides the record of the run that is rehearsed."""

    people: Mapping[str, Person]
    shifts: Mapping[str, Shifts]
    busy: tuple[Busy, ...] = ()
    until: datetime | None = None
    """When the record ends, for runs that were still open then."""

    @cached_property
    def _busy_by_hour(self) -> dict[int, list[Busy]]:
        found: dict[int, list[Busy]] = {}
        for busy in self.busy:
            for hour in range(_hour(busy.start), _hour(busy.end) + 1):
                found.setdefault(hour, []).append(busy)
        return found

    def world(
        self,
        at: datetime,
        run: RecordedRun,
        policies: PolicySet,
        shifts: Mapping[str, Shifts] | None = None,
    ) -> World:
        """Return the world at that moment as the roster shows it, or as other shifts do."""
        near = self._busy_by_hour.get(_hour(at), ())
        busy = frozenset(b.responder for b in near if b.subject != run.subject and b.start <= at < b.end)
        return World(
            policies=policies,
            shifts=self.shifts if shifts is None else shifts,
            people=self.people,
            busy=busy,
            code=run.opened.code,
            therapist=run.opened.therapist,
            patient_tags=run.opened.tags,
        )


def _hour(at: datetime) -> int:
    return int(at.timestamp()) // 3600


class AsRecorded:
    """The world of one run as its own record shows it, where it does; elsewhere as the roster shows it."""

    def __init__(self, past: Past, run: RecordedRun) -> None:
        self._past = past
        self._run = run
        self._people = dict(past.people) | _people(run)
        self._seen = _look(run)
        self._moments = sorted(self._seen)
        self._policies = [_only(policy, run) for policy in run.policies]
        self._raised_at = [event.at for event in run.events if event.type in ("opened", "urgency_raised")]

    def world(self, at: datetime) -> World:
        """Return the world at that moment."""
        known = self._past.world(at, self._run, self._policy_set(at))
        seen = self._near(at)
        if seen is None:
            return replace(known, people=self._people)
        shifts = dict(known.shifts) | {name: _on(name, who, at) for name, who in seen.schedules.items()}
        people = self._people | seen.people
        if seen.everyone is not None:
            mentioned = {*seen.everyone, *(page.responder for page in self._run.pages if page.at < at)}
            people = {who: person for who, person in people.items() if who in mentioned}
        return replace(known, shifts=shifts, people=people, busy=frozenset(seen.busy))

    def _policy_set(self, at: datetime) -> PolicySet:
        raised = sum(1 for moment in self._raised_at if moment <= at)
        return self._policies[max(0, raised - 1)]

    def _near(self, at: datetime) -> _Seen | None:
        """What the record shows of that moment; a real clock rings some milliseconds late."""
        index = bisect.bisect_left(self._moments, at)
        near = [moment for moment in self._moments[max(0, index - 1) : index + 1] if abs(moment - at) <= LATE]
        return self._seen[min(near, key=lambda moment: abs(moment - at))] if near else None


def busy_times(runs: Iterable[RecordedRun]) -> tuple[Busy, ...]:
    """Return who held imminent runs when, until contact, a disposition or a change of holder."""
    found: list[Busy] = []
    for run in runs:
        since: Held | None = None
        for event in run.events:
            ends = isinstance(event, Held | GivenBack | Reached | HandOffStarted | Resolved)
            if since is not None and ends:
                found.append(Busy(run.subject, since.responder, since.at, event.at))
                since = None
            if isinstance(event, Held) and event.urgency is Urgency.IMMINENT:
                since = event
        if since is not None:
            found.append(Busy(run.subject, since.responder, since.at, run.last_at))
    return tuple(found)


def _only(policy: Policy, run: RecordedRun) -> PolicySet:
    """The policy as it stands in the run, for whatever comes of the urgency it is for."""
    everything = policy.applies.model_copy(
        update={
            "kinds": (),
            "tags": (),
            "all_tags": (),
            "without_tags": (),
            "during": (),
        }
    )
    opened = run.opened
    return PolicySet(
        version=opened.policy_version,
        policies=(policy.model_copy(update={"applies": everything}),),
        applied_by="recorded",
        applied_at=opened.at,
    )


def _people(run: RecordedRun) -> dict[str, Person]:
    """Everybody who was paged, with the phones they had then."""
    return {page.responder: _person(page) for page in run.pages}


def _person(page: PageRequested) -> Person:
    return Person(id=page.responder, name=_NOBODY, methods=page.methods, zone=page.zone)


def _look(run: RecordedRun) -> dict[datetime, _Seen]:
    seen: dict[datetime, _Seen] = {}
    steps: list[StepStarted] = []
    policy = run.opened.policy
    for event in run.events:
        now = seen.setdefault(event.at, _Seen())
        match event:
            case StepStarted():
                if steps and steps[-1].at == event.at:
                    # Two steps at once: everybody of the first was busy with an imminent one.
                    now.busy |= {page.responder for page in run.pages if _is_of(page, steps[-1])}
                steps.append(event)
                people = tuple(page.responder for page in run.pages if _is_of(page, event))
                _note(now, _targets(policy, event.round, event.step), people)
            case StepSkipped(round=round_, step=step):
                _note(now, _targets(policy, round_, step), ())
            case PageRequested():
                now.people[event.responder] = _person(event)
            case _ if event.type == "urgency_raised":
                policy = event.policy
            case _:
                pass
    return seen


def _is_of(page: PageRequested, step: StepStarted) -> bool:
    return page.at == step.at and (page.round, page.step) == (step.round, step.step)


def _targets(policy: Policy, round_: int, step: int) -> Sequence[Target]:
    return targets.meant_by(policy, round_, step) if step < len(policy.steps) else ()


def _note(seen: _Seen, meant: Sequence[Target], people: tuple[str, ...]) -> None:
    """Believe the record where a step says by itself who was on: it names one schedule, or everyone."""
    if any(target.everyone for target in meant):
        seen.everyone = tuple(dict.fromkeys((*(seen.everyone or ()), *people)))
    elif len(meant) == 1 and meant[0].schedule is not None:
        seen.schedules.setdefault(meant[0].schedule, people)


def _on(schedule: str, people: tuple[str, ...], at: datetime) -> Shifts:
    shifts = tuple(Shift(person=who, start=at, end=at + _MOMENT) for who in people)
    return Shifts(schedule=schedule, compiled_at=at, through=at + _MOMENT, shifts=shifts)
