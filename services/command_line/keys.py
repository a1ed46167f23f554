"""`vigil keys`: the site's sealing keys: show, rotate, retire."""

import asyncio
from typing import Annotated

import typer

from services.command_line.keys_rotation import Rotation
from services.command_line.link import linked
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told
from services.runtime import site_keys

app = typer.Typer(cls=Told, no_args_is_help=True, help="The site's sealing keys: show, rotate, retire.")


@app.command("show")
def show_keys() -> None:
    """Show which keys there are, and which is current; never a key itself."""
    asyncio.run(_show())


@app.command()
def rotate(
    stage: Annotated[
        bool,
        typer.Option(
            "--stage",
            help="For a site of several machines: bring the new key in, but do not seal with it yet. "
            "Copy the key file to every machine, then rotate again without this.",
        ),
    ] = False,
) -> None:
    """Make a new key for the site and wrap every patient's key under it; stopped midway, run it again.

    The old key stays in the file and opens what it sealed, until `vigil keys retire`. Services that
    run take the new key up by themselves, and seal with it from their next start. Back up the key
    file at once: without it nothing that is sealed can be read again.
    """
    asyncio.run(_rotate(stage))


@app.command()
def retire(name: Annotated[str, typer.Argument(help="The replaced key, such as k1.")]) -> None:
    """Take a replaced key out of the file, once nothing needs it; refused until then.

    What is known of staff is sealed anew. On a site of several machines every one must have the
    current key file by now.
    """
    asyncio.run(_retire(name))


async def _show() -> None:
    async with linked() as link:
        seals = link.seals()
        known = await site_keys.read(link.nc)
    rows = []
    for key in sorted(known.values(), key=lambda one: (one.use, one.made_at, one.name)):
        held = key.name in (seals.names if key.use == "seal" else seals.hash_names)
        if key.retired_at:
            state = f"retired {local(key.retired_at)}"
        elif key.replaced_at:
            state = f"replaced {local(key.replaced_at)}; opens what it sealed"
        elif key.current_since:
            state = f"current since {local(key.current_since)}"
        else:
            state = "coming; run `vigil keys rotate` again"
        rows.append((key.name, key.use, local(key.made_at), state, "yes" if held else "no"))
    show(table("Keys", ("key", "for", "noted", "state", "in the file"), rows, "No service has started yet."))
    if troubles := site_keys.wrong(seals, known):
        typer.echo(f"WRONG KEY FILE: {'; '.join(troubles)}", err=True)
        raise typer.Exit(1)


async def _rotate(stage: bool) -> None:
    async with linked() as link:
        link.seals()
        name = await Rotation(link.nc, link.settings.seal_file(), link.clock.now, typer.echo).rotate(
            stage_only=stage
        )
    file = link.settings.seal_file()
    if stage:
        typer.echo(f"Copy {file} to every machine of this site, then run `vigil keys rotate` once more.")
        return
    typer.echo(f"Back {file} up now. Restart the services when it suits, so that they seal with {name}.")


async def _retire(name: str) -> None:
    async with linked() as link:
        link.seals()
        await Rotation(link.nc, link.settings.seal_file(), link.clock.now, typer.echo).retire(name)
