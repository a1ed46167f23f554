"""`vigil roster handoffs`: which coming turns were asked about, confirmed, or are held by two until then."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from contracts.schedules import Handoff
from services.command_line.link import linked
from services.command_line.programme_zone import on_clock
from services.command_line.roster_words import named
from services.command_line.shown import local, put_json, show, table
from services.command_line.whole_roster import read

_LATELY = timedelta(days=1)
"""Turns that began longer ago are left out."""


async def handoffs(schedule: str, *, as_json: bool) -> None:
    """Show every turn somebody was asked to confirm that is coming, or began within a day."""
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        seals = link.seals()
    names = {roster.schedule(schedule).id} if schedule else set(roster.schedules)
    held = sorted(
        (one for one in roster.handoffs.values() if one.schedule in names and now - _LATELY < one.start),
        key=lambda one: (one.start, one.schedule, one.person),
    )
    if as_json:
        put_json([one.model_dump(mode="json") for one in held])
        return
    rows = [
        (
            one.schedule,
            local(one.start, zone=roster.clock),
            named(one.person, roster.people, seals),
            _asked(one, roster.clock),
            _stands(one, roster.clock),
        )
        for one in held
    ]
    columns = ("schedule", "from", "comes on", "asked", "stands")
    show(table(on_clock("Handoffs", roster.clock), columns, rows, "Nobody was asked to confirm a turn."))


def _asked(one: Handoff, zone: ZoneInfo | None) -> str:
    asked = [at for at in (one.evening_told_at, one.ahead_told_at) if at is not None]
    return ", ".join(local(at, zone=zone) for at in asked)


def _stands(one: Handoff, zone: ZoneInfo | None) -> str:
    if one.confirmed_at is not None:
        return f"confirmed {local(one.confirmed_at, zone=zone)}"
    if one.outgoing:
        until = f" until {local(one.outgoing_until, zone=zone)} at the longest" if one.outgoing_until else ""
        return f"NOT CONFIRMED; {', '.join(one.outgoing)} on as well{until}"
    return "NOT CONFIRMED"
