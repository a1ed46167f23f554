"""`vigil roster leave` and `vigil roster leaves`: who is away when, and the gaps that opens."""

import secrets

import typer

from contracts.schedules import Leave
from services.command_line.link import linked, me
from services.command_line.moments import span_of
from services.command_line.roster_apply import difference, tell_shifts
from services.command_line.roster_words import shown, span_shown
from services.command_line.shown import counted, put_json, show, table
from services.command_line.troubles import Trouble
from services.command_line.whole_roster import compile_now, read


async def leave(person: str, span: tuple[str, str], *, dry_run: bool, as_json: bool) -> None:
    """Record that somebody is away, and say at once who is on instead, or that nobody is.

    Never refused: somebody who is ill is ill.
    """
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        zone = roster.person(person).zone
        start, end = span_of(*span, zone, now)
        if end <= now:
            raise Trouble("--to: lies in the past; leave changes what is to come")
        made = Leave(
            id=f"l-{secrets.token_hex(3)}",
            person=person,
            start=start,
            end=end,
            recorded_at=now,
            recorded_by=me(),
        )
        after = roster.but(leaves={**roster.leaves, made.id: made})
        found = difference(roster, after, now, span=(start, end))
        if not dry_run:
            await (await link.bucket("leaves")).put(made.id, made.model_dump_json().encode())
            await compile_now(link, await read(link))
    if as_json:
        put_json({"id": made.id, "applied": not dry_run, **found.json()})
        return
    tell_shifts(found, after)
    if dry_run:
        typer.echo("Nothing was changed.")
    else:
        typer.echo(f"Leave {made.id}: {person} is away {span_shown(start, end, zone)} ({zone}).")
    if found.new_gaps:
        new = counted(len(found.new_gaps), "new gap")
        typer.echo(f"{new}; put somebody else on with `vigil roster override`, or by a swap.")


async def leaves(cancel: str, *, dry_run: bool, as_json: bool) -> None:
    """List leave that is not over; or cancel one."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        if cancel:
            if cancel not in roster.leaves:
                raise Trouble(f"there is no leave {cancel!r}; see `vigil roster leaves`")
            after = roster.but(leaves={name: one for name, one in roster.leaves.items() if name != cancel})
            gone = roster.leaves[cancel]
            found = difference(roster, after, now, span=(gone.start, gone.end))
            if not dry_run:
                await (await link.bucket("leaves")).delete(cancel)
                await compile_now(link, await read(link))
    if cancel:
        if as_json:
            put_json({"cancelled": cancel, "applied": not dry_run, **found.json()})
            return
        tell_shifts(found, after)
        typer.echo("Nothing was changed." if dry_run else f"Leave {cancel} is cancelled.")
        return
    held = sorted((one for one in roster.leaves.values() if now < one.end), key=lambda one: one.start)
    if as_json:
        put_json([one.model_dump(mode="json") for one in held])
        return
    rows = [
        (
            one.id,
            one.person,
            *(shown(at, zone) for at in (one.start, one.end)),
            zone,
            one.recorded_by,
        )
        for one in held
        for zone in [roster.people[one.person].zone if one.person in roster.people else "UTC"]
    ]
    show(table("Leave", ("id", "person", "from", "to", "on the clock of", "by"), rows, "Nobody is away."))
