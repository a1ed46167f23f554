"""`vigil roster apply`: a folder of people, holidays and schedules, first as a difference, then in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
import typer

from contracts.people import Person
from contracts.schedules import HORIZON, Calendar, Schedule
from services.command_line.link import Link, linked, me
from services.command_line.roster_changes import PeopleChange, ShiftChange, people_change, shift_changes
from services.command_line.roster_scene import AHEAD, Scene, compile_now, made, read
from services.command_line.roster_words import gap_json, gap_sentence, put_json, span_shown
from services.command_line.troubles import Trouble
from services.programme import PersonDraft, ProgrammeError, load_calendars, load_people, load_schedules
from services.programme.people_csv import read_people
from services.roster import core
from services.roster.core.finding import Finding
from services.roster.core.spans import Span

SOON = timedelta(hours=24)
"""A change that would leave nobody reachable so soon is refused: nobody would mend it in time."""

FROM_HERE = ("cli-", "import-")
"""How the ids of overrides and temporary schedules begin that were made by commands, not by files."""

KEPT = timedelta(days=92)
"""So long such changes are kept when they are over: reports look back a quarter."""

_MOST_SHOWN = 40
T = TypeVar("T")


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


async def apply(folder: Path, *, dry_run: bool, override: str, as_json: bool) -> None:
    """Show what a folder changes, and put it in force unless it only rehearses or is refused."""
    people, calendars, schedules = load(folder)
    listed = not (folder / "people.yaml").exists()
    async with linked() as link:
        before = await read(link)
        after = _after(link, before, people, calendars, schedules)
        change = people_change(people, before.people, link.seals())
        found = difference(before, after, link.clock.now(), change)
        if not dry_run:
            refuse(found, after, override, link.clock.now())
            administration = link.administration()
            # A table holds no PINs, so it takes none away.
            await administration.put_people(people, keep_pins=listed)
            await administration.put_calendars(calendars)
            compiled = await administration.put_schedules(after.schedules[one.id] for one in schedules)
            found.failed.update(compiled.failed)
            await compile_now(link, await read(link))
    if as_json:
        put_json({"applied": not dry_run, **found.json()})
    else:
        _tell(found, after, dry_run, f"{len(people)} people, {len(schedules)} schedules")
    if found.failed:
        raise typer.Exit(1)


def difference(
    before: Scene,
    after: Scene,
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


def refuse(found: Difference, after: Scene, override: str, now: datetime) -> None:
    """Raise Trouble for a gap within a day, unless a reason overrides it; the reason is logged."""
    if not found.refusing:
        return
    said = "\n".join(gap_sentence(gap, after.zone(gap.schedule)) for gap in found.refusing)
    if not override:
        raise Trouble(
            f"nothing was changed: within 24 hours a page would reach nobody\n{said}\n"
            "Put somebody on, or say --override REASON"
        )
    structlog.get_logger().error(
        "roster_gap_overridden", user=me(), count=len(found.refusing), reason=override, at=now.isoformat()
    )


def tell_shifts(found: Difference, scene: Scene) -> None:
    """Write who is on call instead of whom, and which gaps that makes."""
    for one in found.shifts[:_MOST_SHOWN]:
        was, will = (", ".join(names) or "NOBODY" for names in (one.before, one.after))
        typer.echo(
            f"{one.schedule}, {span_shown(one.start, one.end, scene.zone(one.schedule))}: {was} > {will}"
        )
    if len(found.shifts) > _MOST_SHOWN:
        typer.echo(f"... and {len(found.shifts) - _MOST_SHOWN} more changes; --json lists all")
    for gap in found.new_gaps:
        typer.echo(f"New {gap_sentence(gap, scene.zone(gap.schedule))}")


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


def with_people(link: Link, scene: Scene, drafts: Iterable[PersonDraft]) -> Scene:
    """Return the roster with these people as they would be stored."""
    administration = link.administration()
    people: dict[str, Person] = dict(scene.people)
    for draft in drafts:
        # Without the PIN, whose hash takes its time and changes no shift.
        bare = draft.model_copy(update={"pin": ""})
        people[draft.id] = administration.person(bare, people.get(draft.id), keep_pin=True)
    return scene.but(people=people)


def _after(
    link: Link,
    before: Scene,
    people: Iterable[PersonDraft],
    calendars: Iterable[Calendar],
    schedules: Iterable[Schedule],
) -> Scene:
    now = link.clock.now()
    put = {one.id: kept(one, before.schedules.get(one.id), now) for one in schedules}
    return with_people(link, before, people).but(
        schedules={**before.schedules, **put},
        calendars={**before.calendars, **{one.id: one for one in calendars}},
    )


def load(folder: Path) -> tuple[tuple[PersonDraft, ...], tuple[Calendar, ...], tuple[Schedule, ...]]:
    """Return what stands in the folder; raises ProgrammeError with the mistakes of all its files.

    People stand in people.yaml, or where there is none in people.csv.
    """
    errors: list[ProgrammeError] = []

    def loaded(work: Callable[[], tuple[T, ...]]) -> tuple[T, ...] | None:
        try:
            return work()
        except ProgrammeError as error:
            errors.append(error)
            return None

    table = folder / "people.csv"
    written = folder / "people.yaml"
    by_table = table.exists() and not written.exists()
    people = loaded(lambda: read_people(table) if by_table else load_people(written))
    holidays = folder / "holidays.yaml"
    calendars = loaded(lambda: load_calendars(holidays)) if holidays.exists() else ()
    schedules = loaded(
        lambda: load_schedules(
            folder / "schedules.yaml",
            people=None if people is None else [one.id for one in people],
            calendars=None if calendars is None else [one.id for one in calendars],
        )
    )
    if errors or people is None or calendars is None or schedules is None:
        raise ProgrammeError(problem for error in errors for problem in error.problems)
    return people, calendars, schedules


def _tell(found: Difference, scene: Scene, dry_run: bool, what: str) -> None:
    for line in found.people.lines():
        typer.echo(line)
    tell_shifts(found, scene)
    for name, why in found.failed.items():
        typer.echo(f"Schedule {name} could not be compiled, its old shifts stand: {why}")
    old = [gap for gap in found.gaps if gap not in found.new_gaps]
    for gap in old:
        typer.echo(gap_sentence(gap, scene.zone(gap.schedule)))
    for one in found.findings:
        typer.echo(str(one))
    typer.echo(f"{'Nothing was changed; it would be' if dry_run else 'In force:'} {what}.")
    if dry_run and found.refusing:
        typer.echo("It would be REFUSED: within 24 hours a page would reach nobody.")
