"""Files of answers for `vigil screen score`: JSON, YAML or CSV, one filled-in instrument or many.

JSON and YAML hold one entry or a list of them: `instrument`, `answers` (`{item: value}`, a value being
plain or `{value, unit}`), and as wanted `total`, `at`, `by`. A CSV has a column `instrument`, one column
for each item, and as wanted `total`, `at` and `by`; an empty cell is no answer, and a unit stands behind
its number (`0.09 g/dL`).
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from contracts.screens import ScreenAnswers
from services.command_line.troubles import Trouble
from services.programme import yaml_text
from services.programme.fields import did_you_mean

_FIELDS = ("instrument", "answers", "total", "at", "by")
_BESIDE = ("instrument", "total", "at", "by")


@dataclass(frozen=True, slots=True)
class Filled:
    """One filled-in instrument, and where it stands."""

    place: str
    instrument: str
    answers: ScreenAnswers


def read(file: Path, instrument: str | None = None) -> tuple[Filled, ...]:
    """Return what the file holds; `instrument` stands where an entry names none. Raises Trouble."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise Trouble(f"{file}: cannot be read ({error.strerror}); name another file") from None
    except UnicodeDecodeError:
        raise Trouble(f"{file}: is no UTF-8 text; save it as UTF-8") from None
    match file.suffix.lower():
        case ".csv":
            return tuple(_rows(file, text, instrument))
        case ".json":
            entries = _json(file, text)
        case ".yaml" | ".yml":
            entries = _yaml(file)
        case _:
            raise Trouble(
                f"{file}: its name must end in .json, .yaml or .csv, so that it is known how to read"
            )
    found = entries if isinstance(entries, list) else [entries]
    if not found:
        raise Trouble(f"{file}: holds no entry")
    return tuple(
        _entry(f"{file}" if len(found) == 1 else f"{file}, entry {number}", each, instrument)
        for number, each in enumerate(found, start=1)
    )


def _entry(place: str, entry: object, instrument: str | None) -> Filled:
    if not isinstance(entry, Mapping):
        raise Trouble(f"{place}: must hold fields: {', '.join(_FIELDS)}")
    for name in entry:
        if name not in _FIELDS:
            near = did_you_mean(str(name), _FIELDS) or f"; there are {', '.join(_FIELDS)}"
            raise Trouble(f"{place}: {name!r} is no field here{near}")
    named = entry.get("instrument") or instrument
    if not isinstance(named, str):
        raise Trouble(f"{place}: names no instrument; add it, or give --instrument")
    given = {name: value for name, value in entry.items() if name != "instrument" and value is not None}
    return Filled(place, named, _answers(place, given))


def _answers(place: str, given: Mapping[str, object]) -> ScreenAnswers:
    try:
        return ScreenAnswers.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Trouble(f"{place}: {field}: {first['msg'].removeprefix('Value error, ')}") from None


def _json(file: Path, text: str) -> object:
    try:
        held: object = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Trouble(f"{file}:{error.lineno}: is no JSON here: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{file}: {error}") from None
    return held


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice in one entry; keep one")
        found[name] = value
    return found


def _yaml(file: Path) -> object:
    """Return the content, every scalar as it is written: YAML reads `no` and 02:14 as other things."""
    document = yaml_text.read(file)
    empty = {yaml_text.written(place) for place in document.empty}
    told = [str(one) for one in document.problems if one.field not in empty or not one.field]
    if told:
        raise Trouble("\n".join(told))
    return document.tree


def _rows(file: Path, text: str, instrument: str | None) -> list[Filled]:
    delimiter = max((",", ";", "\t"), key=(text.splitlines() or [""])[0].count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip() for name in table.fieldnames or []]
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise Trouble(f"{file}: the column {twice[0]!r} stands twice; keep one")
    if "instrument" not in names and instrument is None:
        raise Trouble(f"{file}: has no column 'instrument'; add it, or give --instrument")
    table.fieldnames = names
    found = []
    for row in table:
        place = f"{file}:{table.line_num}"
        if None in row:
            raise Trouble(f"{place}: has more cells than columns; put a cell that holds commas in quotes")
        cells = {name: (cell or "").strip() for name, cell in row.items()}
        if not any(cells.values()):
            continue
        beside = {name: cells[name] for name in ("total", "at", "by") if cells.get(name)}
        answers = {name: cell for name, cell in cells.items() if name and cell and name not in _BESIDE}
        named = cells.get("instrument") or instrument
        if not named:
            raise Trouble(f"{place}: names no instrument; fill in the cell, or give --instrument")
        found.append(Filled(place, named, _answers(place, {**beside, "answers": answers})))
    if not found:
        raise Trouble(f"{file}: holds no row of answers")
    return found
