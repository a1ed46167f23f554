"""Every report by its name: what it is about, how it may be grouped, and how it is made from the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from services.books import reading
from services.books.database import Page
from services.books.reports import counts, outreach, times, unreached
from services.books.reports.shape import Period, Report
from services.books.targets import TargetSettings

W = TypeVar("W", bound=str)


class NoReport(Exception):
    """There is no such report, or it is not grouped so; the text says what there is."""


@dataclass(frozen=True)
class About:
    """A report at a glance."""

    name: str
    title: str
    by: tuple[str, ...] = ()
    """How it may be grouped; the first is what it is grouped by unless said otherwise."""


REPORTS: Mapping[str, About] = {
    one.name: one
    for one in (
        About("times", "Times to page, take, reach and resolve", get_args(times.By)),
        About("unreached", "Patients who were not reached in time"),
        About("outreach", "Missed sessions and outreach", get_args(outreach.By)),
        About("screens", "Screens, specimens and doses", get_args(counts.ScreensBy)),
        About("opt_outs", "Opt-outs", get_args(counts.OptOutsBy)),
        About("costs", "Texts, segments, calls and minutes", get_args(counts.CostsBy)),
        About("drills", "Drills", get_args(counts.DrillsBy)),
    )
}


def make(
    page: Page, name: str, period: Period, *, by: str = "", targets: TargetSettings, now: datetime
) -> Report:
    """Return a report. Raises NoReport for a name or a grouping that does not exist."""
    about = REPORTS.get(name)
    if about is None:
        raise NoReport(f"there is no report {name!r}; there are {', '.join(REPORTS)}")
    if by and by not in about.by:
        ways = f"by {', '.join(about.by)}" if about.by else "in one way"
        raise NoReport(f"the report {name} is not grouped by {by!r}; it is grouped {ways}")
    return _made(page, name, period, by or next(iter(about.by), ""), targets, now)


def _made(page: Page, name: str, period: Period, by: str, targets: TargetSettings, now: datetime) -> Report:
    limits = {key: (one.within, one.source) for key, one in targets.targets().items()}
    match name:
        case "times":
            runs = reading.timed_runs(page, period)
            return times.times(runs, period, _one_of(times.GROUPS, by), limits, targets.target_share, now)
        case "unreached":
            return unreached.unreached(reading.unreached(page, period), period, limits, now)
        case "outreach":
            limit = targets.outreach()
            missed = reading.missed_sessions(page, period)
            within, source = (limit.within, limit.source) if limit else (None, "")
            return outreach.outreach(missed, period, _one_of(outreach.GROUPS, by), within, source, now)
        case "screens":
            return counts.screens(reading.screens(page, period), period, _one_of(counts.SCREENS, by))
        case "opt_outs":
            return counts.opt_outs(reading.opt_outs(page), period, _one_of(counts.OPT_OUTS, by))
        case "costs":
            return counts.costs(reading.sent(page, period), period, _one_of(counts.COSTS, by))
        case _drills:
            return counts.drills(reading.drills(page, period), period, _one_of(counts.DRILLS, by))


def _one_of(ways: tuple[W, ...], by: str) -> W:
    """Return the way of that name; it was looked for before."""
    return next(one for one in ways if one == by)


def days(first: date, last: date, zone: str) -> Period:
    """Return the period from the beginning of one day to the end of another, on a zone's wall clock."""
    there = ZoneInfo(zone)
    since = datetime.combine(first, time(), there)
    until = datetime.combine(last + timedelta(days=1), time(), there)
    return Period(since, until, zone)


def last_days(number: int, now: datetime, zone: str) -> Period:
    """Return the last so many days, today included."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return days(today - timedelta(days=number - 1), today, zone)
