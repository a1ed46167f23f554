"""What is allowed but dangerous: policies that can be read and would still fail somebody.

The limits are the programme's own defaults (`deploy/policies`), not law; a medical director may
choose other figures and live with the finding. Findings that are `blocking` leave somebody
unpaged, whatever the figures.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from contracts.people import ContactMethod, Person
from contracts.policies import Applies, Policy, Step, Target
from contracts.schedules import Schedule
from contracts.values import Kind, Urgency
from services.programme.drafts import PersonDraft

Signals = frozenset[tuple[Kind, Urgency]]
Rosters = Mapping[str, tuple[str, ...]]

WAITS = {Urgency.IMMINENT: timedelta(minutes=5), Urgency.URGENT: timedelta(minutes=10)}
"""The longest wait for one step. Imminent 3 min, range 2 to 5; urgent 5 min, at night 10: proposals
anchored on the 15 minutes within which Colorado Access asks for contact by phone in an emergency."""

REACHES = {Urgency.IMMINENT: timedelta(minutes=15), Urgency.URGENT: timedelta(minutes=60)}
"""The longest time to contact with the patient. 15 min: emergency by phone (Colorado Access).
60 min: a crisis call after hours is returned within the hour (Vaya Health)."""

CRISIS_TEXT_REACH = timedelta(minutes=30)
"""The same for a patient's urgent alert or text: triage calls back within 30 min (California)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One danger: a constant code, a sentence, and where it stands (steps count from 1)."""

    code: str
    sentence: str
    policy: str = ""
    step: int | None = None
    blocking: bool = False

    def __str__(self) -> str:
        step = f", step {self.step}" if self.step else ""
        place = f"policy {self.policy}{step}: " if self.policy else ""
        return f"{self.code}: {place}{self.sentence}"


def lint(
    policies: Iterable[Policy], schedules: Iterable[Schedule], people: Iterable[Person | PersonDraft]
) -> tuple[Finding, ...]:
    """Return every danger in a set of policies, read with the rosters it names; () is clean."""
    ordered = sorted(policies, key=lambda policy: (policy.order, policy.id))
    reachable = frozenset(person.id for person in people if _pageable(person))
    rosters = {schedule.id: _named(schedule) for schedule in schedules}
    won = _won(ordered)
    last = next((policy for policy in ordered if policy.applies == Applies()), None)
    found = [] if last else [_no_last_resort()]
    for policy in ordered:
        signals = won[policy.id]
        if not signals and policy is not last:
            found.append(_unreachable(policy))
        # A last resort behind a complete set gets what nobody has thought of: anything.
        signals = signals or _declared(policy)
        found += _waits(policy, signals)
        found += _contact(policy, signals)
        found += _imminent(policy, signals)
        for number, step in enumerate(policy.steps, 1):
            found += _nobody(policy, number, step, rosters, reachable)
            found += _twice(policy, number, step, rosters)
    return tuple(found)


def _no_last_resort() -> Finding:
    sentence = "no policy is without `applies`, so a signal nobody thought of would page nobody; add one"
    return Finding("no_last_resort", sentence, blocking=True)


def _unreachable(policy: Policy) -> Finding:
    sentence = "earlier policies take every signal it is for; give it a lower `order` or remove it"
    return Finding("unreachable_policy", sentence, policy.id)


def _waits(policy: Policy, signals: Signals) -> Iterator[Finding]:
    urgencies = {urgency for _, urgency in signals}
    limit = min((WAITS[urgency] for urgency in urgencies if urgency in WAITS), default=None)
    if limit is None:
        return
    for number, step in enumerate(policy.steps, 1):
        wait = max(step.wait, step.wait_at_night or step.wait)
        if wait > limit:
            sentence = f"waits {_minutes(wait)}; for its urgency {_minutes(limit)} is the most"
            yield Finding("wait_too_long", sentence, policy.id, number)


def _contact(policy: Policy, signals: Signals) -> Iterator[Finding]:
    limits = [
        CRISIS_TEXT_REACH if (kind, urgency) == (Kind.PATIENT_ALERT, Urgency.URGENT) else REACHES[urgency]
        for kind, urgency in signals
        if urgency in REACHES and kind is not Kind.SYSTEM_FAULT
    ]
    limit = min(limits, default=policy.reach_within)
    if policy.reach_within > limit:
        now = _minutes(policy.reach_within)
        sentence = f"`reach_within` is {now}; for its signals {_minutes(limit)} is the most"
        yield Finding("reach_too_late", sentence, policy.id)


def _imminent(policy: Policy, signals: Signals) -> Iterator[Finding]:
    if not policy.steps or not any(urgency is Urgency.IMMINENT for _, urgency in signals):
        return
    for number, step in enumerate(policy.steps, 1):
        if step.wait_at_night is not None and step.wait_at_night > step.wait:
            sentence = "waits longer at night, and an imminent risk has no night; remove `wait_at_night`"
            yield Finding("imminent_delayed", sentence, policy.id, number, blocking=True)
    if all(target.therapist for target in policy.steps[0].page):
        sentence = "pages only the therapist, who may be off duty, about an imminent risk; add a schedule"
        yield Finding("imminent_delayed", sentence, policy.id, 1, blocking=True)
    if not any(further.add for further in policy.repeat):
        sentence = "starts again without paging anybody more; add targets under `repeat`"
        yield Finding("never_wider", sentence, policy.id)


def _nobody(
    policy: Policy, number: int, step: Step, rosters: Rosters, reachable: frozenset[str]
) -> Iterator[Finding]:
    def possible(target: Target) -> bool:
        named = rosters.get(target.schedule or "", ()) if target.schedule else (target.person,)
        return target.therapist or bool(reachable if target.everyone else reachable & set(named))

    if not any(possible(target) for target in step.page):
        sentence = "names nobody who could ever be paged; fill the schedule or name somebody with a phone"
        yield Finding("nobody_on_step", sentence, policy.id, number, blocking=True)


def _twice(policy: Policy, number: int, step: Step, rosters: Rosters) -> Iterator[Finding]:
    people = {target.person for target in step.page if target.person}
    repeated = sorted({t.label for t, times in Counter(step.page).items() if times > 1})
    for target in step.page:
        repeated += sorted(f"person {name}" for name in people & set(rosters.get(target.schedule or "", ())))
    if len(step.page) > 1 and any(target.everyone for target in step.page):
        repeated += [target.label for target in step.page if not target.everyone]
    for label in dict.fromkeys(repeated):
        sentence = f"names {label} twice, though one page goes out; widen the step or drop one"
        yield Finding("named_twice", sentence, policy.id, number)


def _won(ordered: list[Policy]) -> dict[str, Signals]:
    """Return, for each policy, the kinds and urgencies of signals for which it is the first to apply.

    One tag at a time is enough: more tags only make more of the earlier policies apply.
    """
    won: dict[str, Signals] = {}
    for position, policy in enumerate(ordered):
        earlier = ordered[:position]
        tags: list[tuple[str, ...]] = [(tag,) for tag in policy.applies.tags] or [()]
        won[policy.id] = frozenset(
            (kind, urgency)
            for (kind, urgency), some in product(_declared(policy), tags)
            if not any(other.matches(kind, urgency, some) for other in earlier)
        )
    return won


def _declared(policy: Policy) -> Signals:
    applies = policy.applies
    return frozenset(product(applies.kinds or tuple(Kind), applies.urgencies or tuple(Urgency)))


def _named(schedule: Schedule) -> tuple[str, ...]:
    turns = [person for rotation in schedule.rotations for person in rotation.people]
    return tuple(dict.fromkeys([*turns, *(override.person for override in schedule.overrides)]))


def _pageable(person: Person | PersonDraft) -> bool:
    return person.active and any(
        not isinstance(method, ContactMethod) or method.dead_since is None for method in person.methods
    )


def _minutes(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:g} min" if minutes < 180 else f"{minutes / 60:g} h"
