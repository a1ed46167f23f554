"""Who a step means, at this moment: targets to people, and what is wrong with the set-up."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.people import Person
from contracts.policies import Policy, Target
from services.escalation.core.draft import Draft
from services.escalation.core.faults import raise_fault
from services.escalation.core.state import Run
from services.escalation.core.telling import live_methods


@dataclass(frozen=True)
class Trouble:
    """Something about a target that ops must mend."""

    area: str
    cause: str
    note: str


@dataclass(frozen=True)
class Found:
    """The people who can be paged for a step, and what was wrong with it."""

    people: tuple[Person, ...]
    troubles: tuple[Trouble, ...]
    normal: tuple[str, ...] = ()
    """Why a target meant nobody although nothing is wrong."""

    @property
    def cause(self) -> str:
        """Why the step had nobody, for the log."""
        causes = (*(trouble.cause for trouble in self.troubles), *self.normal)
        return causes[0] if causes else "nobody is left to page in it"


def targets_of(run: Run, round_: int, step: int) -> tuple[Target, ...]:
    """Return the targets of a step; each round keeps what the rounds before it added."""
    return meant_by(run.rules, round_, step)


def meant_by(policy: Policy, round_: int, step: int) -> tuple[Target, ...]:
    """Return the targets of a step of a policy in a round, both from 0."""
    added = [target for one in policy.repeat[:round_] for target in one.add]
    return (*policy.steps[step].page, *added)


def find(draft: Draft, targets: Iterable[Target]) -> Found:
    """Return who is meant and has a method that works, nobody twice."""
    people: dict[str, Person] = {}
    troubles: list[Trouble] = []
    normal: list[str] = []
    for target in targets:
        ids = _ids(draft, target)
        if not ids and _may_be_nobody(draft, target):
            normal.append(f"nobody for {target.label}")
        elif not ids:
            troubles.append(_nobody(target))
        for who in ids:
            person = draft.world.people.get(who)
            if pageable(person) and person is not None:
                people[who] = person
            elif not target.everyone:
                troubles.append(_unreachable(who))
    return Found(tuple(people.values()), tuple(dict.fromkeys(troubles)), tuple(normal))


def pageable(person: Person | None) -> bool:
    """Return whether they are on the roster and have a method that works."""
    return person is not None and person.active and bool(live_methods(person))


def everyone(draft: Draft) -> tuple[Person, ...]:
    """Return every active person with a method that works."""
    people = draft.world.people
    return tuple(people[who] for who in sorted(people) if pageable(people[who]))


def report(draft: Draft, found: Found) -> None:
    """Tell ops what was wrong with the targets."""
    for trouble in found.troubles:
        raise_fault(draft, trouble.area, trouble.cause, trouble.note)


def _ids(draft: Draft, target: Target) -> tuple[str, ...]:
    if target.schedule is not None:
        shifts = draft.world.shifts.get(target.schedule)
        return shifts.on(draft.now) if shifts is not None else ()
    if target.person is not None:
        return (target.person,)
    if target.therapist:
        return (draft.run.therapist,) if draft.run.therapist else ()
    if target.therapist_on_shift:
        return _therapist_on_shift(draft)
    return tuple(person.id for person in everyone(draft))


def _therapist_on_shift(draft: Draft) -> tuple[str, ...]:
    """The patient's therapist, if they are on any shift at this moment and can be paged."""
    therapist, world = draft.run.therapist, draft.world
    if therapist is None or not pageable(world.people.get(therapist)):
        return ()
    on_shift = any(therapist in shifts.on(draft.now) for shifts in world.shifts.values())
    return (therapist,) if on_shift else ()


def _may_be_nobody(draft: Draft, target: Target) -> bool:
    """Whether it is normal that the target means nobody: many patients have no therapist of their own."""
    return target.therapist_on_shift or (target.therapist and draft.run.therapist is None)


def _nobody(target: Target) -> Trouble:
    return Trouble(
        area="roster",
        cause=f"nobody for {target.label}",
        note=f"Nobody was there for {target.label}, so the next step was paged. Fill the roster.",
    )


def _unreachable(responder: str) -> Trouble:
    return Trouble(
        area="reachability",
        cause=f"no method for {responder}",
        note=f"Responder {responder} is inactive, unknown or has no contact method that works; "
        "the next were paged. Give them a method, or somebody else the shift.",
    )
