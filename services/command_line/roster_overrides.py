"""`vigil roster override` and `vigil roster overrides`: who is on instead, as well, or not at all."""

import secrets
from datetime import datetime

import typer

from contracts.schedules import Change, Override, Schedule, Temporary
from services.command_line.link import linked, me
from services.command_line.moments import span_of
from services.command_line.programme_zone import on_clock
from services.command_line.roster_apply import FROM_HERE, Difference, decide, difference, tell_shifts
from services.command_line.shown import counted, local, put_json, show, table
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import Roster, compile_now, read
from services.roster.core.spans import Span
from services.runtime.editing import edit


async def override(
    schedule: str,
    change: tuple[Change, str],
    instead_of: str,
    span: tuple[str, str],
    reason: str,
    *,
    dry_run: bool,
    anyway: str,
    as_json: bool,
) -> None:
    """Change who is on for a while, and say what that changes."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        held = roster.schedule(schedule)
        start, end = span_of(*span, held.zone, now)
        roster.person(change[1])
        if instead_of:
            roster.person(instead_of)
        made = Override(
            id=f"cli-{secrets.token_hex(3)}",
            what=change[0],
            person=change[1],
            instead_of=instead_of or None,
            start=start,
            end=end,
            reason=f"{reason} (by {me()})".strip(),
        )
        _check(made, now)
        after = roster.with_schedule(_with(held, made))
        found = difference(roster, after, now, span=(start, end))
        if not dry_run:
            what = f"override {made.id} of {schedule}: {_words(made)}"
            await decide(link, found, after, what, reason, anyway)
            await edit(await link.bucket("schedules"), schedule, Schedule, lambda stored: _with(stored, made))
            await compile_now(link, await read(link))
    _tell(found, after, made, dry_run, as_json)


async def overrides(schedule: str, *, as_json: bool) -> None:
    """List overrides that are not over, and temporary schedules."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
    names = [roster.schedule(schedule).id] if schedule else list(roster.schedules)
    found = [(name, one) for name in names for one in roster.schedules[name].overrides if now < one.end]
    lasting = [(name, one) for name in names for one in roster.schedules[name].temporary if now < one.end]
    if as_json:
        put_json(
            {
                "overrides": [{"schedule": name, **one.model_dump(mode="json")} for name, one in found],
                "temporary": [{"schedule": name, **one.model_dump(mode="json")} for name, one in lasting],
            }
        )
        return
    rows = [(name, one.id, _words(one), *_when(one, roster), one.reason) for name, one in found]
    rows += [
        (
            name,
            one.id,
            f"temporary, {counted(len(one.shifts), 'shift')}",
            *_when(one, roster),
            one.reason,
        )
        for name, one in lasting
    ]
    title = on_clock("Overrides", roster.clock)
    show(table(title, ("schedule", "id", "what", "from", "to", "reason"), rows, "There are none."))


async def temporary(schedule: str, *, as_json: bool) -> None:
    """List temporary schedules that are not over, with who is on in each."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
    names = [roster.schedule(schedule).id] if schedule else list(roster.schedules)
    found = [(name, one) for name in names for one in roster.schedules[name].temporary if now < one.end]
    if as_json:
        put_json([{"schedule": name, **one.model_dump(mode="json")} for name, one in found])
        return
    rows = [
        (name, one.id, *_when(one, roster), ", ".join(dict.fromkeys(s.person for s in one.shifts)))
        for name, one in found
    ]
    empty = "There are none; write one under `temporary` in schedules.yaml, or import shifts."
    title = on_clock("Temporary schedules", roster.clock)
    show(table(title, ("schedule", "id", "from", "to", "people"), rows, empty))


async def remove(name: str, *, dry_run: bool, anyway: str, as_json: bool) -> None:
    """Take back an override, or a temporary schedule that was imported."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        held = next((s for s in roster.schedules.values() if name in _ids(s)), None)
        if held is None:
            raise Trouble(f"there is no override {name!r}; see `vigil roster overrides`")
        if not name.startswith(FROM_HERE):
            raise Trouble(f"override {name!r} is written in schedules.yaml; remove it there, then apply it")
        after = roster.with_schedule(_without(held, name))
        found = difference(roster, after, now, span=_span(held, name))
        if not dry_run:
            await decide(link, found, after, f"take back override {name} of {held.id}", "", anyway)
            await edit(
                await link.bucket("schedules"), held.id, Schedule, lambda stored: _without(stored, name)
            )
            await compile_now(link, await read(link))
    if as_json:
        put_json({"removed": name, "applied": not dry_run, **found.json()})
        return
    tell_shifts(found, after)
    typer.echo("Nothing was changed." if dry_run else f"Override {name} is gone.")


def _check(made: Override, now: datetime) -> None:
    if made.end <= now:
        raise Trouble("--to: lies in the past; an override changes what is to come")
    if made.instead_of == made.person:
        raise Trouble("--instead-of: is the same person; name whom they stand in for")
    if made.instead_of and made.what is not Change.REPLACE:
        raise Trouble("--instead-of: belongs to --replace; leave it out")


def _ids(schedule: Schedule) -> set[str]:
    return {one.id for one in schedule.overrides} | {one.id for one in schedule.temporary}


def _span(schedule: Schedule, name: str) -> Span:
    spans = {one.id: (one.start, one.end) for one in schedule.temporary}
    return (spans | {one.id: (one.start, one.end) for one in schedule.overrides})[name]


def _with(schedule: Schedule, made: Override) -> Schedule:
    return schedule.model_copy(update={"overrides": (*schedule.overrides, made)})


def _without(schedule: Schedule, name: str) -> Schedule:
    return schedule.model_copy(
        update={
            "overrides": tuple(one for one in schedule.overrides if one.id != name),
            "temporary": tuple(one for one in schedule.temporary if one.id != name),
        }
    )


def _words(one: Override) -> str:
    match one.what:
        case Change.ADD:
            return f"{one.person} is on as well"
        case Change.REMOVE:
            return f"{one.person} is off"
        case Change.REPLACE:
            return f"{one.person} instead of {one.instead_of or 'everyone'}"


def _when(one: Override | Temporary, roster: Roster) -> tuple[str, str]:
    return local(one.start, zone=roster.clock), local(one.end, zone=roster.clock)


def _tell(found: Difference, roster: Roster, made: Override, dry_run: bool, as_json: bool) -> None:
    if as_json:
        put_json({"id": made.id, "applied": not dry_run, **found.json()})
        return
    tell_shifts(found, roster)
    for one in found.findings:
        if made.id in one.sentence:
            typer.echo(str(one))
    if not found.shifts:
        typer.echo("That changes nothing of who is on.")
    typer.echo("Nothing was changed." if dry_run else f"Override {made.id}: {_words(made)}.")
