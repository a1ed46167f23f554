"""Tables and times as people read them at a terminal."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table


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


def local(moment: datetime, *, seconds: bool = False) -> str:
    """Return a moment on this machine's wall clock."""
    return moment.astimezone().strftime("%d %b %H:%M:%S" if seconds else "%a %d %b %H:%M")


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


def masked(phone: str) -> str:
    """Return a phone number of which only the last two digits show."""
    return f"... ends in {phone[-2:]}"
