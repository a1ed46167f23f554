"""A change of the books: which row, and how what is new joins what stands there. Pure.

`last` replaces, `first` stays as it was first written, `add` is added. A row remembers the sequence up to
which it was written: the same message again changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Cell = str | int | bool | datetime | None
Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Change:
    """What a message changes in one row."""

    table: str
    key: tuple[tuple[str, Cell], ...]
    last: Cells = field(default_factory=dict)
    first: Cells = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)


def change(
    table: str, key: Cells, *, last: Cells | None = None, first: Cells | None = None, **add: int
) -> Change:
    """Return a change; further arguments are counts to add."""
    return Change(table, tuple(key.items()), last or {}, first or {}, add)


def joined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes of one message with one for each row, in the order rows were first named."""
    rows: dict[tuple[str, tuple[tuple[str, Cell], ...]], Change] = {}
    for one in changes:
        place = (one.table, one.key)
        before = rows.get(place)
        rows[place] = one if before is None else _after(before, one)
    return tuple(rows.values())


def _after(one: Change, other: Change) -> Change:
    first = {**other.first, **{name: cell for name, cell in one.first.items() if cell is not None}}
    last = {**one.last, **other.last}
    # What is set anew counts more than what stays as it first was.
    first = {name: cell for name, cell in first.items() if name not in last}
    names = {*one.add, *other.add}
    return Change(
        one.table, one.key, last, first, {n: one.add.get(n, 0) + other.add.get(n, 0) for n in sorted(names)}
    )


Row = dict[str, Cell]


def applied(row: Row | None, one: Change, stream: str, sequence: int) -> Row:
    """Return a row after a change, as the database makes it: for tests, and to say what the SQL means."""
    if row is None:
        own: Row = {"stream": stream, "sequence": sequence, "first_sequence": sequence}
        return {**own, **one.first, **one.last, **one.add, **dict(one.key)}
    if int(row["sequence"] or 0) >= sequence:  # type: ignore[arg-type]  # a number, always
        return row
    made = dict(row)
    for name, cell in one.first.items():
        made[name] = made.get(name) if made.get(name) is not None else cell
    made.update(one.last)
    for name, count in one.add.items():
        made[name] = int(made.get(name) or 0) + count  # type: ignore[arg-type]
    made["sequence"] = sequence
    return made
