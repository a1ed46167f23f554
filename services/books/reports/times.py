"""Times to page, take, reach and resolve, against the site's targets. Pure.

Each clock begins when the escalation became as urgent as it is, or, where the hours of its policy let it
wait, when its paging began. What has not happened counts as missed once its target has passed, and is not
counted before: an open escalation is no success.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.values import Urgency
from services.books.reports.shape import Cell, Column, Period, Report, grouped, median, percentile, share

By = Literal["urgency", "kind", "site", "hour", "person", "policy", "day", "month"]
GROUPS: tuple[By, ...] = ("urgency", "kind", "site", "hour", "person", "policy", "day", "month")
MEASURES = ("page", "take", "reach", "resolve")
_TITLES = {"page": "to page", "take": "to take", "reach": "to reach", "resolve": "to resolve"}
Limits = Mapping[tuple[str, str], tuple[timedelta, str]]
"""(measure, urgency) -> within which span, and who says so."""


@dataclass(frozen=True)
class TimedRun:
    """A patient's escalation, by what is timed."""

    run: str
    kind: str
    urgency: str
    """The highest it came to."""
    site: str
    policy: str
    begins: datetime
    paged_at: datetime | None = None
    """When the carrier had accepted the first page of it."""
    taken_at: datetime | None = None
    taken_by: str | None = None
    reached_at: datetime | None = None
    reached_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    ended_at: datetime | None = None
    """When it ended in any way: resolved, withdrawn, merged into another."""

    def at(self, measure: str) -> datetime | None:
        """Return when that happened."""
        match measure:
            case "page":
                return self.paged_at
            case "take":
                return self.taken_at
            case "reach":
                return self.reached_at
            case _resolve:
                return self.resolved_at

    def by(self, measure: str) -> str:
        """Return who did it; paging is nobody's."""
        match measure:
            case "take":
                return self.taken_by or ""
            case "reach":
                return self.reached_by or ""
            case "resolve":
                return self.resolved_by or ""
            case _page:
                return ""


def times(
    runs: Iterable[TimedRun], period: Period, by: By, limits: Limits, wanted: float, now: datetime
) -> Report:
    """Return the report: for each group and measure how many, how long, and how many kept the target.

    `wanted` is the share that should keep it. Runs that paged nobody by design (routine) are in it: their
    resolving is timed.
    """
    chosen = [one for one in runs if period.holds(one.begins)]
    rows = tuple(
        row
        for measure in MEASURES
        for group, members in _grouped(chosen, measure, by, period.zone)
        for row in _row(group, measure, members, limits, wanted, now)
    )
    sources = sorted(
        f"{_TITLES[measure]}, {urgency}: {_said(span)}: {source}"
        for (measure, urgency), (span, source) in limits.items()
    )
    return Report(
        "times",
        f"Times by {by}",
        "From the moment an escalation became as urgent as it is (or, where its policy let it wait, from "
        "when paging began) until the carrier had accepted the first page, somebody took it, the patient was "
        "reached, it was closed. Faults, drills and test pages are left out.",
        period,
        (
            Column("measure", "Time"),
            Column(by, by.capitalize()),
            Column("escalations", "Escalations", "number"),
            Column("happened", "Happened", "number"),
            Column("median", "Median", "span"),
            Column("p90", "90 % within", "span"),
            Column("longest", "Longest", "span"),
            Column("target", "Target", "span"),
            Column("counted", "Counted", "number"),
            Column("within", "Kept it", "share"),
            Column("verdict", "So"),
        ),
        rows,
        (f"{wanted:.0%} of what is counted should keep its target.", *sources),
    )


def _row(
    group: str, measure: str, runs: list[TimedRun], limits: Limits, wanted: float, now: datetime
) -> Iterable[tuple[Cell, ...]]:
    spans = [at - one.begins for one in runs if (at := one.at(measure)) is not None]
    verdicts = [kept for one in runs if (kept := _kept(one, measure, limits, now)) is not None]
    within = share(sum(verdicts), len(verdicts))
    targets = {limits[measure, one.urgency][0] for one in runs if (measure, one.urgency) in limits}
    longest = max(spans) if spans else None
    verdict = "" if within is None else ("kept" if within >= wanted else "missed")
    if runs:
        yield (
            _TITLES[measure],
            group,
            len(runs),
            len(spans),
            median(spans),
            percentile(spans, 90),
            longest,
            targets.pop() if len(targets) == 1 else None,
            len(verdicts),
            within,
            verdict,
        )


def _kept(run: TimedRun, measure: str, limits: Limits, now: datetime) -> bool | None:
    """Return whether it kept its target; None: it has none, or it is too early to say."""
    limit = limits.get((measure, run.urgency))
    if limit is None:
        return None
    at, last = run.at(measure), run.begins + limit[0]
    if at is not None:
        return at <= last
    # Ended otherwise in time (withdrawn, merged): nothing was missed.
    if run.ended_at is not None and run.ended_at <= last:
        return None
    return False if now > last else None


def _grouped(
    runs: Iterable[TimedRun], measure: str, by: By, zone: str
) -> Iterable[tuple[str, list[TimedRun]]]:
    named = [(name, one) for one in runs if (name := _group(one, measure, by, ZoneInfo(zone))) is not None]
    groups = grouped(named, lambda one: one[0])
    by_rank = sorted(groups, key=lambda one: (_RANKS.get(one[0], 0), one[0]))
    return [(name, [one for _, one in members]) for name, members in by_rank]


_RANKS = {str(urgency): -urgency.rank for urgency in Urgency}


def _group(run: TimedRun, measure: str, by: By, zone: ZoneInfo) -> str | None:
    local = run.begins.astimezone(zone)
    match by:
        case "urgency":
            return run.urgency
        case "kind":
            return run.kind
        case "site":
            return run.site
        case "policy":
            return run.policy
        case "hour":
            return f"{local:%H}:00"
        case "day":
            return f"{local:%Y-%m-%d}"
        case "month":
            return f"{local:%Y-%m}"
        case _person:
            # Whoever did it; nobody pages, and nobody did what has not happened.
            return None if measure == "page" else run.by(measure) or "nobody yet"


def _said(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
