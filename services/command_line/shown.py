"""Tables, times and counts as people read them at a terminal, and JSON for programs."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from services.command_line.link import this_moment

_IRREGULAR = {"person": "people", "policy": "policies", "try": "tries"}


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]], empty: str = "nothing") -> Table:
    """Return a plain table; without rows it says so."""
    made = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), caption_justify="left")
    for column in columns:
        made.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        made.add_row(*row)
        count += 1
    if not count:
        made.caption = empty
    return made


def show(*parts: object) -> None:
    """Write to the terminal; what it cannot show in colour is plain."""
    console = Console(highlight=False, markup=False)
    for part in parts:
        console.print(part)


def local(moment: datetime, *, seconds: bool = False, zone: ZoneInfo | None = None) -> str:
    """Return a moment on that zone's wall clock, or on this machine's; its year if it is another one."""
    there = moment.astimezone(zone)
    day = "%d %b" if seconds else "%a %d %b"
    year = "" if there.year == this_moment().astimezone(zone).year else " %Y"
    return there.strftime(f"{day}{year} {'%H:%M:%S' if seconds else '%H:%M'}")


def away(moment: datetime, now: datetime) -> str:
    """Return how far off a moment is: `in 2 min`, `40 s ago`."""
    span = span_of(abs(moment - now))
    return f"in {span}" if moment >= now else f"{span} ago"


def span_of(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit."""
    seconds = int(length.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172800 else f"{seconds // 86400} d"


def counted(number: int, word: str) -> str:
    """Return a number with its noun: `1 gap`, `2 gaps`, `No gaps`; `2 people`, `11 policies`."""
    many = _IRREGULAR.get(word, word + "s")
    return f"{number or 'No'} {word if number == 1 else many}"


def put_json(value: object) -> None:
    """Write JSON to stdout, and nothing else."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def masked(phone: str) -> str:
    """Return a phone number of which only the last two digits show."""
    return f"... ends in {phone[-2:]}"
