"""Rosters: schedules of rotations and overrides, and the flat shifts compiled from them."""

from datetime import date, time, timedelta
from enum import StrEnum

from contracts.values import Id, Moment, Value


class Every(StrEnum):
    """How often a rotation hands over."""

    DAY = "day"
    WEEK = "week"


class Rotation(Value):
    """People taking turns: the first from `starts_on`, then the next at each handoff.

    Handoffs happen at `handoff_at` on the wall clock of the schedule's zone.
    """

    people: tuple[Id, ...]
    every: Every = Every.WEEK
    starts_on: date
    handoff_at: time = time(8, 0)


class Override(Value):
    """Somebody stands in for whoever would be on, from one moment to another."""

    person: Id
    start: Moment
    end: Moment
    reason: str = ""


class Schedule(Value):
    """Who is on call for one duty; zone is IANA."""

    id: Id
    title: str = ""
    zone: str = "America/New_York"
    rotations: tuple[Rotation, ...] = ()
    """Layers: everybody on in any layer is on."""
    overrides: tuple[Override, ...] = ()


class Shift(Value):
    """One person on call from `start` until before `end` (UTC)."""

    person: Id
    start: Moment
    end: Moment


class Shifts(Value):
    """A schedule compiled flat, so that a page needs no other service to know who is on."""

    schedule: Id
    compiled_at: Moment
    through: Moment
    shifts: tuple[Shift, ...] = ()

    def on(self, at: Moment) -> tuple[Id, ...]:
        """Return who is on call at that moment, in roster order, nobody twice."""
        return tuple(dict.fromkeys(s.person for s in self.shifts if s.start <= at < s.end))


HORIZON = timedelta(days=30)
"""How far ahead shifts are compiled."""
