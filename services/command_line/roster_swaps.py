"""`vigil roster swap`: one person offers shifts to another, who accepts or refuses.

The roster service tells the taker by text and hears their `swap yes`; a command may answer for them.
"""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from contracts.schedules import Shifts, Swap, SwapStatus
from services.command_line.link import Link, linked, me
from services.command_line.moments import span_of
from services.command_line.programme_zone import on_clock
from services.command_line.roster_apply import difference, tell_shifts
from services.command_line.roster_words import span_shown, span_told
from services.command_line.shown import put_json, show, table
from services.command_line.troubles import Told, Trouble
from services.command_line.whole_roster import Roster, compile_now, read
from services.roster import core
from services.roster.core import swap_telling
from services.roster.core.leave import away_by_person
from services.roster.core.spans import Span, inside, merged
from services.runtime.editing import edit

app = typer.Typer(cls=Told, no_args_is_help=True, help="Swaps: offer, accept, refuse, withdraw.")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
By = Annotated[str, typer.Option(help="Who says so; your account if left out.")]
Id = Annotated[
    str, typer.Argument(help="Id of the swap, as in `vigil roster swap list`.", show_default=False)
]


@app.command()
def offer(
    schedule: Annotated[str, typer.Argument(help="The schedule.", show_default=False)],
    giver: Annotated[str, typer.Argument(help="Whose shifts are given.", show_default=False)],
    taker: Annotated[str, typer.Argument(help="Who should take them.", show_default=False)],
    start: Annotated[str, typer.Option("--from", help="On the schedule's clock: 2026-11-30T18:00.")],
    end: Annotated[str, typer.Option("--to", help="Likewise; a mere day is meant to its end.")],
    back_start: Annotated[str, typer.Option("--return-from", help="What the giver takes in return.")] = "",
    back_end: Annotated[str, typer.Option("--return-to", help="Until when.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would change.")] = False,
    as_json: Json = False,
) -> None:
    """Offer somebody's shifts to another; nothing changes until they accept."""
    if bool(back_start) != bool(back_end):
        raise Trouble("--return-from and --return-to belong together; give both or none")
    back = (back_start, back_end) if back_start else None
    asyncio.run(_offer((schedule, giver, taker), (start, end), back, reason, by or me(), dry_run, as_json))


@app.command("list")
def list_swaps(
    every: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: Json = False,
) -> None:
    """List swaps that are offered, or accepted and not over."""
    asyncio.run(_list(every, as_json))


@app.command()
def accept(name: Id, by: By = "", as_json: Json = False) -> None:
    """Accept an offer for the taker; their shifts change at once."""
    asyncio.run(_answer(name, SwapStatus.ACCEPTED, by or me(), as_json))


@app.command()
def refuse(name: Id, by: By = "", as_json: Json = False) -> None:
    """Refuse an offer for the taker."""
    asyncio.run(_answer(name, SwapStatus.REFUSED, by or me(), as_json))


@app.command()
def withdraw(name: Id, by: By = "", as_json: Json = False) -> None:
    """Take back an offer, or undo an accepted swap that is not over."""
    asyncio.run(_answer(name, SwapStatus.WITHDRAWN, by or me(), as_json))


def number_for(taker: str, swaps: Iterable[Swap], now: datetime) -> int:
    """Return the smallest number that no open offer to that person has."""
    taken = {one.number for one in swaps if one.taker == taker and swap_telling.is_open(one, now)}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def conflict(roster: Roster, swap: Swap, now: datetime) -> str:
    """Return why a swap makes no sense, as a sentence; "" when it does."""
    if swap.giver == swap.taker:
        return "giver and taker are the same person; name two"
    if swap.end <= now or (swap.return_end is not None and swap.return_end <= now):
        return "that time is over; offer shifts that are to come"
    start = min(swap.start, swap.return_start or swap.start, now)
    end = max(swap.end, swap.return_end or swap.end)
    others = {name: one for name, one in roster.swaps.items() if name != swap.id}
    done, failed = roster.but(swaps=others).compiled(start, end)
    if swap.schedule in failed:
        return f"schedule {swap.schedule} can't be compiled: {failed[swap.schedule]}"
    ways: list[tuple[str, str, Span]] = [(swap.giver, swap.taker, (swap.start, swap.end))]
    if swap.return_start is not None and swap.return_end is not None:
        ways.append((swap.taker, swap.giver, (swap.return_start, swap.return_end)))
    for giver, taker, span in ways:
        if said := _conflict(roster, done[swap.schedule], (giver, taker), span):
            return said
    return ""


def _conflict(roster: Roster, shifts: Shifts, who: tuple[str, str], span: Span) -> str:
    giver, taker = who
    zone = roster.zone(shifts.schedule)
    given = _on(shifts, giver, [span])
    if not given:
        return f"{giver} has no shift on {shifts.schedule} {span_told(*span, zone)}; see `vigil roster show`"
    if not core.reachable(roster.people.get(taker)):
        return f"{taker} is unknown, inactive or has no contact method that works"
    if both := _on(shifts, taker, given):
        when = span_told(*both[0], zone)
        return f"{taker} is on {shifts.schedule} already {when}; one person can't be two"
    away = away_by_person(roster.leaves.values()).get(taker, ())
    if gone := [part for one in given for part in inside(one, away)]:
        return f"{taker} is on leave {span_told(*gone[0], zone)}; name somebody else"
    return ""


def drawn_in(roster: Roster, swap: Swap, now: datetime) -> Swap:
    """Return the swap from the first start to the last end of what is given: so the taker reads it."""
    done, _ = roster.compiled(min(swap.start, now), max(swap.end, swap.return_end or swap.end))
    changed: dict[str, datetime] = {}
    given = _on(done[swap.schedule], swap.giver, [(swap.start, swap.end)])
    changed |= {"start": given[0][0], "end": given[-1][1]}
    if swap.return_start is not None and swap.return_end is not None:
        back = _on(done[swap.schedule], swap.taker, [(swap.return_start, swap.return_end)])
        changed |= {"return_start": back[0][0], "return_end": back[-1][1]}
    return swap.model_copy(update=changed)


def _whole(swap: Swap) -> Span:
    return (
        min(swap.start, swap.return_start or swap.start),
        max(swap.end, swap.return_end or swap.end),
    )


def _on(shifts: Shifts, person: str, within: Sequence[Span]) -> list[Span]:
    held = merged(
        (s.start, s.end) for s in shifts.shifts if s.person == person and s.origin != core.UNCONFIRMED
    )
    return [part for span in within for part in inside(span, held)]


async def _offer(
    who: tuple[str, str, str],
    span: tuple[str, str],
    back: tuple[str, str] | None,
    reason: str,
    by: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    schedule, giver, taker = who
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        zone = roster.schedule(schedule).zone
        for person in (giver, taker):
            roster.person(person)
        start, end = span_of(*span, zone, now)
        returned = span_of(*back, zone, now) if back else (None, None)
        made = Swap(
            id=f"sw-{secrets.token_hex(3)}",
            number=number_for(taker, roster.swaps.values(), now),
            schedule=schedule,
            giver=giver,
            taker=taker,
            start=start,
            end=end,
            return_start=returned[0],
            return_end=returned[1],
            offered_at=now,
            offered_by=by,
            reason=reason,
        )
        if said := conflict(roster, made, now):
            raise Trouble(said)
        made = drawn_in(roster, made, now)
        if not dry_run:
            await (await link.bucket("swaps")).create(made.id, made.model_dump_json().encode())
        accepted = made.model_copy(update={"status": SwapStatus.ACCEPTED, "answered_at": now})
        after = roster.but(swaps={**roster.swaps, made.id: accepted})
        found = difference(roster, after, now, span=_whole(made))
    if as_json:
        put_json({"offered": not dry_run, "swap": made.model_dump(mode="json"), "if_accepted": found.json()})
        return
    tell_shifts(found, after)
    if dry_run:
        typer.echo("Nothing was offered.")
        return
    for one in found.findings:
        if one.code == "double_booked" and taker in one.people:
            typer.echo(f"If accepted: {one}")
    answers = f"`swap yes {made.number}` or `swap no {made.number}`"
    typer.echo(f"Swap {made.id} is offered to {taker}, who answers {answers}.")


async def _list(every: bool, as_json: bool) -> None:
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
    held = [
        one
        for one in sorted(roster.swaps.values(), key=lambda one: one.start)
        if every
        or swap_telling.is_open(one, now)
        or (one.status is SwapStatus.ACCEPTED and now < max(one.end, one.return_end or one.end))
    ]
    if as_json:
        put_json([one.model_dump(mode="json") for one in held])
        return
    columns = ("id", "n", "schedule", "gives", "takes", "when", "in return", "stands")
    title = on_clock("Swaps", roster.clock)
    show(table(title, columns, (_row(one, roster, now) for one in held), "There are none."))


def _row(one: Swap, roster: Roster, now: datetime) -> tuple[str, ...]:
    zone = roster.clock.key if roster.clock else "UTC"
    back = span_shown(one.return_start, one.return_end, zone) if one.return_start and one.return_end else ""
    expired = one.status is SwapStatus.OFFERED and not swap_telling.is_open(one, now)
    stands = "never answered" if expired else one.status.value
    stands += f" by {one.answered_by}" if one.answered_by else ""
    when = span_shown(one.start, one.end, zone)
    return (one.id, str(one.number), one.schedule, one.giver, one.taker, when, back, stands)


async def _answer(name: str, status: SwapStatus, by: str, as_json: bool) -> None:
    async with linked() as link:
        roster, now = await read(link), link.clock.now()
        swap = roster.swaps.get(name)
        if swap is None:
            raise Trouble(f"there is no swap {name!r}; see `vigil roster swap list`")
        if status is SwapStatus.ACCEPTED and (said := conflict(roster, swap, now)):
            raise Trouble(said)
        answered = await _write(link, swap, status, by, now)
        after = roster.but(swaps={**roster.swaps, name: answered})
        found = difference(roster, after, now, span=_whole(swap))
        await compile_now(link, await read(link))
    if as_json:
        put_json({"swap": answered.model_dump(mode="json"), **found.json()})
        return
    tell_shifts(found, after)
    typer.echo(f"Swap {name} is {status.value}.")


async def _write(link: Link, swap: Swap, status: SwapStatus, by: str, now: datetime) -> Swap:
    def change(stored: Swap) -> Swap:
        undone = status is SwapStatus.WITHDRAWN and stored.status is SwapStatus.ACCEPTED and now < stored.end
        if undone or (status is SwapStatus.WITHDRAWN and swap_telling.is_open(stored, now)):
            return stored.model_copy(
                update={"status": status, "answered_at": now, "answered_by": by, "undone": undone}
            )
        if status is SwapStatus.WITHDRAWN:
            return stored
        return swap_telling.answered(stored, status is SwapStatus.ACCEPTED, by, now)

    written = await edit(await link.bucket("swaps"), swap.id, Swap, change)
    if written is None or written.answered_at != now:
        stands = "gone" if written is None else f"{written.status.value} already, or over"
        raise Trouble(f"swap {swap.id} is {stands}; see `vigil roster swap list --all`")
    return written
