"""Every danger in a set of policies, in the order in which the policies are tried."""

from collections.abc import Iterable, Iterator

from contracts.people import Person
from contracts.policies import Policy
from contracts.schedules import Schedule, Shifts
from services.programme.drafts import PersonDraft
from services.programme.linting import applying, delays, paged
from services.programme.linting.finding import Finding
from services.programme.linting.roster import Roster, roster_of
from services.programme.linting.signals import Space


def lint(
    policies: Iterable[Policy],
    schedules: Iterable[Schedule],
    people: Iterable[Person | PersonDraft],
    shifts: Iterable[Shifts] = (),
) -> tuple[Finding, ...]:
    """Return every danger in a set of policies, read with the rosters it names; () is clean.

    With the compiled shifts of a schedule it knows who is really on in the days they cover;
    without them only who takes turns.
    """
    space, roster = Space(policies), roster_of(schedules, people, shifts)
    found = [*applying.no_last_resort(space), *applying.same_order(space)]
    for policy in space.ordered:
        found += _of_one(space, policy, roster)
    return tuple(found)


def _of_one(space: Space, policy: Policy, roster: Roster) -> Iterator[Finding]:
    yield from applying.unreachable(space, policy)
    yield from applying.by_hours(space, policy)
    yield from applying.doubtful_tags(policy, roster)
    yield from delays.waits(space, policy)
    yield from delays.imminent(space, policy)
    yield from delays.contact(space, policy)
    yield from delays.quiet_hours(space, policy)
    yield from paged.nobody(policy, roster)
    yield from paged.therapist_alone(space, policy)
    yield from paged.never_everyone(space, policy)
    yield from paged.named_twice(policy, roster)
    yield from paged.paged_twice(policy, roster)
    yield from paged.text_only(space, policy, roster)
