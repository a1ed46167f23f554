"""The calendar of caring contacts: which days, and an hour drawn by chance. Pure: chance comes as numbers."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.privacy import Hours

Unit = Literal["h", "d", "mo"]
_GRID = timedelta(minutes=5)
DAY = timedelta(days=1)
_STEP = re.compile(r"([1-9]\d{0,3})(h|d|mo)")
_MOST_HOURS, _MOST_DAYS, _MOST_MONTHS = 240, 730, 24
"""6b: caring contacts go on for one to two years."""


@dataclass(frozen=True, slots=True)
class Step:
    """One contact: so many hours, days or months after the beginning."""

    count: int
    unit: Unit

    @property
    def name(self) -> str:
        """How it is written: `72h`, `14d`, `6mo`."""
        return f"{self.count}{self.unit}"


@dataclass(frozen=True, slots=True)
class Window:
    """When caring contacts may come: on the wall clock of `zone`, and not in the patient's quiet hours."""

    zone: str
    earliest: time
    latest: time
    quiet: Hours | None = None


def read(text: str) -> tuple[Step, ...]:
    """Read `72h 7d 2mo`; raises ValueError that names what is wrong.

    Hours fall at their time, moved into the window; days and months at a random time of the day.
    """
    steps: list[Step] = []
    for word in text.replace(",", " ").split():
        match = _STEP.fullmatch(word)
        if match is None:
            raise ValueError(f"{word!r} is no time; write it as 72h, 14d or 6mo")
        count, unit = int(match[1]), match[2]
        if unit == "h":
            step, most = Step(count, "h"), _MOST_HOURS
        elif unit == "d":
            step, most = Step(count, "d"), _MOST_DAYS
        else:
            step, most = Step(count, "mo"), _MOST_MONTHS
        if count > most:
            raise ValueError(f"{word!r} is too far ahead; at most {most}{unit}")
        steps.append(step)
    if len({one.name for one in steps}) < len(steps):
        raise ValueError("a time stands there twice")
    return tuple(steps)


def planned(
    steps: Sequence[Step], since: datetime, window: Window, chances: Sequence[float]
) -> tuple[tuple[Step, datetime], ...]:
    """Return each contact with its moment (UTC), in their order in time.

    `chances`: a number from 0 up to, but not including, 1 for each step.
    """
    moments = (_moment(step, since, window, chance) for step, chance in zip(steps, chances, strict=True))
    return tuple(sorted(zip(steps, moments, strict=True), key=lambda one: one[1]))


def on_day(day: date, window: Window, chance: float) -> datetime:
    """Return a random moment (UTC) of that day within the window.

    Quiet hours that leave nothing of it are not kept here: the crisis line withholds the text then,
    and a person calls.
    """
    slots = _slots(day, window)
    awake = [one for one in slots if window.quiet is None or not window.quiet.cover(one)] or slots
    return awake[min(int(chance * len(awake)), len(awake) - 1)]


def another_day(now: datetime, window: Window, chance: float, after: datetime | None = None) -> datetime:
    """Return a random moment of a later day; of the first that begins after `after`, if that is given."""
    local = now.astimezone(ZoneInfo(window.zone)).date()
    day = local + timedelta(days=1)
    if after is not None:
        day = max(day, after.astimezone(ZoneInfo(window.zone)).date() + timedelta(days=1))
    return on_day(day, window, chance)


def next_open_day(now: datetime, window: Window, chance: float) -> datetime:
    """Return a random moment of today if the window is yet to open, else of tomorrow."""
    day = now.astimezone(ZoneInfo(window.zone)).date()
    if now < _at(day, window.earliest, window.zone):
        return on_day(day, window, chance)
    return another_day(now, window, chance)


def end_of(moment: datetime, window: Window) -> datetime:
    """Return when the window of that moment's day closes (UTC); never before the moment."""
    local = moment.astimezone(ZoneInfo(window.zone))
    return max(moment, _at(local.date(), window.latest, window.zone))


def is_open(moment: datetime, window: Window) -> bool:
    """Return whether a contact may come at that moment, the patient's quiet hours aside."""
    clock = moment.astimezone(ZoneInfo(window.zone)).time()
    return window.earliest <= clock < window.latest


def working_end(day: date, window: Window) -> datetime:
    """Return the end of that day's window (UTC): by when a task of the day is due."""
    return _at(day, window.latest, window.zone)


def _moment(step: Step, since: datetime, window: Window, chance: float) -> datetime:
    local = since.astimezone(ZoneInfo(window.zone))
    match step.unit:
        case "h":
            return _into(since + timedelta(hours=step.count), window)
        case "d":
            return on_day(local.date() + timedelta(days=step.count), window, chance)
        case "mo":
            return on_day(_months_later(local.date(), step.count), window, chance)


def _into(moment: datetime, window: Window) -> datetime:
    """Return the moment, or the first one after it at which a contact may come."""
    day = moment.astimezone(ZoneInfo(window.zone)).date()
    for slots in (_slots(day, window), _slots(day + timedelta(days=1), window)):
        awake = [one for one in slots if window.quiet is None or not window.quiet.cover(one)] or slots
        if awake[0] <= moment <= awake[-1] and (window.quiet is None or not window.quiet.cover(moment)):
            return moment
        later = [one for one in awake if one >= moment]
        if later:
            return later[0]
    return on_day(day + timedelta(days=1), window, 0.0)


def _slots(day: date, window: Window) -> list[datetime]:
    start, end = _at(day, window.earliest, window.zone), _at(day, window.latest, window.zone)
    count = max(1, (end - start) // _GRID)
    return [start + _GRID * number for number in range(count)]


def _months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or the last one that month has."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _at(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
