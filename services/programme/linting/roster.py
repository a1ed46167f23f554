"""Who could ever be paged for a target, by the rosters and people of this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.people import ContactMethod, Person
from contracts.policies import Target
from contracts.schedules import Schedule, Shifts
from contracts.values import Channel
from services.programme.drafts import PersonDraft


@dataclass(frozen=True, slots=True)
class Responder:
    """Somebody who can be paged, as far as lint needs to know them."""

    id: str
    active: bool
    ways: frozenset[tuple[Channel, str]]
    """Channel and phone (or its hash) of each contact method that works."""
    site: str

    @property
    def pageable(self) -> bool:
        """Whether a page can be sent to them."""
        return self.active and bool(self.ways)

    @property
    def phones(self) -> frozenset[str]:
        """The phones behind their methods."""
        return frozenset(phone for _, phone in self.ways)


@dataclass(frozen=True, slots=True)
class Roster:
    """People, and for each schedule everybody who is on it at any time that is known."""

    people: Mapping[str, Responder]
    on: Mapping[str, tuple[str, ...]]
    compiled: frozenset[str]
    """The schedules of which the coming shifts are known; of others only who takes turns."""
    sites: frozenset[str]

    def possible(self, target: Target) -> frozenset[str]:
        """Return who could be paged for it; nobody for a therapist, who differs by patient."""
        if target.everyone:
            return frozenset(name for name, person in self.people.items() if person.pageable)
        named = self.on.get(target.schedule, ()) if target.schedule else (target.person or "",)
        return frozenset(name for name in named if name in self.people and self.people[name].pageable)

    def why_nobody(self, target: Target) -> str:
        """Return why nobody could ever be paged for it, as half a sentence; "" when somebody could."""
        if target.therapist or target.therapist_on_shift or self.possible(target):
            return ""
        if target.everyone:
            return "nobody at all is active with a contact method that works"
        if target.person:
            return self._why_not(target.person)
        return self._why_empty(target.schedule or "")

    def _why_empty(self, schedule: str) -> str:
        named = self.on.get(schedule)
        if named is None:
            return f"there is no schedule `{schedule}`"
        if named:
            return f"nobody on schedule `{schedule}` can be paged ({', '.join(named)})"
        if schedule in self.compiled:
            return f"nobody is on schedule `{schedule}` as far as its shifts are compiled"
        return f"schedule `{schedule}` has nobody on it"

    def _why_not(self, name: str) -> str:
        person = self.people.get(name)
        if person is None:
            return f"there is no person `{name}`"
        if not person.active:
            return f"person `{name}` is inactive"
        return f"person `{name}` has no contact method that works"


def roster_of(
    schedules: Iterable[Schedule], people: Iterable[Person | PersonDraft], shifts: Iterable[Shifts] = ()
) -> Roster:
    """Return the roster; with compiled shifts it knows who is really on, else who takes turns."""
    known = {person.id: _responder(person) for person in people}
    all_schedules = tuple(schedules)
    names = {schedule.id for schedule in all_schedules}
    compiled = {one.schedule: _each(shift.person for shift in one.shifts) for one in shifts}
    compiled = {name: on for name, on in compiled.items() if name in names}
    return Roster(
        people=known,
        on={schedule.id: _turns(schedule) for schedule in all_schedules} | compiled,
        compiled=frozenset(compiled),
        sites=frozenset(schedule.site for schedule in all_schedules) | {p.site for p in known.values()},
    )


def _turns(schedule: Schedule) -> tuple[str, ...]:
    turns = [person for rotation in schedule.rotations for person in rotation.people]
    turns += [override.person for override in schedule.overrides if override.what.value != "remove"]
    return _each([*turns, *(shift.person for one in schedule.temporary for shift in one.shifts)])


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _responder(person: Person | PersonDraft) -> Responder:
    ways = set()
    for method in person.methods:
        if not isinstance(method, ContactMethod):
            ways.add((method.channel, method.phone))
        elif method.dead_since is None:
            ways.add((method.channel, method.phone_ref))
    return Responder(person.id, person.active, frozenset(ways), person.site)
