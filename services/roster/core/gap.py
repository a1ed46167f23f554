"""Gaps: when a page to a schedule would reach nobody, or nobody of whom that is known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from contracts.people import ContactMethod, Person
from contracts.schedules import Shift, Shifts


class Why(StrEnum):
    """Why a moment counts as a gap, the worst first."""

    NOBODY = "nobody"
    """No shift covers it."""
    UNREACHABLE = "unreachable"
    """Somebody is on, but nobody of them is known, active and has a contact method that is not dead."""
    UNVERIFIED = "unverified"
    """Pages can be sent, but no contact method of anybody on was ever verified."""
    FAILING = "failing"
    """Every verified contact method of everybody on fails by its carrier receipts."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span (UTC) in which a page to a schedule would reach nobody, as far as is known."""

    schedule: str
    start: datetime
    end: datetime
    why: Why
    people: tuple[str, ...] = ()
    """Who is on during it all the same."""


def gaps(shifts: Shifts, people: Mapping[str, Person], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Return every gap from `start` to `end`, in order; one person without trouble is enough for none.

    Beyond `shifts.through` only shifts that were still running count; the rest is a gap too.
    """
    found: list[Gap] = []
    for begin, finish, on in _on(shifts.shifts, start, end):
        why = why_not(people.get(person) for person in on) if on else Why.NOBODY
        if why is None:
            continue
        gap = Gap(shifts.schedule, begin, finish, why, on)
        if found and found[-1].end == begin and (found[-1].why, found[-1].people) == (gap.why, gap.people):
            gap = Gap(gap.schedule, found.pop().start, finish, gap.why, gap.people)
        found.append(gap)
    return tuple(found)


def why_not(people: Iterable[Person | None]) -> Why | None:
    """Return why a page to these people (None: unknown) may reach nobody; None if nothing is known."""
    known = [person for person in people if person is not None]
    living = [method for person in known for method in _living(person)]
    if any(person.sound_methods for person in known):
        return None
    if not living:
        return Why.UNREACHABLE
    return Why.FAILING if any(method.verified_at for method in living) else Why.UNVERIFIED


def reachable(person: Person | None) -> bool:
    """Return whether a page can be sent to this person: active, with a method that is not dead."""
    return bool(_living(person))


def _living(person: Person | None) -> tuple[ContactMethod, ...]:
    if person is None or not person.active:
        return ()
    return tuple(method for method in person.methods if method.dead_since is None)


def _on(
    shifts: tuple[Shift, ...], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, tuple[str, ...]]]:
    """Sweep once over all edges; return who is on between one and the next, in roster order."""
    begins: dict[datetime, list[int]] = {}
    ends: dict[datetime, list[int]] = {}
    for number, shift in enumerate(shifts):
        if shift.start < shift.end and shift.start < end and start < shift.end:
            begins.setdefault(max(shift.start, start), []).append(number)
            ends.setdefault(min(shift.end, end), []).append(number)
    edges = sorted({start, end, *begins, *ends}) if start < end else []
    on: set[int] = set()
    for begin, finish in pairwise(edges):
        on.difference_update(ends.get(begin, ()))
        on.update(begins.get(begin, ()))
        yield begin, finish, tuple(dict.fromkeys(shifts[number].person for number in sorted(on)))
