"""`vigil audit`: checkpoints to keep elsewhere, and the log read anew against the ledger's chain."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.books.chain import Head
from services.books.settings import BooksSettings
from services.command_line.ledger_books import telling
from services.command_line.link import linked, this_moment
from services.command_line.privacy_erasure import years
from services.command_line.shown import counted, local, show, table
from services.command_line.troubles import Trouble
from services.ledger import verify as auditing
from services.ledger.verify import Verdict, Verify
from services.runtime.settings import Settings, load

app = typer.Typer(no_args_is_help=True, help="Show that nothing in the log was changed afterwards.")
_MOST = 20


@app.command()
def checkpoint(
    file: Annotated[Path, typer.Argument(help="Where to write it; then keep it on another machine.")],
) -> None:
    """Write down where all chains stand now, to be kept where nobody who can write here can write.

    Whoever changes something and forges the whole chain after it is found by any checkpoint made since.
    """
    books = load(BooksSettings).open(load(Settings).var)
    try:
        with telling(books):
            made = auditing.make_checkpoint(books, this_moment())
    finally:
        books.close()
    if made is None:
        raise Trouble("the ledger has linked nothing yet; it does when it runs: `vigil run ledger`")
    file.write_text(made.written() + "\n")
    typer.echo(f"Checkpoint {made.number}, {local(made.made_at)}: {made.hash.hex()[:16]}... in {file}")


@app.command()
def verify(
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint that was kept elsewhere; may be given several times.", metavar="FILE"
        ),
    ] = None,
) -> None:
    """Read the log anew and check every message, link and checkpoint; name the first broken link.

    A message that left by its age, by newer values of its bucket or by retention leaves its link behind,
    and breaks nothing. Exit status 1 if something is broken.
    """
    kept = [_kept(file) for file in against or ()]
    books = load(BooksSettings).open(load(Settings).var)
    now = this_moment()
    limits = years()
    # What is kept shortest is purged first; less than that old, nothing may be gone.
    shortest = min(limits.clinical, limits.minor, limits.log, limits.faults)
    before = now - timedelta(days=365.25 * shortest)

    async def run() -> Verdict:
        async with linked() as link:
            with telling(books):
                return await Verify(link.nc, books, now, before).run(kept)

    try:
        verdict = asyncio.run(run())
    finally:
        books.close()
    _show(verdict)


def _show(verdict: Verdict) -> None:
    rows = (
        (one.stream, str(one.links), ", ".join(f"{n} {why}" for why, n in one.gone.items()) or "-")
        for one in verdict.streams
        if one.links
    )
    show(table("The audit's chains", ("stream", "links", "gone, and may be"), rows, "no link yet"))
    typer.echo(f"{counted(verdict.checkpoints, 'checkpoint')} compared.")
    first = verdict.first
    if first is None:
        typer.echo("Nothing is broken.")
        return
    for one in verdict.broken[:_MOST]:
        typer.echo(f"{one.stream} {one.sequence}{f' ({one.subject})' if one.subject else ''}: {one.why}")
    if len(verdict.broken) > _MOST:
        typer.echo(f"... and {len(verdict.broken) - _MOST} more")
    when = f", stored {local(first.at)}" if first.at else ""
    typer.echo(f"The first broken link: {first.stream}, sequence {first.sequence}{when}: {first.why}.")
    raise typer.Exit(1)


def _kept(file: Path) -> dict[str, Head]:
    try:
        return auditing.read_checkpoint(file.read_text())
    except OSError as error:
        raise Trouble(f"--against: {file}: {error.strerror}") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise Trouble(f"--against: {file}: {error}") from None
