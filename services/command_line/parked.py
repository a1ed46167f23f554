"""`vigil parked`: messages that could not be understood or handled."""

import asyncio
from typing import Annotated

import typer

from contracts.parked import Parked
from contracts.streams import SERVICES, durable
from services.command_line.deliveries import parked_deliveries
from services.command_line.link import Link, linked
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told, Trouble
from services.runtime.follow import Follower
from services.runtime.log import Stored
from services.runtime.permissions import retry_subject

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Messages that could not be understood or handled: list, retry."
)


@app.command("list")
def list_parked(
    every: Annotated[bool, typer.Option("--all", help="Those that were handled since, too.")] = False,
) -> None:
    """List parked messages, oldest first."""
    asyncio.run(_list(every))


@app.command()
def retry(
    service: Annotated[str, typer.Argument(help="One service; all if left out.", show_default=False)] = "",
) -> None:
    """Ask services to try their parked messages again, now."""
    if service and service not in SERVICES:
        raise Trouble(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    asyncio.run(_retry(service))


async def _list(every: bool) -> None:
    async with linked() as link:
        found = [parked for parked in await read(link) if every or parked.status == "parked"]
        untold = await parked_deliveries(link)
    rows = [
        (
            local(one.at),
            durable(one.durable)[1].service,
            f"{one.stream}:{one.sequence}",
            one.subject,
            one.error,
            str(one.tries),
            one.status,
        )
        for one in found
    ]
    rows += [
        (
            local(one.brief.at),
            "gateway",
            f"to {one.recipient}",
            one.id,
            one.brief.why,
            str(one.brief.attempts),
            "parked",
        )
        for one in untold
    ]
    columns = ("parked", "service", "message", "subject", "error", "tries", "now")
    show(table("Parked messages", columns, rows, "None: everything was understood and handled."))


async def _retry(service: str) -> None:
    async with linked() as link:
        waiting = [durable(one.durable)[1].service for one in await read(link) if one.status == "parked"]
        waiting += ["gateway" for _ in await parked_deliveries(link)]
        asked = sorted({name for name in waiting if service in ("", name)})
        for name in asked:
            await link.nc.publish(retry_subject(name), b"")
        await link.nc.flush(2)
    if not asked:
        typer.echo("Nothing is parked there.")
    for name in asked:
        typer.echo(f"{name} was asked to try {waiting.count(name)} again; see `vigil parked list`.")


async def read(link: Link) -> list[Parked]:
    """Return the last state of every parked message, oldest first."""
    found: dict[str, Parked] = {}

    def take(stored: Stored) -> None:
        found[stored.subject] = Parked.model_validate_json(stored.data)

    follower = Follower(link.nc, "PARKED", take, label="cli")
    await follower.start()
    await follower.stop()
    return sorted(found.values(), key=lambda one: one.at)
