"""Writes a report down: as CSV for a spreadsheet, as HTML for a page or A4 paper, as words for a terminal."""

import csv
import io
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from services.books.reports.shape import Cell, Column, Report


def as_csv(report: Report) -> str:
    """Return it as CSV: spans in seconds, shares as fractions, moments in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([one.name for one in report.columns])
    writer.writerows([[_plain(cell) for cell in row] for row in report.rows])
    return out.getvalue()


def as_html(report: Report, now: datetime) -> str:
    """Return it as one page of its own, which asks nobody for anything and prints on A4."""
    return _page().render(
        report=report,
        columns=report.columns,
        rows=[shown(report, row) for row in report.rows],
        period=period_of(report),
        made_at=moment(now, report.period.zone),
    )


def shown(report: Report, row: tuple[Cell, ...]) -> tuple[str, ...]:
    """Return a row as people read it; what is not known is a dash."""
    return tuple(
        written(cell, column, report.period.zone) for cell, column in zip(row, report.columns, strict=True)
    )


def written(cell: Cell, column: Column, zone: str) -> str:
    """Return a cell as people read it."""
    match cell:
        case None | "":
            return "–"  # noqa: RUF001  # a dash, in a table
        case timedelta():
            return span(cell)
        case datetime():
            return moment(cell, zone)
        case float() if column.kind == "share":
            return f"{cell * 100:.0f} %"
        case float():
            return f"{cell:.1f}"
        case _word_or_number:
            return str(cell)


def span(value: timedelta) -> str:
    """Return a span in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `1 d 4 h`."""
    seconds = int(value.total_seconds())
    parts = [
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((place for place, (amount, _) in enumerate(parts) if amount), 3)
    said = [f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount]
    return " ".join(said) or "0 s"


def moment(at: datetime, zone: str) -> str:
    """Return a moment on the wall clock of a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}"


def period_of(report: Report) -> str:
    """Return the period in words, its last day included."""
    zone = ZoneInfo(report.period.zone)
    first, last = report.period.since.astimezone(zone), report.period.until.astimezone(zone)
    last_day = (last - timedelta(microseconds=1)).date()
    return f"{first:%d %b %Y} to {last_day:%d %b %Y}, {report.period.zone}"


def _plain(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case timedelta():
            return round(cell.total_seconds(), 3)
        case datetime():
            return cell.astimezone(UTC).isoformat()
        case _word_or_number:
            return cell


@cache
def _page() -> Template:
    environment = Environment(
        loader=PackageLoader("services.books"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html")
