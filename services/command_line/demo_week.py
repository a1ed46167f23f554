"""`vigil demo`: a week of a programme that does not exist, played fast on everything that is real."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from nats.aio.client import Client
from rich.console import Console

from services.command_line.link import Link
from services.command_line.troubles import Trouble
from services.command_line.verify import holes_of
from services.demo_week import shown
from services.demo_week.performance import Performance
from services.demo_week.report import Report
from services.demo_week.stage import StageError
from services.runtime import logging, nats_setup
from services.runtime.clock import Clock
from services.runtime.settings import Settings

SPEED = 1000.0
_WIDTH = 150
"""Columns of what is written to a file."""


def demo(
    speed: Annotated[
        float, typer.Option(min=2, max=7200, help="How many times as fast while nothing is under way.")
    ] = SPEED,
    days: Annotated[float, typer.Option(min=0.1, max=28, help="How many days, from Monday 06:00 on.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed is the same week.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Write the report as JSON to this file, too.", show_default=False)
    ] = None,
    var: Annotated[
        Path | None,
        typer.Option(help="Keep what is stored and logged here, an empty folder.", show_default=False),
    ] = None,
) -> None:
    """Play a week of a made-up programme: 60 patients, 12 staff, 3 groups; then report what came of it.

    Real processes, ports of their own, a folder of its own: nothing of a running Vigil is touched, and
    no text or call leaves this machine. Ctrl-C ends it and reports so far. Exit status 1: a law did not hold.
    """
    if out is not None and not out.absolute().parent.is_dir():
        raise Trouble(f"--out: there is no folder {out.absolute().parent}")
    # What is set for a real Vigil must not reach the processes of this one.
    for name in [name for name in os.environ if name.startswith("VIGIL_") or name == "JS_KEY"]:
        del os.environ[name]
    logging.configure("console", "error")
    if var is not None:
        if nats_setup.store(var).exists():
            raise Trouble(f"--var: {var} holds a store already; name an empty folder")
        told = _played(var, seed=seed, days=days, speed=speed)
    else:
        with tempfile.TemporaryDirectory(prefix="vigil-demo-") as folder:
            told = _played(Path(folder), seed=seed, days=days, speed=speed)
    console = _console()
    for part in shown.parts(told):
        console.print(part)
    if out is not None:
        out.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")
        console.print(f"The report as JSON: {out}")
    if not told.held:
        raise typer.Exit(1)


def _played(folder: Path, *, seed: int, days: float, speed: float) -> Report:
    performance = Performance(folder, seed=seed, days=days, speed=speed, console=_console(), audit=_holes)
    try:
        return asyncio.run(performance.run())
    except StageError as error:
        raise Trouble(f"the demo did not start: {error}") from None


def _console() -> Console:
    plain = Console(highlight=False, markup=False)
    # A file has no width of its own, and a table cut to 80 columns can't be read.
    return plain if plain.is_terminal else Console(highlight=False, markup=False, width=_WIDTH)


async def _holes(settings: Settings, nc: Client, clock: Clock) -> list[str]:
    """Return what `vigil verify` finds in what is in force."""
    link = Link(settings, nc, clock)
    current = await link.policy_store().current()
    return await holes_of(link, current.policies if current is not None else ())
