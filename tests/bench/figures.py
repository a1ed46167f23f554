"""Figures as measured, each beside what it is held against: one table, and raw lines for later."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` is None where there is no aim, only something to compare with."""

    what: str
    measured: str
    aim: str
    met: bool | None
    raw: dict[str, float] = field(default_factory=dict)


def share(values: Sequence[float], part: float) -> float:
    """Return the value that this part of all values does not exceed: 0.5 the median, 0.99 the p99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")


def milliseconds(seconds: float) -> str:
    """Return seconds as people read short times."""
    return f"{seconds * 1000:.1f} ms"


def show(figures: Iterable[Figure], title: str) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("aim or floor")
    table.add_column("")
    for figure in figures:
        word = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.met]
        table.add_row(figure.what, figure.measured, figure.aim, word)
    Console(width=130).print(table)


def keep(figures: Iterable[Figure], at: datetime, folder: Path) -> Path:
    """Append the raw figures as JSON lines under `folder`; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{at:%Y-%m-%d}.jsonl"
    with file.open("a") as out:
        for figure in figures:
            out.write(json.dumps({"at": at.isoformat(), **asdict(figure)}) + "\n")
    return file
