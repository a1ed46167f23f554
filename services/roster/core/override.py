"""Overrides: who is on instead, as well, or not at all."""

from collections.abc import Iterable, Iterator, Sequence

from contracts.schedules import Change, Override
from services.roster.core import spans
from services.roster.core.planned import Planned


def overridden(shifts: Iterable[Planned], overrides: Sequence[Override]) -> list[Planned]:
    """Return the shifts after all overrides: those that replace everyone, that add, then the others.

    Overrides that replace everyone don't replace each other: everybody they name is on.
    """
    everyone = [o for o in overrides if o.what is Change.REPLACE and o.instead_of is None]
    adding = [o for o in overrides if o.what is Change.ADD]
    replaced = spans.merged((o.start, o.end) for o in everyone)
    kept = [part for shift in shifts for part in shift.outside(replaced)]
    kept += [Planned(o.person, o.start, o.end, origin_of(o)) for o in (*everyone, *adding) if o.start < o.end]
    return [part for shift in kept for part in named(shift, overrides)]


def named(shift: Planned, overrides: Sequence[Override]) -> Iterator[Planned]:
    """Return what overrides leave of one shift: those that name somebody to replace, then to remove.

    Stand-ins are taken in the order written: one may stand in for another. A shift never goes back
    to somebody it was taken from, so two overrides can exchange two people.
    """
    stand_ins = tuple(o for o in overrides if o.what is Change.REPLACE and o.instead_of is not None)
    for part in _stood_in(shift, stand_ins, frozenset({shift.person})):
        off = spans.merged(
            (o.start, o.end) for o in overrides if o.what is Change.REMOVE and o.person == part.person
        )
        yield from part.outside(off)


def origin_of(override: Override) -> str:
    """Return what shifts say they come from when an override made them."""
    return f"override {override.id}"


def _stood_in(shift: Planned, stand_ins: tuple[Override, ...], held: frozenset[str]) -> Iterator[Planned]:
    for position, override in enumerate(stand_ins):
        span = spans.merged([(override.start, override.end)])
        inner = list(shift.inside(span))
        if override.instead_of != shift.person or override.person in held or not inner:
            continue
        later = stand_ins[position + 1 :]
        for part in shift.outside(span):
            yield from _stood_in(part, later, held)
        for part in inner:
            taken = Planned(override.person, part.start, part.end, origin_of(override))
            yield from _stood_in(taken, later, held | {override.person})
        return
    yield shift
