"""`vigil roster feed`: secret addresses under which calendars find one person's or one schedule's shifts."""

import asyncio
import hashlib
import secrets
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from contracts.schedules import Feed, Schedule
from services.command_line.link import Link, linked, me
from services.command_line.programme_zone import abbreviated, on_clock, programme_zone
from services.command_line.settings import CommandSettings
from services.command_line.shown import local, put_json, show, table
from services.command_line.troubles import Told, Trouble
from services.command_line.whole_roster import read
from services.runtime.editing import edit
from services.runtime.settings import load

app = typer.Typer(cls=Told, no_args_is_help=True, help="Calendar feeds: make, list, revoke.")
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command()
def make(
    person: Annotated[str, typer.Option(help="Whose shifts, on every schedule.")] = "",
    schedule: Annotated[str, typer.Option(help="Which schedule, with everybody on it.")] = "",
    as_json: Json = False,
) -> None:
    """Make a secret address for a calendar; it is shown once and can be revoked."""
    if bool(person) == bool(schedule):
        raise Trouble("name either --person or --schedule")
    asyncio.run(_make(person, schedule, as_json))


@app.command("list")
def list_feeds(as_json: Json = False) -> None:
    """List feeds: for whom, made when and by whom, revoked or not. The addresses are not kept."""
    asyncio.run(_list(as_json))


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="Id of the feed, as in `vigil roster feed list`.")],
    as_json: Json = False,
) -> None:
    """End a feed: its address shows nothing from now on."""
    asyncio.run(_revoke(name, as_json))


async def _zone(link: Link) -> ZoneInfo | None:
    return programme_zone((await link.values("schedules", Schedule)).values())


async def _make(person: str, schedule: str, as_json: bool) -> None:
    settings = load(CommandSettings)
    base = (settings.public_url or settings.gateway()).rstrip("/")
    secret = secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    async with linked() as link:
        roster = await read(link)
        about = roster.person(person).id if person else roster.schedule(schedule).id
        feed = Feed(
            id=digest[:16],
            secret_hash=digest,
            person=person or None,
            schedule=schedule or None,
            made_at=link.clock.now(),
            made_by=me(),
        )
        await (await link.bucket("feeds")).create(feed.id, feed.model_dump_json().encode())
    url = f"{base}/calendar/{secret}.ics"
    if as_json:
        put_json({"id": feed.id, "person": feed.person, "schedule": feed.schedule, "url": url})
        return
    typer.echo(url)
    typer.echo(
        f"Whoever has this address sees the shifts of {about}; it is shown only now. "
        f"End it: vigil roster feed revoke {feed.id}",
        err=True,
    )


async def _list(as_json: bool) -> None:
    async with linked() as link:
        feeds, zone = await link.values("feeds", Feed), await _zone(link)
    held = sorted(feeds.values(), key=lambda feed: feed.made_at)
    if as_json:
        put_json([feed.model_dump(mode="json", exclude={"secret_hash"}) for feed in held])
        return
    rows = [
        (
            feed.id,
            f"person {feed.person}" if feed.person else f"schedule {feed.schedule}",
            local(feed.made_at, zone=zone),
            feed.made_by,
            f"revoked {local(feed.revoked_at, zone=zone)}" if feed.revoked_at else "open",
        )
        for feed in held
    ]
    columns = ("id", "shows", "made", "by", "stands")
    show(table(on_clock("Calendar feeds", zone), columns, rows, "There are none."))


async def _revoke(name: str, as_json: bool) -> None:
    async with linked() as link:
        now = link.clock.now()

        def change(feed: Feed) -> Feed:
            return feed if feed.revoked_at else feed.model_copy(update={"revoked_at": now})

        known = await edit(await link.bucket("feeds"), name, Feed, change) if name.isalnum() else None
        zone = await _zone(link)
    if known is None or known.revoked_at is None:
        raise Trouble(f"there is no feed {name!r}; see `vigil roster feed list`")
    if as_json:
        put_json({"revoked": name, "revoked_at": known.revoked_at.isoformat()})
    elif known.revoked_at != now:
        since = f"{local(known.revoked_at, zone=zone)} {abbreviated(known.revoked_at, zone)}"
        typer.echo(f"Feed {name} is revoked already, since {since}; nothing was changed.")
    else:
        typer.echo(f"Feed {name} is revoked: its address shows nothing any more.")
