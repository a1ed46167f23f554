"""The drills so far, read from the log: who was paged, who answered and how fast.

They are told by their policy and never mixed with real runs.
"""

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from rich.table import Table

from contracts.escalations import DrillEnded, EscalationEvent, Opened, PageRequested
from services.command_line.link import Link
from services.command_line.programme_zone import on_clock
from services.command_line.shown import local, table
from services.runtime.aggregates import read_events
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored

TAG = "drill"
"""The tag of a signal that asks for a drill; `schedule:<id>` beside it says whose turn is drilled."""
SUBJECT = "faults.drill-"
"""How the subjects of drills begin; the schedule follows."""
_EVENTS: TypeAdapter[Any] = TypeAdapter(EscalationEvent)
_COUNTED = ("answered", "unanswered", "nobody")


@dataclass(frozen=True)
class Drill:
    """One drill: when, of which schedule, who was paged, and how it ended."""

    schedule: str
    run: str
    code: str
    at: datetime
    outcome: str = "open"
    """`open`, `answered`, `unanswered`, `nobody`, `busy` (not sent) or `interrupted` (a real page came)."""
    paged: tuple[str, ...] = ()
    responder: str = ""
    seconds: int | None = None
    """From the page to the answer; None without one."""


def drills_of(events: Iterable[EscalationEvent]) -> list[Drill]:
    """Return the drills among the events of one subject, oldest first. Pure."""
    found: list[Drill] = []
    for event in events:
        match event:
            case Opened() if event.policy.id == TAG and event.signal.area:
                schedule = event.signal.area.removeprefix("drill-")
                found.append(Drill(schedule, event.run, event.code, event.at))
            case PageRequested(drill=True) if found:
                found[-1] = replace(found[-1], paged=(*found[-1].paged, event.responder))
            case DrillEnded() if found:
                answered = event.seconds if event.why == "answered" else None
                found[-1] = replace(
                    found[-1], outcome=event.why, responder=event.responder or "", seconds=answered
                )
            case _:
                continue
    return found


def summed(drills: Iterable[Drill]) -> dict[str, float | int | None]:
    """Return how many there were, the share answered in percent, and the median of the seconds.

    Drills that were not sent or were interrupted by a real page are no failures: they don't count.
    """
    counted = [one for one in drills if one.outcome in _COUNTED]
    times = [one.seconds for one in counted if one.seconds is not None]
    return {
        "drills": len(counted),
        "answered": len(times),
        "percent_answered": round(100 * len(times) / len(counted)) if counted else None,
        "median_seconds": statistics.median(times) if times else None,
    }


async def read_drills(link: Link) -> list[Drill]:
    """Return every drill in the log, oldest first. Raises Unavailable."""
    subjects: set[str] = set()
    follower = Follower(
        link.nc,
        "ESCALATIONS",
        lambda stored: subjects.add(stored.subject),
        filters=("faults.*",),
        headers_only=True,
        label="cli",
    )
    await follower.start()
    await follower.stop()
    log, found = Log(link.nc, "ESCALATIONS", timeout=5), list[Drill]()
    for subject in sorted(subjects):
        if subject.startswith(SUBJECT):
            found += drills_of(events_of(await log.since(subject, 1)))
    return sorted(found, key=lambda one: one.at)


def events_of(commits: Iterable[Stored]) -> Iterable[EscalationEvent]:
    """Return the events of those commits, in order."""
    return (event for commit in commits for event in read_events(commit.data, _EVENTS))


def drills_table(title: str, drills: Iterable[Drill], zone: ZoneInfo | None = None) -> Table:
    """Return them as a table, on that zone's wall clock."""
    columns = ("at", "schedule", "paged", "outcome", "answered by", "seconds")
    return table(on_clock(title, zone), columns, (_row(one, zone) for one in drills), "None so far.")


def _row(one: Drill, zone: ZoneInfo | None) -> tuple[str, ...]:
    seconds = "" if one.seconds is None else str(one.seconds)
    paged = ", ".join(one.paged) or "nobody"
    return (local(one.at, zone=zone), one.schedule, paged, one.outcome, one.responder, seconds)


def plain(one: Drill) -> dict[str, Any]:
    """Return one as JSON has it."""
    return {**asdict(one), "at": one.at.isoformat()}
