"""The whole roster at one moment: everything that decides who is on call, as its buckets hold it."""

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.people import Person
from contracts.schedules import HORIZON, Calendar, Handoff, Leave, Schedule, Shifts, Swap
from services.command_line import roster_findings
from services.command_line.link import Link
from services.command_line.programme_zone import programme_zone
from services.command_line.troubles import Trouble, unknown
from services.roster import core
from services.roster.core import spans
from services.roster.core.finding import Finding, findings
from services.roster.handlers import Compiled, compile_all

AHEAD = timedelta(days=28)
"""How far ahead differences, gaps and findings are looked for."""


@dataclass(frozen=True)
class Roster:
    """People, schedules, and what changes them; ids are keys. Pure: a changed one is a new one."""

    people: Mapping[str, Person] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    leaves: Mapping[str, Leave] = field(default_factory=dict)
    swaps: Mapping[str, Swap] = field(default_factory=dict)
    handoffs: Mapping[str, Handoff] = field(default_factory=dict)

    def but(self, **changed: Mapping[str, object]) -> "Roster":
        """Return the roster with other schedules, leaves, swaps, people or calendars."""
        return dataclasses.replace(self, **changed)  # type: ignore[arg-type]  # names of fields, with their values

    def with_schedule(self, schedule: Schedule) -> "Roster":
        """Return the roster with this schedule in place of the one of that id."""
        return dataclasses.replace(self, schedules={**self.schedules, schedule.id: schedule})

    def schedule(self, name: str) -> Schedule:
        """Return a schedule; raises Trouble when there is none of that id."""
        if name not in self.schedules:
            raise unknown("schedule", name, self.schedules, "vigil who")
        return self.schedules[name]

    def person(self, name: str) -> Person:
        """Return a responder; raises Trouble when there is none of that id."""
        if name not in self.people:
            raise unknown("responder", name, self.people, "vigil roster phones")
        return self.people[name]

    def zone(self, schedule: str) -> str:
        """Return the zone in which a schedule is shown."""
        held = self.schedules.get(schedule)
        return held.zone if held is not None else "UTC"

    @property
    def clock(self) -> ZoneInfo | None:
        """The clock of what is about several schedules: that of most of them."""
        return programme_zone(self.schedules.values())

    def shifts(self, start: datetime, through: datetime) -> dict[str, Shifts]:
        """Return the shifts of every schedule; raises Trouble when one can't be compiled."""
        done, failed = self.compiled(start, through)
        for name, why in failed.items():
            raise Trouble(f"schedule {name} can't be compiled: {why}")
        return done

    def compiled(self, now: datetime, through: datetime) -> tuple[dict[str, Shifts], dict[str, str]]:
        """Return the shifts of every schedule, and why others can't be compiled."""
        done: dict[str, Shifts] = {}
        failed: dict[str, str] = {}
        for name, schedule in self.schedules.items():
            try:
                done[name] = core.compile(
                    schedule,
                    now,
                    through,
                    calendar=self.calendars.get(schedule.calendar or ""),
                    leaves=self.leaves.values(),
                    swaps=self.swaps.values(),
                    handoffs=self.handoffs.values(),
                )
            except (KeyError, ValueError, OverflowError) as error:  # KeyError: an unknown zone
                failed[name] = f"{type(error).__name__}: {error}"
        return done, failed

    def gaps(self, now: datetime, end: datetime) -> list[core.Gap]:
        """Return every gap of every schedule from `now` to `end`, by start."""
        done, _ = self.compiled(now, max(end, now + HORIZON))
        found = [gap for shifts in done.values() for gap in core.gaps(shifts, self.people, now, end)]
        return sorted(found, key=lambda gap: (gap.start, gap.schedule))

    def findings(self, now: datetime) -> list[Finding]:
        """Return what is odd about the roster in the time ahead, without being a gap."""
        found = [
            finding
            for schedule in self.schedules.values()
            for finding in findings(
                schedule,
                now,
                now + AHEAD,
                calendar=self.calendars.get(schedule.calendar or ""),
                leaves=self.leaves.values(),
                swaps=self.swaps.values(),
            )
        ]
        done, _ = self.compiled(now, now + AHEAD)
        found += roster_findings.unreachable_overrides(self.schedules, self.people, now)
        found += roster_findings.double_booked(done, self.schedules)
        found += roster_findings.zones_differ(self.schedules)
        return [*found, *roster_findings.odd_hours(self.schedules, now, now + AHEAD)]


def made(before: Iterable[core.Gap], after: Iterable[core.Gap]) -> list[core.Gap]:
    """Return the parts of the gaps after a change that were no gap before, or a lesser one."""
    rank = {why: position for position, why in enumerate(core.Why)}
    held = list(before)
    found = []
    for gap in after:
        known = spans.merged(
            (old.start, old.end)
            for old in held
            if old.schedule == gap.schedule and rank[old.why] <= rank[gap.why]
        )
        for start, end in spans.outside((gap.start, gap.end), known):
            found.append(dataclasses.replace(gap, start=start, end=end))
    return found


async def read(link: Link) -> Roster:
    """Return the roster as stored. Raises Trouble when something of it can't be read."""
    people, schedules, calendars, leaves, swaps, handoffs = await asyncio.gather(
        link.values("people", Person),
        link.values("schedules", Schedule),
        link.values("calendars", Calendar),
        link.values("leaves", Leave),
        link.values("swaps", Swap),
        link.values("handoffs", Handoff),
    )
    return Roster(people, schedules, calendars, leaves, swaps, handoffs)


async def compile_now(link: Link, roster: Roster) -> Compiled:
    """Write the shifts of every schedule at once, so that no page waits for the roster service."""
    return await compile_all(
        roster.schedules,
        await link.bucket("shifts"),
        link.clock.now(),
        calendars=roster.calendars,
        leaves=roster.leaves,
        swaps=roster.swaps,
        handoffs=roster.handoffs,
    )
