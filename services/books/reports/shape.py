"""What a report is: a table with a title, its words and its columns, ready for a page, paper or CSV. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")
Cell = str | int | float | datetime | timedelta | None
Kind = Literal["text", "number", "span", "share", "moment"]


@dataclass(frozen=True)
class Column:
    """A column: its name in CSV, its heading, and how its cells are written."""

    name: str
    heading: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Period:
    """From one moment, included, to another, not included, and the zone in which hours and days are meant."""

    since: datetime
    until: datetime
    zone: str

    def holds(self, at: datetime | None) -> bool:
        """Return whether a moment lies in it."""
        return at is not None and self.since <= at < self.until

    def day(self, at: datetime) -> str:
        """Return the day of a moment on the period's wall clock."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d}"

    def month(self, at: datetime) -> str:
        """Return the month of a moment on the period's wall clock."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m}"


@dataclass(frozen=True)
class Report:
    """A whole report."""

    name: str
    title: str
    says: str
    """What is counted, and how, in a sentence or two."""
    period: Period
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    """Sources of targets, what is left out, what can't be known."""

    def dicts(self) -> list[dict[str, Cell]]:
        """Return the rows by the columns' names."""
        return [dict(zip((one.name for one in self.columns), row, strict=True)) for row in self.rows]


def grouped(rows: Iterable[T], name: Callable[[T], str]) -> list[tuple[str, list[T]]]:
    """Return the rows by their group's name, in the order of the names."""
    groups: dict[str, list[T]] = {}
    for one in rows:
        groups.setdefault(name(one), []).append(one)
    return sorted(groups.items())


def median(values: Sequence[timedelta]) -> timedelta | None:
    """Return the middle one; of an even number the lower of the two, which somebody really had."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def percentile(values: Sequence[timedelta], percent: int) -> timedelta | None:
    """Return the smallest value that so many percent do not exceed (nearest rank)."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(rank, 1) - 1]


def share(part: int, whole: int) -> float | None:
    """Return a part of a whole, None of nothing."""
    return part / whole if whole else None


def total(values: Iterable[int | None]) -> int:
    """Return the sum, what is not known being nothing."""
    return sum(value or 0 for value in values)
