"""`vigil roster show` and `vigil roster gaps`: who is on call, why, and where nobody is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import typer

from contracts.people import Person
from contracts.schedules import Shift, Shifts
from services.command_line.link import linked
from services.command_line.moments import start_of
from services.command_line.roster_words import gap_json, gap_lines, named, origin_words, shown
from services.command_line.shown import counted, put_json, show, table
from services.command_line.whole_roster import Roster, read
from services.roster import core
from services.runtime.sealing import Seals

_NEXT = timedelta(days=28)
"""So far ahead the next handoff is looked for, where it is not what pages go by."""


@dataclass(frozen=True, slots=True)
class Part:
    """A span (UTC) in which the same shifts run."""

    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Who is on, nobody twice."""
        return tuple(dict.fromkeys(shift.person for shift in self.shifts))


def parts(shifts: Shifts, start: datetime, end: datetime) -> list[Part]:
    """Return who is on from `start` to `end`, cut where that, or where it comes from, changes."""
    edges = {start, end}
    for shift in shifts.shifts:
        edges |= {edge for edge in (shift.start, shift.end) if start < edge < end}
    found: list[Part] = []
    for begin, finish in pairwise(sorted(edges)):
        on = tuple(shift for shift in shifts.shifts if shift.start <= begin < shift.end)
        last = found[-1] if found else None
        if last and [(s.person, s.origin) for s in last.shifts] == [(s.person, s.origin) for s in on]:
            # Turns of one person that touch are one line.
            found[-1] = Part(last.start, finish, last.shifts)
        else:
            found.append(Part(begin, finish, on))
    return found


async def show_roster(schedule: str, days: int, at: str, *, as_json: bool) -> None:
    """Show who is on call for one schedule, or for each."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        names = [roster.schedule(schedule).id] if schedule else list(roster.schedules)
        stored = await link.values("shifts", Shifts)
        seals = link.seals()
    told = []
    for name in names:
        start = start_of(at, "--at", roster.zone(name), now) if at else now
        end = start + timedelta(days=days)
        shifts = _shifts(roster, stored, name, start, end)
        if shifts is None:
            typer.echo(f"Schedule {name} can't be compiled; see `vigil roster gaps`.", err=True)
            continue
        told += _json(roster, name, shifts, start, end)
        if not as_json:
            held = roster.schedules[name]
            title = f"{name}: {held.title}, {held.zone}" if held.title else f"{name}, {held.zone}"
            rows = [_row(part, roster, name, seals) for part in parts(shifts, start, end)]
            show(table(title, ("from", "to", "on call", "because of"), rows), "")
    if as_json:
        put_json(told)


async def tell_gaps(days: int, *, as_json: bool) -> None:
    """Tell every gap and every oddity ahead; exit status 1 if there is a gap."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
    gaps, findings = roster.gaps(now, now + timedelta(days=days)), roster.findings(now)
    _, failed = roster.compiled(now, now + timedelta(days=1))
    if as_json:
        put_json(
            {
                "gaps": [gap_json(gap) for gap in gaps],
                "findings": [
                    {"code": one.code, "schedule": one.schedule, "sentence": one.sentence} for one in findings
                ],
                "failed": failed,
            }
        )
    else:
        for line in gap_lines(gaps, roster.zone):
            typer.echo(line)
        for name, why in failed.items():
            typer.echo(f"Schedule {name} can't be compiled, its old shifts stand and run out: {why}")
        for one in findings:
            typer.echo(str(one))
        typer.echo(f"{counted(len(gaps), 'gap')} in the next {counted(days, 'day')}.")
    if gaps or failed:
        raise typer.Exit(1)


def _shifts(
    roster: Roster, stored: dict[str, Shifts], name: str, start: datetime, end: datetime
) -> Shifts | None:
    """Return what pages go by, where that is known; else what the roster says of that time."""
    held = stored.get(name)
    if held is not None and held.compiled_at <= start and end <= held.through:
        return held
    done, _ = roster.compiled(start, end)
    return done.get(name)


def around(roster: Roster, stored: dict[str, Shifts], at: datetime) -> dict[str, Shifts]:
    """Return the shifts of every schedule at a moment, and what follows, in the past and far ahead too."""
    ahead = {name: _shifts(roster, stored, name, at, at + _NEXT) for name in roster.schedules}
    return {name: shifts for name, shifts in ahead.items() if shifts is not None}


def _row(part: Part, roster: Roster, name: str, seals: Seals) -> tuple[str, ...]:
    schedule, zone = roster.schedules[name], roster.zone(name)
    when = (shown(part.start, zone), shown(part.end, zone))
    if not part.shifts:
        return (*when, "NOBODY", "")
    who = " + ".join(_who(one, roster.people, seals) for one in part.people)
    because = dict.fromkeys(origin_words(s.origin, schedule, roster.swaps) for s in part.shifts)
    return (*when, who, "; ".join(because))


def _who(one: str, people: Mapping[str, Person], seals: Seals) -> str:
    why = core.why_not([people.get(one)])
    return named(one, people, seals) + (f", {why.value.upper()}" if why is not None else "")


def _json(
    roster: Roster, name: str, shifts: Shifts, start: datetime, end: datetime
) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for part in parts(shifts, start, end):
        why = core.why_not(roster.people.get(p) for p in part.people) if part.people else core.Why.NOBODY
        told.append(
            {
                "schedule": name,
                "start": part.start.isoformat(),
                "end": part.end.isoformat(),
                "people": [{"person": s.person, "origin": s.origin} for s in part.shifts],
                "gap": why.value if why is not None else None,
            }
        )
    return told
