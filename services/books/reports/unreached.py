"""Patients who were not reached in time, one line each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.books.reports.shape import Cell, Column, Period, Report
from services.books.reports.times import Limits, TimedRun


@dataclass(frozen=True)
class Unreached:
    """An escalation beside what is timed of it."""

    timed: TimedRun
    code: str
    patient: str
    holder: str
    ended_how: str
    disposition: str
    overdue: int
    """How often others were paged because of it."""


def unreached(found: Iterable[Unreached], period: Period, limits: Limits, now: datetime) -> Report:
    """Return who was reached late, is not reached yet although it is time, or never was."""
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        limit = limits.get(("reach", one.timed.urgency))
        if limit is None or not period.holds(one.timed.begins):
            continue
        due, reached, ended = one.timed.begins + limit[0], one.timed.reached_at, one.timed.ended_at
        if reached is not None and reached <= due:
            continue
        if reached is None and ended is None and now <= due:
            continue
        if reached is None and one.ended_how in ("withdrawn", "merged"):
            continue
        state = "reached late" if reached else "closed, never reached" if ended else "not reached yet"
        rows.append(
            (
                one.code,
                one.timed.begins,
                one.timed.urgency,
                one.timed.kind,
                one.timed.site,
                one.patient,
                one.holder or one.timed.taken_by or "nobody",
                state,
                (reached or ended or now) - one.timed.begins,
                limit[0],
                one.disposition,
                one.overdue,
            )
        )
    return Report(
        "unreached",
        "Not reached in time",
        "Escalations whose patient was reached after the site's target, is not reached yet although it has "
        "passed, or was never reported as reached.",
        period,
        (
            Column("code", "Code"),
            Column("began", "Began", "moment"),
            Column("urgency", "Urgency"),
            Column("kind", "Kind"),
            Column("site", "Site"),
            Column("patient", "Patient"),
            Column("who", "Who has or had it"),
            Column("state", "State"),
            Column("took", "Took so far", "span"),
            Column("target", "Target", "span"),
            Column("disposition", "Disposition"),
            Column("overdue", "Paged again", "number"),
        ),
        tuple(rows),
        tuple(
            sorted(
                f"{urgency}: {source}"
                for (measure, urgency), (_, source) in limits.items()
                if measure == "reach"
            )
        ),
    )
