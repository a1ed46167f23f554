"""After a missed session: who reached out, how soon, and whether the patient was reached. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.books.reports.shape import Cell, Column, Period, Report, grouped, median, share

By = Literal["site", "group", "urgency", "row", "day", "month"]
GROUPS: tuple[By, ...] = ("site", "group", "urgency", "row", "day", "month")


@dataclass(frozen=True)
class Missed:
    """A session that somebody missed, and what came of it."""

    session: str
    patient: str
    site: str
    group: str
    urgency: str
    row: int | None
    """The row of the clinical table that gave the urgency."""
    at: datetime
    texted_at: datetime | None = None
    """When the carrier had taken a text about it."""
    withheld: str | None = None
    """Why no text was sent; for a person to know."""
    taken_at: datetime | None = None
    reached_at: datetime | None = None
    came_late: bool = False
    excused: bool = False

    @property
    def outreach_at(self) -> datetime | None:
        """When somebody or something first reached out."""
        return min((at for at in (self.texted_at, self.taken_at) if at is not None), default=None)

    def name(self, by: By, period: Period) -> str:
        """Return its group."""
        match by:
            case "site":
                return self.site
            case "group":
                return self.group or "alone"
            case "urgency":
                return self.urgency
            case "row":
                return f"row {self.row}" if self.row else ""
            case "day":
                return period.day(self.at)
            case _month:
                return period.month(self.at)


def outreach(
    missed: Iterable[Missed], period: Period, by: By, within: timedelta | None, source: str, now: datetime
) -> Report:
    """Return the report. `within`: how soon somebody or a text should reach out; None: no target."""
    chosen = [one for one in missed if period.holds(one.at)]
    rows = tuple(
        _row(name, members, within, now)
        for name, members in grouped(chosen, lambda one: one.name(by, period))
    )
    notes = ("Texts that were not sent are listed for a person to call: a site's tasks say so.",)
    return Report(
        "outreach",
        f"Missed sessions and outreach by {by}",
        "Sessions at which somebody counted as missing; the first text that the carrier took, or the first "
        "person who took the escalation, whichever came first.",
        period,
        (
            Column("group", by.capitalize()),
            Column("missed", "Missed", "number"),
            Column("texted", "Texted", "number"),
            Column("withheld", "Text withheld", "number"),
            Column("taken", "Taken by a person", "number"),
            Column("reached", "Reached", "number"),
            Column("late", "Came late", "number"),
            Column("excused", "Excused", "number"),
            Column("median", "Median to outreach", "span"),
            Column("longest", "Longest", "span"),
            Column("within", "Kept the target", "share"),
        ),
        rows,
        (f"Target: {int(within.total_seconds() // 60)} min. {source}", *notes) if within else notes,
    )


def _row(name: str, missed: list[Missed], within: timedelta | None, now: datetime) -> tuple[Cell, ...]:
    spans = [max(at - one.at, timedelta()) for one in missed if (at := one.outreach_at) is not None]
    kept = [verdict for one in missed if (verdict := _kept(one, within, now)) is not None]
    return (
        name,
        len(missed),
        sum(one.texted_at is not None for one in missed),
        sum(one.withheld is not None for one in missed),
        sum(one.taken_at is not None for one in missed),
        sum(one.reached_at is not None for one in missed),
        sum(one.came_late for one in missed),
        sum(one.excused for one in missed),
        median(spans),
        max(spans, default=None),
        share(sum(kept), len(kept)),
    )


def _kept(one: Missed, within: timedelta | None, now: datetime) -> bool | None:
    if within is None:
        return None
    at, last = one.outreach_at, one.at + within
    if at is not None:
        return at <= last
    if one.came_late or one.excused:
        return None
    return False if now > last else None
