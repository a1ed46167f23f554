"""`vigil roster apply`: a folder of people, holidays and schedules, first as a difference, then in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
import typer

from contracts.people import Person
from contracts.schedules import HORIZON, Calendar, Schedule
from services.command_line import roster_history
from services.command_line.link import Link, linked, me
from services.command_line.roster_changes import PeopleChange, ShiftChange, people_change, shift_changes
from services.command_line.roster_words import gap_json, gap_lines, gap_sentence, span_told
from services.command_line.shown import counted, put_json
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import AHEAD, Roster, compile_now, made, read
from services.programme import PersonDraft, load_roster_folder
from services.roster import core
from services.roster.core.finding import Finding
from services.roster.core.spans import Span
from services.runtime.sealing import Seals

SOON = timedelta(hours=24)
"""A change that would leave nobody reachable so soon is refused: nobody would mend it in time."""

FROM_HERE = ("cli-", "import-")
"""How the ids of overrides and temporary schedules begin that were made by commands, not by files."""

KEPT = timedelta(days=92)
"""So long such changes are kept when they are over: reports look back a quarter."""

_MOST_SHOWN = 40


@dataclass(frozen=True)
class Difference:
    """What a change of the roster would do in the time ahead."""

    people: PeopleChange
    shifts: list[ShiftChange]
    new_gaps: list[core.Gap]
    gaps: list[core.Gap]
    findings: list[Finding]
    failed: dict[str, str]
    refusing: list[core.Gap]
    """New gaps within a day in which no page would reach anybody."""

    def json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {
            "people": self.people.json(),
            "shifts": [one.json() for one in self.shifts],
            "new_gaps": [gap_json(gap) for gap in self.new_gaps],
            "gaps": [gap_json(gap) for gap in self.gaps],
            "findings": [
                {"code": one.code, "schedule": one.schedule, "sentence": one.sentence}
                for one in self.findings
            ],
            "failed": dict(self.failed),
        }


async def apply(folder: Path, *, reason: str, dry_run: bool, override: str, as_json: bool) -> None:
    """Show what a folder changes, and put it in force unless it only rehearses or is refused."""
    people, calendars, schedules = load_roster_folder(folder)
    listed = not (folder / "people.yaml").exists()
    async with linked() as link:
        before = await read(link)
        own_phones(folder, people, before, link.seals())
        after = _after(link, before, people, calendars, schedules)
        change = people_change(people, before.people, link.seals())
        found = difference(before, after, link.clock.now(), change)
        if not dry_run:
            await decide(link, found, after, f"apply {folder}", reason, override)
            administration = link.administration()
            # A table holds no PINs, so it takes none away.
            await administration.put_people(people, keep_pins=listed)
            await administration.put_calendars(calendars)
            now = link.clock.now()
            # As stored when it is written: hashing PINs takes seconds, and somebody may add an override.
            compiled = await administration.put_schedules(
                schedules, lambda fresh, stored: kept(fresh, stored, now)
            )
            found.failed.update(compiled.failed)
            await compile_now(link, await read(link))
    if as_json:
        put_json({"applied": not dry_run, **found.json()})
    else:
        _tell(
            found, after, dry_run, f"{counted(len(people), 'person')}, {counted(len(schedules), 'schedule')}"
        )
    if found.failed:
        raise typer.Exit(1)


def difference(
    before: Roster,
    after: Roster,
    now: datetime,
    people: PeopleChange | None = None,
    span: Span | None = None,
) -> Difference:
    """Return what the change from one roster to another does in the next 28 days.

    `span` is when the change lasts, if that is known: then to its end, and of one that begins
    later only that time; never more than is compiled ahead.
    """
    start = span[0] if span and span[0] > now + AHEAD else now
    end = now + AHEAD
    if span is not None:
        end = min(max(end, span[1]) if start == now else span[1], start + HORIZON)
    was, _ = before.compiled(start, end)
    will, failed = after.compiled(start, end)
    had, gaps = before.gaps(start, end), after.gaps(start, end)
    known = [gap for gap in gaps if gap.schedule in before.schedules]
    # A schedule that was not there covered nothing, so its holes take nobody off call.
    fresh = made(had, known) + [gap for gap in gaps if gap.schedule not in before.schedules]
    deaf = (core.Why.NOBODY, core.Why.UNREACHABLE)
    refusing = [gap for gap in made(had, known) if gap.start < now + SOON and gap.why in deaf]
    return Difference(
        people or PeopleChange((), {}, (), ()),
        shift_changes(was, will, start, end),
        fresh,
        gaps,
        after.findings(now),
        failed,
        refusing,
    )


async def decide(link: Link, found: Difference, after: Roster, what: str, reason: str, override: str) -> None:
    """Raise Trouble for a change that is refused; of any other keep who makes it and why, before it is made.

    `what` is the command and what it is about, `override` why a gap within a day is taken into account.
    """
    overridden = refuse(found, after, override, link.clock.now())
    why = "; ".join(dict.fromkeys(one for one in (override, reason) if one))
    gaps = [f"New {line}" for line in gap_lines(found.new_gaps, after.zone)]
    lines = [*found.people.record(), *shift_lines(found, after), *gaps]
    await roster_history.keep(link, what, why, overridden, lines)


def refuse(found: Difference, after: Roster, override: str, now: datetime) -> bool:
    """Raise Trouble for a gap within a day, unless a reason overrides it; return whether one did."""
    if not found.refusing:
        return False
    said = "\n".join(gap_sentence(gap, after.zone(gap.schedule)) for gap in found.refusing)
    if not override:
        raise Trouble(
            f"nothing was changed: within 24 hours a page would reach nobody\n{said}\n"
            "Put somebody on, or say --override REASON"
        )
    structlog.get_logger().error(
        "roster_gap_overridden", user=me(), count=len(found.refusing), reason=override, at=now.isoformat()
    )
    return True


def own_phones(file: Path, drafts: Iterable[PersonDraft], roster: Roster, seals: Seals) -> None:
    """Raise Trouble for a phone of somebody who is not in the file: a reply must say who answers."""
    written = list(drafts)
    names = {draft.id for draft in written}
    owners = {
        method.phone_ref: person.id
        for person in roster.people.values()
        if person.active and person.id not in names
        for method in person.methods
    }
    for draft in written:
        for number, method in enumerate(draft.methods if draft.active else (), 1):
            for ref in seals.phone_refs(method.phone):
                if ref in owners:
                    raise Trouble(
                        f"{file}: method{number} of {draft.id} is a phone of {owners[ref]} too, who is not "
                        f"in the file; give each their own, or end {owners[ref]} with `active: false`"
                    )


def tell_shifts(found: Difference, roster: Roster) -> None:
    """Write who is on call instead of whom, and which gaps that makes."""
    for line in shift_lines(found, roster)[:_MOST_SHOWN]:
        typer.echo(line)
    if len(found.shifts) > _MOST_SHOWN:
        typer.echo(f"... and {len(found.shifts) - _MOST_SHOWN} more changes; --json lists all")
    for line in gap_lines(found.new_gaps, roster.zone):
        typer.echo(f"New {line}")


def shift_lines(found: Difference, roster: Roster) -> list[str]:
    """Return who is on call instead of whom, a line for each span."""
    lines = []
    for one in found.shifts:
        was, will = (", ".join(names) or "NOBODY" for names in (one.before, one.after))
        when = span_told(one.start, one.end, roster.zone(one.schedule))
        lines.append(f"{one.schedule}, {when}: {was} > {will}")
    return lines


def kept(fresh: Schedule, stored: Schedule | None, now: datetime) -> Schedule:
    """Return a schedule as its file has it, with what commands added to it since."""
    if stored is None:
        return fresh
    overrides = [one for one in stored.overrides if one.id.startswith(FROM_HERE) and now - KEPT < one.end]
    temporary = [one for one in stored.temporary if one.id.startswith(FROM_HERE) and now - KEPT < one.end]
    return fresh.model_copy(
        update={
            "overrides": (*fresh.overrides, *overrides),
            "temporary": (*fresh.temporary, *temporary),
        }
    )


def with_people(link: Link, roster: Roster, drafts: Iterable[PersonDraft]) -> Roster:
    """Return the roster with these people as they would be stored."""
    administration = link.administration()
    people: dict[str, Person] = dict(roster.people)
    for draft in drafts:
        # Without the PIN, whose hash takes its time and changes no shift.
        bare = draft.model_copy(update={"pin": ""})
        people[draft.id] = administration.person(bare, people.get(draft.id), keep_pin=True)
    return roster.but(people=people)


def _after(
    link: Link,
    before: Roster,
    people: Iterable[PersonDraft],
    calendars: Iterable[Calendar],
    schedules: Iterable[Schedule],
) -> Roster:
    now = link.clock.now()
    put = {one.id: kept(one, before.schedules.get(one.id), now) for one in schedules}
    return with_people(link, before, people).but(
        schedules={**before.schedules, **put},
        calendars={**before.calendars, **{one.id: one for one in calendars}},
    )


def _tell(found: Difference, roster: Roster, dry_run: bool, what: str) -> None:
    for line in found.people.lines():
        typer.echo(line)
    tell_shifts(found, roster)
    for name, why in found.failed.items():
        typer.echo(f"Schedule {name} could not be compiled, its old shifts stand: {why}")
    old = [gap for gap in found.gaps if gap not in found.new_gaps]
    for line in gap_lines(old, roster.zone):
        typer.echo(line)
    for one in found.findings:
        typer.echo(str(one))
    typer.echo(f"{'Nothing was changed; it would be' if dry_run else 'In force:'} {what}.")
    if dry_run and found.refusing:
        typer.echo("It would be REFUSED: within 24 hours a page would reach nobody.")
