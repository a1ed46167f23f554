"""What one report compares with the one before it: names of our own making, and their values.

Values say nothing that changes by the mere passing of days, so that a change is a change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from contracts.people import Person
from contracts.policies import Policy
from services.escalation.coverage.plan import Plan
from services.escalation.coverage.result import Coverage, Worst


@dataclass(frozen=True)
class Change:
    """A fact that differs; "" where there was none, or is none now."""

    name: str
    before: str
    after: str


def facts(coverage: Coverage, plan: Plan) -> dict[str, str]:
    """Return the facts of a report."""
    return dict(
        sorted({**dict(_policies(plan)), **dict(_roster(plan, coverage)), **dict(_found(coverage))}.items())
    )


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Return every fact that differs, by name."""
    names = sorted({*before, *after})
    return tuple(
        Change(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def written(span: timedelta | None) -> str:
    """Return a span as people read it: `at once`, `90 s`, `12 min`, `10 h`, `never`."""
    if span is None:
        return "never"
    seconds = int(span.total_seconds())
    if seconds == 0:
        return "at once"
    if seconds < 120 and seconds % 60:
        return f"{seconds} s"
    if seconds < 10_800:
        return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.3g} h"


def policy_in_words(policy: Policy) -> str:
    """Return a policy's steps, rounds and times in one line."""
    steps = " > ".join(
        " + ".join(target.label for target in step.page)
        + f" ({written(step.wait)}"
        + (f", at night {written(step.wait_at_night)}" if step.wait_at_night is not None else "")
        + ")"
        for step in policy.steps
    )
    added = [" + ".join(target.label for target in one.add) or "the same" for one in policy.repeat]
    rounds = f"; then adding {', '.join(added)}" if added else ""
    quiet = f"; quiet {policy.hours.quiet_from:%H:%M} to {policy.hours.until:%H:%M}" if policy.hours else ""
    return f"{steps or 'pages nobody'}{rounds}{quiet}; contact within {written(policy.reach_within)}"


def _policies(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "policies: version", str(plan.policies.version)
    for policy in plan.policies.ordered:
        yield f"policy {policy.id}", f"{_for(policy)}; {policy_in_words(policy)}"


def _for(policy: Policy) -> str:
    asked = policy.applies.model_dump(mode="json", exclude_defaults=True)
    said = [f"{name} {', '.join(map(str, value))}" for name, value in asked.items()]
    return "; ".join([f"order {policy.order}", *said])


def _roster(plan: Plan, coverage: Coverage) -> Iterator[tuple[str, str]]:
    for who, person in sorted(plan.people.items()):
        yield f"person {who}", _person(person)
    for name, shifts in sorted(plan.shifts.items()):
        on = {s.person for s in shifts.shifts if s.start < coverage.end and coverage.start < s.end}
        yield f"schedule {name}", ", ".join(sorted(on)) or "nobody"


def _person(person: Person) -> str:
    if not person.active:
        return "not active"
    return f"{len(person.sound_methods)} of {len(person.methods)} contact methods verified and working"


def _found(coverage: Coverage) -> Iterator[tuple[str, str]]:
    yield "holes", str(len(coverage.holes))
    yield "single points", str(len(coverage.single_points))
    for row in coverage.rows:
        name = f"{row.urgency.value} by {row.policy}"
        if row.limit is not None and row.limit.kinds:
            name += f" ({', '.join(kind.value for kind in row.limit.kinds)})"
        yield f"{name}: first page", _at_worst(row.within[0])
        yield f"{name}: one silent", _at_worst(row.within[1])
        yield f"{name}: two silent", _at_worst(row.within[2])


def _at_worst(worst: Worst) -> str:
    return "at once" if worst.after == timedelta() else f"{written(worst.after)} at the worst minute"
