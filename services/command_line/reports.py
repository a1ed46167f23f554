"""`vigil report`: the ledger's reports at a terminal, as CSV and as a page that prints."""

from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from services.books import library, printed
from services.books.reports.shape import Period
from services.books.settings import BooksSettings
from services.books.targets import TargetSettings
from services.command_line.ledger_books import reading
from services.command_line.link import this_moment
from services.command_line.shown import show, table
from services.command_line.troubles import Trouble
from services.runtime.settings import Settings, load

_DAYS = 28


def report(
    name: Annotated[
        str, typer.Argument(help="Which one; none: all there are are listed.", show_default=False)
    ] = "",
    by: Annotated[str, typer.Option(help="Group by this; `vigil report` says by what each can be.")] = "",
    since: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD; else 28 days ago.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD; else today.")] = "",
    zone: Annotated[str, typer.Option(help="Clock of days and hours; else VIGIL_LEDGER_ZONE.")] = "",
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write it there as CSV; - is stdout.", metavar="FILE")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write it there as a page that prints.", metavar="FILE")
    ] = None,
) -> None:
    """Count what happened, from the ledger: times against targets, outreach, screens, costs, drills."""
    if not name:
        rows = ((one.name, one.title, ", ".join(one.by) or "-") for one in library.REPORTS.values())
        show(table("Reports", ("name", "about", "by"), rows))
        return
    settings, targets = load(BooksSettings), load(TargetSettings)
    now = this_moment()
    period = _period(since, until, zone or settings.ledger_zone)
    books = settings.open(load(Settings).var)
    try:
        with reading(books) as page:
            made = library.make(page, name, period, by=by, targets=targets, now=now)
    except library.NoReport as error:
        raise Trouble(str(error)) from None
    finally:
        books.close()
    if html_file is not None:
        html_file.write_text(printed.as_html(made, now))
    if csv_file is not None and str(csv_file) != "-":
        csv_file.write_text(printed.as_csv(made))
    elif csv_file is not None:
        typer.echo(printed.as_csv(made), nl=False)
    if csv_file is None and html_file is None:
        title = f"{made.title}, {printed.period_of(made)}"
        headings = (column.heading for column in made.columns)
        show(
            table(title, headings, (printed.shown(made, row) for row in made.rows), "Nothing in this period.")
        )


def _period(since: str, until: str, zone: str) -> Period:
    try:
        last = date.fromisoformat(until) if until else this_moment().astimezone(ZoneInfo(zone)).date()
        first = date.fromisoformat(since) if since else date.fromordinal(last.toordinal() - _DAYS + 1)
    except ValueError as error:
        raise Trouble(f"--from, --to: {error}; write days as 2026-11-24") from None
    except (OSError, KeyError):
        raise Trouble(f"--zone: {zone!r} is no time zone; write for example America/New_York") from None
    if last < first:
        raise Trouble(f"--to: {last} is before --from {first}")
    return library.days(first, last, zone)
