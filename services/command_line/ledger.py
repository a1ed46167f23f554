"""`vigil ledger`: how far the books are, and writing them anew from the log."""

import asyncio
from typing import Annotated

import typer

from services.books import reading as books_reading
from services.books.settings import BooksSettings
from services.command_line.ledger_books import reading, telling
from services.command_line.link import linked
from services.command_line.shown import counted, local, show, table
from services.command_line.troubles import Trouble
from services.ledger.rebuild import Forged, Rebuild, Rebuilt
from services.runtime.follow import last_sequence
from services.runtime.settings import Settings, load

app = typer.Typer(no_args_is_help=True, help="The ledger: what happened, in SQL, for reports and history.")
_MOST = 20


@app.command()
def status() -> None:
    """Show up to where each stream is in the books, and where it ends."""
    asyncio.run(_status())


async def _status() -> None:
    books = load(BooksSettings).open(load(Settings).var)
    try:
        with reading(books) as page:
            positions = books_reading.positions(page)
        async with linked() as link:
            ends = {name: await last_sequence(link.nc, name) for name in positions}
    finally:
        books.close()
    rows = (
        (name, str(sequence), str(ends[name]), local(at))
        for name, (sequence, at) in sorted(positions.items())
    )
    show(table("The books", ("stream", "written up to", "ends at", "last written stored"), rows))


@app.command()
def rebuild(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when all is well.")] = False,
) -> None:
    """Throw the books away and write them anew from the log, while everything runs.

    What is shown changes in one step, when the new books are whole. Rows that were shown and are not what
    the log says are named. Run it after `vigil purge`: the books then forget what was purged.
    """
    asyncio.run(_rebuild(quiet))


async def _rebuild(quiet: bool) -> None:
    books = load(BooksSettings).open(load(Settings).var)
    try:
        async with linked() as link:
            with telling(books):
                done = await Rebuild(link.nc, books).run()
    except Forged as error:
        raise Trouble(str(error)) from None
    finally:
        books.close()
    if not quiet:
        _tell(done)
    if done.differing:
        raise typer.Exit(1)


def _tell(done: Rebuilt) -> None:
    typer.echo(f"The books are written anew, from {counted(done.messages, 'message')}.")
    for one in done.differing[:_MOST]:
        typer.echo(f"Differed from the log: {one.table}, {one.stream} {one.sequence}")
    if len(done.differing) > _MOST:
        typer.echo(f"... and {len(done.differing) - _MOST} more")
