"""Shifts as a table: who is on for which schedule, from when to when.

Columns: `schedule`, `person`, `start`, `end`, and `origin`, which is only ever written. Moments
stand on the schedule's wall clock, as `2026-11-30 18:00`, or carry an offset of their own, as
exported ones do: `2026-11-30T18:00-05:00`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.schedules import Shift, Shifts
from services.programme import csv_text, fields
from services.programme.csv_text import Row
from services.programme.yaml_text import Problem, ProgrammeError

NEEDED = ("schedule", "person", "start", "end")
COLUMNS = (*NEEDED, "origin")
_MOMENT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")


def read_shifts(
    path: Path, zones: Mapping[str, str], people: Collection[str]
) -> dict[str, tuple[Shift, ...]]:
    """Return the shifts of a CSV file by schedule, in order of their start.

    `zones` is schedule -> IANA zone. Where a wall clock shows a time twice, or never, a shift
    starts at the earlier reading and ends at the later one. Raises ProgrammeError with every
    mistake, by line and column.
    """
    rows, found = csv_text.read(path, COLUMNS, NEEDED)
    problems = list(found)
    shifts: dict[str, dict[Shift, None]] = {}
    for row in rows if not problems else ():
        shift, wrong = _shift(str(path), row, zones, people)
        problems += wrong
        if shift is not None:
            shifts.setdefault(row.cells["schedule"], {})[shift] = None
    if not rows and not problems:
        problems.append(Problem(str(path), 1, "", "holds no shift; add a row for each"))
    if problems:
        raise ProgrammeError(problems)
    return {name: ordered(held) for name, held in sorted(shifts.items())}


def shifts_csv(compiled: Iterable[Shifts], zones: Mapping[str, str]) -> str:
    """Return compiled shifts as a table on each schedule's wall clock, with offsets."""
    return csv_text.written(
        COLUMNS,
        (
            (
                shifts.schedule,
                shift.person,
                _written(shift.start, zones[shifts.schedule]),
                _written(shift.end, zones[shifts.schedule]),
                shift.origin,
            )
            for shifts in compiled
            for shift in shifts.shifts
        ),
    )


def ordered(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    """Return shifts by start, then end, then person."""
    return tuple(sorted(shifts, key=lambda shift: (shift.start, shift.end, shift.person)))


def readings(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the earliest and the latest moment (UTC) that a reading of the wall clock can mean."""
    wall = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    both = (wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
    return min(both), max(both)


def _shift(
    file: str, row: Row, zones: Mapping[str, str], people: Collection[str]
) -> tuple[Shift | None, list[Problem]]:
    problems = [
        Problem(file, row.line, name, "is missing; add it") for name in NEEDED if name not in row.cells
    ]

    def tell(column: str, text: str) -> None:
        problems.append(Problem(file, row.line, column, text))

    def known(column: str, names: Collection[str]) -> None:
        name = row.cells.get(column)
        if name is not None and name not in names:
            near = fields.did_you_mean(name, sorted(names)) or "; add it or name another"
            tell(column, f"there is no {column} `{name}`{near}")

    known("schedule", zones)
    known("person", people)
    for column in ("start", "end"):
        if column in row.cells and _moment(row.cells[column]) is None:
            tell(column, "is no moment; write it on the schedule's wall clock: 2026-11-30 18:00")
    if problems:
        return None, problems
    zone = ZoneInfo(zones[row.cells["schedule"]])
    begins, ends = _moment(row.cells["start"]), _moment(row.cells["end"])
    assert begins is not None and ends is not None
    start, end = readings(begins, zone)[0], readings(ends, zone)[1]
    if end <= start:
        tell("end", "is not after `start`; a shift over midnight ends on the next day")
        return None, problems
    return Shift(person=row.cells["person"], start=start, end=end), problems


def _moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    exact = bool(local.second or local.microsecond)
    return local.isoformat(timespec="seconds" if exact else "minutes")
