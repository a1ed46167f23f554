"""Shifts from an iCalendar file (RFC 5545): each event is somebody's shift, or several by its rule.

Either every event is understood, or nothing is returned and every mistake is told with its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from contracts.schedules import Shift
from services.programme import ical_times
from services.programme.ical_people import Names
from services.programme.ical_times import Unfit
from services.programme.shifts_csv import ordered
from services.programme.yaml_text import Problem, ProgrammeError


@dataclass(frozen=True, slots=True)
class _Placed:
    event: Event
    line: int
    lines: dict[str, int]

    def problem(self, file: str, field: str, text: str) -> Problem:
        return Problem(file, self.lines.get(field, self.line), field, text)


def read_ical(path: Path, zone: str, names: Names, since: datetime, through: datetime) -> tuple[Shift, ...]:
    """Return the shifts that end after `since` and start before `through`, in order of their start.

    `zone` (IANA) is where all-day events and times without a zone stand. Cancelled events are
    left out. Raises ProgrammeError.
    """
    file = str(path)
    placed = _events(path)
    home = ZoneInfo(zone)
    problems: list[Problem] = []
    moved: dict[str, set[datetime]] = {}
    for one in placed:
        problems += [
            one.problem(file, name or "", f"can't be read ({why}); correct it")
            for name, why in one.event.errors
        ]
        try:
            if not one.event.errors and (start := ical_times.moved_from(one.event, home)) is not None:
                moved.setdefault(_uid(one.event), set()).add(start)
        except Unfit as unfit:
            problems.append(one.problem(file, unfit.field, unfit.text))
    found: dict[Shift, None] = {}
    for one in placed if not problems else ():
        try:
            found |= dict.fromkeys(_shifts(one.event, home, names, since, through, moved))
        except Unfit as unfit:
            problems.append(one.problem(file, unfit.field, unfit.text))
    if not placed:
        problems.append(Problem(file, 1, "", "holds no event; export the calendar again"))
    if problems:
        raise ProgrammeError(problems)
    return ordered(found)


def _shifts(
    event: Event,
    zone: tzinfo,
    names: Names,
    since: datetime,
    through: datetime,
    moved: dict[str, set[datetime]],
) -> Iterator[Shift]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    replaced = frozenset() if "RECURRENCE-ID" in event else frozenset(moved.get(_uid(event), ()))
    spans = ical_times.spans(event, zone, since, through, replaced)
    # Whoever left before the window need not be known any more.
    people = names.of(event) if spans else ()
    for start, end in spans:
        for person in people:
            yield Shift(person=person, start=start, end=end)


def _events(path: Path) -> list[_Placed]:
    file = str(path)
    try:
        raw = path.read_bytes()
        calendars = Calendar.from_ical(raw, multiple=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProgrammeError(
            [Problem(file, 1, "", f"cannot be read ({reason}); name another file")]
        ) from None
    except (ValueError, KeyError, IndexError) as error:
        text = f"is no iCalendar file ({type(error).__name__}); export it again as .ics"
        raise ProgrammeError([Problem(file, 1, "", text)]) from None
    events = [
        event for calendar in calendars for event in calendar.walk("VEVENT") if isinstance(event, Event)
    ]
    places = _places(raw.decode("utf-8", "replace"))
    places += [(1, {})] * (len(events) - len(places))
    return [_Placed(event, *place) for event, place in zip(events, places, strict=False)]


def _places(text: str) -> list[tuple[int, dict[str, int]]]:
    """Return, for each event, the line on which it begins and the line of each of its properties."""
    found: list[tuple[int, dict[str, int]]] = []
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        name, _, value = line.partition(":")
        match name.upper():
            case "BEGIN":
                inside.append(value.strip().upper())
                if inside[-1] == "VEVENT":
                    found.append((number, {}))
            case "END":
                inside = inside[:-1]
            case _ if inside[-1:] == ["VEVENT"] and line[:1] not in (" ", "\t"):
                found[-1][1].setdefault(name.partition(";")[0].upper(), number)
    return found


def _uid(event: Event) -> str:
    return str(event.get("UID", ""))
