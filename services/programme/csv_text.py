"""Tables as spreadsheets write them: comma, semicolon or tab, with or without a byte order mark.

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, and read
without it, so that what is exported comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.programme import fields
from services.programme.yaml_text import Problem

_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row: its cells by column, and the line on which it begins."""

    line: int
    cells: Mapping[str, str]


def read(
    path: Path, columns: Sequence[str], needed: Sequence[str]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """Return the filled rows of a file, and what is wrong with it as a table.

    The first filled line names the columns, in any order and any case. Empty cells are left out.
    """
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return (), (Problem(file, 1, "", f"cannot be read ({reason}); name another file"),)
    try:
        text = _text(raw)
        return _rows(file, text, columns, needed)
    except UnicodeDecodeError:
        return (), (Problem(file, 1, "", "is no UTF-8; save it again as `CSV UTF-8`"),)
    except csv.Error as error:
        return (), (Problem(file, 1, "", f"is no table ({error}); save it again as CSV"),)


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: commas, CRLF as RFC 4180 has it, no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if _GUARDED.match(cell) else cell


def _text(raw: bytes) -> str:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))  # what Excel calls Unicode text
    return raw.decode("utf-16" if wide else "utf-8-sig")


def _rows(
    file: str, text: str, columns: Sequence[str], needed: Sequence[str]
) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    names: list[str] = []
    found: list[Row] = []
    problems: list[Problem] = []
    end = 0
    for cells in lines:
        line, end = end + 1, lines.line_num
        if not any(cell.strip() for cell in cells) or (not names and cells[0].startswith("sep=")):
            continue
        if not names:
            names = [cell.strip().lower() for cell in cells]
            problems += _heading(file, line, names, columns, needed)
            continue
        filled = {name: _plain(cell) for name, cell in zip(names, cells, strict=False) if cell.strip()}
        if any(cell.strip() for cell in cells[len(names) :]):
            text = f"has more cells than the {len(names)} columns; put a cell that holds commas in quotes"
            problems.append(Problem(file, line, "", text))
        found.append(Row(line, filled))
    if not names:
        problems.append(Problem(file, 1, "", f"is empty; its first line must be {','.join(columns)}"))
    return tuple(found), tuple(problems)


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.startswith("sep=") and first[4:5]:
        return first[4]
    return max(_DELIMITERS, key=first.count)


def _heading(
    file: str, line: int, names: Sequence[str], columns: Sequence[str], needed: Sequence[str]
) -> list[Problem]:
    problems = []
    for name in dict.fromkeys(names):
        if name and name not in columns:
            near = fields.did_you_mean(name, columns) or f"; use {', '.join(columns)}"
            problems.append(Problem(file, line, name, f"is no column here{near}"))
        if name and names.count(name) > 1:
            problems.append(Problem(file, line, name, "stands twice; keep one"))
    missing = [name for name in needed if name not in names]
    return problems + [Problem(file, line, name, "is a column that is missing; add it") for name in missing]
