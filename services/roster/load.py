"""What being on call asked of each person in a month: hours, pages, and pages at night. Pure.

A month, and a night, are those of the person's own wall clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from contracts import night
from contracts.schedules import Shifts
from services.roster.core.spans import Span, inside, merged


@dataclass(frozen=True, slots=True)
class Load:
    """One person's month; hours on call for several schedules at once count once."""

    person: str
    hours: float
    pages: int
    night_pages: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly one figure is spread over those who are on call."""

    mean: float
    least: float
    most: float

    def share(self, value: float) -> float:
        """Return a value as a multiple of the mean; 1 is an even share, also of nothing."""
        return value / self.mean if self.mean else 1.0


def month_of(text: str) -> tuple[int, int]:
    """Return year and month of `2026-11`; raises ValueError."""
    at = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    return at.year, at.month


def month_span(year: int, month: int, zone: str) -> Span:
    """Return when the month begins and ends (UTC) on that zone's wall clock."""
    there = ZoneInfo(zone)
    following = (year + month // 12, month % 12 + 1)
    start, end = (datetime(y, m, 1, tzinfo=there).astimezone(UTC) for y, m in ((year, month), following))
    return start, end


def loads(
    shifts: Iterable[Shifts],
    pages: Iterable[tuple[str, datetime]],
    zones: Mapping[str, str],
    year: int,
    month: int,
) -> tuple[Load, ...]:
    """Return the month of everybody in `zones` (id -> IANA zone) who was on call or paged.

    `pages` are (person, when asked for); tests and drills are left out by whoever counts.
    The most hours come first.
    """
    held: dict[str, list[Span]] = {}
    for compiled in shifts:
        for shift in compiled.shifts:
            held.setdefault(shift.person, []).append((shift.start, shift.end))
    paged: dict[str, list[datetime]] = {}
    for person, at in pages:
        paged.setdefault(person, []).append(at)
    found = []
    for person, zone in zones.items():
        span = month_span(year, month, zone)
        hours = sum(
            (end - start).total_seconds() / 3600 for start, end in inside(span, merged(held.get(person, ())))
        )
        mine = [at for at in paged.get(person, ()) if span[0] <= at < span[1]]
        nights = sum(is_night(at, zone) for at in mine)
        if hours or mine:
            found.append(Load(person, hours, len(mine), nights))
    return tuple(sorted(found, key=lambda one: (-one.hours, -one.pages, one.person)))


def is_night(at: datetime, zone: str) -> bool:
    """Return whether a moment lies in the night of that zone's wall clock."""
    return night.is_night(at.astimezone(ZoneInfo(zone)).time())


def fairness(values: Iterable[float]) -> Fairness:
    """Return how evenly these are spread; of nobody, all is zero."""
    each = list(values)
    return Fairness(sum(each) / len(each), min(each), max(each)) if each else Fairness(0.0, 0.0, 0.0)
