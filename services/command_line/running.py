"""`vigil up`, `vigil run`, `vigil provision`: start things, and make what they need."""

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from services import process
from services.command_line import live, starting
from services.command_line.demo import Ports
from services.command_line.link import connect
from services.command_line.settings import StoreSettings
from services.command_line.troubles import Trouble
from services.runtime import nats_setup, provision
from services.runtime.settings import Settings, load


def up(
    demo: Annotated[
        bool,
        typer.Option("--demo", help="A made-up programme, and phones in the browser; nothing leaves here."),
    ] = False,
    nats_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of nats-server.")] = 4222,
    gateway_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of the gateway; else VIGIL_GATEWAY_PORT, or 8080."),
    ] = None,
    emulator_port: Annotated[int, typer.Option(min=1, max=65535, help="Demo: port of the phones.")] = 8090,
    console_port: Annotated[int, typer.Option(min=1, max=65535, help="Demo: port of the console.")] = 8081,
    override: Annotated[
        str, typer.Option(help="Go live although `vigil doctor` refuses: the reason, which is recorded.")
    ] = "",
) -> None:
    """Start all of Vigil on this machine, and keep it running: nats-server, services, watchdog.

    Without --demo it needs the settings of .env.example; Ctrl-C ends it.
    """
    settings = load(Settings)
    if demo:
        ports = Ports(nats_port, gateway_port or 8080, emulator_port, console_port)
        children = starting.demo_children(settings, ports, load(StoreSettings))
    else:
        gate = live.Gate(settings, override)
        children = starting.live_children(settings, nats_port, gateway_port, load(StoreSettings), gate)
    starting.supervise(children, settings)


def run(
    services: Annotated[
        list[str] | None,
        typer.Argument(
            help="Their names, or `front`, `back`, `desk` or `all`; all if none is named.", show_default=False
        ),
    ] = None,
) -> None:
    """Run some services in this process, against any NATS; SIGTERM ends them in order.

    `front` is what patients and the carrier wait for (crisis line, gateway), `desk` is what people look at
    (console, ledger), `back` is the rest.
    """
    process.main(services or ())


def provision_streams(
    first: Annotated[bool, typer.Option("--first", help="This NATS is new and meant to be empty.")] = False,
    accept: Annotated[
        str,
        typer.Option(help="Accept what this stream lost, and go on from what it holds.", metavar="STREAM"),
    ] = "",
    replicas: Annotated[int, typer.Option(min=1, max=5, help="Copies of each stream in a cluster.")] = 1,
) -> None:
    """Make streams, buckets and durables from the table of contracts; never over a doubt."""
    asyncio.run(_provision(first, accept, replicas))


async def _provision(first: bool, accept: str, replicas: int) -> None:
    settings = load(Settings)
    marks = settings.var / "marks.json"
    nc = await connect(settings, "admin")
    try:
        if accept:
            try:
                await provision.accept(nc, accept, marks_file=marks)
            except KeyError:
                raise Trouble(f"--accept: there is no stream {accept!r} in the table of contracts") from None
            typer.echo(f"{accept}: accepted as it is now.")
        report = await provision.provision(
            nc, marks_file=marks, replicas=replicas, store=_store(settings), first=first
        )
    finally:
        await nc.close()
    for name in report.created:
        typer.echo(f"made {name}")
    for sentence in report.updated:
        typer.echo(sentence)
    if not report.created and not report.updated:
        typer.echo("Everything is as the table of contracts wants it.")


def _store(settings: Settings) -> Path | None:
    """Return the folder of the streams if the server is the embedded one of this machine."""
    folder = nats_setup.store(settings.var)
    here = all(urlsplit(url).hostname in ("127.0.0.1", "localhost") for url in settings.nats_url.split(","))
    return folder if here and folder.exists() else None
