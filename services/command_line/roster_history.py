"""`vigil roster history`: every change of the roster by a command: who, when, why, and what it changed.

A change is kept before it is made. Numbers are given by creating the next key: of two who change at
once, each gets one of their own.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import typer
from nats.js.errors import KeyWrongLastSequenceError

from contracts.rosters import RosterChange
from contracts.schedules import Schedule
from services.command_line.link import Link, linked, me
from services.command_line.programme_zone import abbreviated, on_clock, programme_zone
from services.command_line.shown import counted, local, put_json, show, table
from services.command_line.troubles import Trouble

_BUCKET = "roster_changes"
_MOST_KEPT = 500
"""Lines of one change; a first apply of a large site has more, and one message must hold them."""
_MOST_SHOWN = 3
_TRIES = 8


async def keep(link: Link, what: str, reason: str, overridden: bool, lines: Iterable[str]) -> RosterChange:
    """Keep who changes the roster now, and why. Raises Trouble, and nats errors; then nothing is changed."""
    said = list(lines)
    bucket = await link.bucket(_BUCKET)
    for _ in range(_TRIES):
        number = max((one.number for one in await changes(link)), default=0) + 1
        made = RosterChange(
            number=number,
            at=link.clock.now(),
            by=me(),
            what=what,
            reason=reason,
            overridden=overridden,
            summary=tuple(said[:_MOST_KEPT]),
            left_out=max(0, len(said) - _MOST_KEPT),
        )
        try:
            await bucket.create(str(number), made.model_dump_json().encode())
        except KeyWrongLastSequenceError:
            continue
        return made
    raise Trouble("others change the roster all the time; nothing was changed, try again")


async def changes(link: Link) -> list[RosterChange]:
    """Return every change that was kept, the first one first. Raises Trouble."""
    return sorted((await link.values(_BUCKET, RosterChange)).values(), key=lambda one: one.number)


async def history(number: int, *, as_json: bool) -> None:
    """Show every change, the latest first, or all of one."""
    async with linked() as link:
        held = await changes(link)
        zone = programme_zone((await link.values("schedules", Schedule)).values())
    if number:
        held = [one for one in held if one.number == number]
        if not held:
            raise Trouble(f"there is no change {number}; see `vigil roster history`")
    if as_json:
        put_json([one.model_dump(mode="json") for one in held])
    elif number:
        _tell(held[0], zone)
    else:
        columns = ("n", "when", "by", "what", "why", "changes")
        rows = (_row(one, zone) for one in reversed(held))
        title = on_clock("Changes of the roster, the latest first", zone)
        show(table(title, columns, rows, "None was ever made."))


def _tell(one: RosterChange, zone: ZoneInfo | None) -> None:
    when = f"{local(one.at, zone=zone)} {abbreviated(one.at, zone)}"
    typer.echo(f"Change {one.number}, {when}, by {one.by}: {one.what}")
    if why := _why(one):
        typer.echo(why)
    for line in one.summary:
        typer.echo(line)
    if one.left_out:
        typer.echo(f"... and {counted(one.left_out, 'line')} that are not kept.")


def _row(one: RosterChange, zone: ZoneInfo | None) -> tuple[str, ...]:
    lines = list(one.summary[:_MOST_SHOWN])
    more = len(one.summary) + one.left_out - len(lines)
    lines += [f"... and {more} more"] if more else []
    return (
        str(one.number),
        local(one.at, zone=zone),
        one.by,
        one.what,
        _why(one),
        "\n".join(lines) or "nothing of who is on",
    )


def _why(one: RosterChange) -> str:
    return f"OVERRIDDEN: {one.reason}" if one.overridden else one.reason
