"""`vigil keys`: the site's sealing keys: show, rotate, retire."""

import asyncio
from typing import Annotated

import typer

from contracts.privacy import KeysChanged
from services.command_line.keys_hashes import HashRotation
from services.command_line.keys_rotation import Rotation
from services.command_line.link import Link, linked, me
from services.command_line.shown import local, show, table
from services.command_line.troubles import Told
from services.runtime import site_keys
from services.runtime.log import publish_fact

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
            help="For a site of several machines: bring the new key in, but do not use it yet. "
            "Copy the key file to every machine, then rotate again without this.",
        ),
    ] = False,
    hashes: Annotated[
        bool, typer.Option("--hash", help="The key by which phones and outside ids are found again.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; change nothing.")] = False,
) -> None:
    """Make a new key for the site and wrap every patient's key under it; stopped midway, run it again.

    The old key stays in the file and opens what it sealed, until `vigil keys retire`. Services that
    run take the new key up by themselves, and seal with it from their next start. With --hash the
    phones of staff and patients are hashed with a new key instead, at once; both keys find people
    until the old one is retired. Back up the key file at once: without it nothing can be read again.
    """
    asyncio.run(_dry(hashes) if dry_run else _rotate(stage, hashes))


@app.command()
def retire(
    name: Annotated[str, typer.Argument(help="The replaced key, such as k1 or h1.")],
    forget: Annotated[
        bool,
        typer.Option(
            "--forget",
            help="Of a hash key: even if outside ids stand under it alone; they count as unknown then.",
        ),
    ] = False,
) -> None:
    """Take a replaced key out of the file, once nothing needs it; refused until then.

    What is known of staff is sealed anew. On a site of several machines every one must have the
    current key file by now. Of a hash key it needs the admin's password, for old hashes are removed.
    """
    asyncio.run(_retire(name, forget))


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


async def record(link: Link, what: str) -> None:
    """Put on record that somebody worked with the site's keys."""
    now = link.clock.now()
    fact = KeysChanged(by=me(), at=now, what=what)
    message_id = f"keys_changed:{now.isoformat()}:{what}"
    await publish_fact(link.nc, "programme.keys_changed.site", fact.model_dump_json().encode(), message_id)


async def _dry(hashes: bool) -> None:
    async with linked() as link:
        link.seals()
        file, now = link.settings.seal_file(), link.clock.now
        if hashes:
            typer.echo(f"{await HashRotation(link.nc, file, now, typer.echo).looked()}. Nothing was changed.")
        else:
            count = await Rotation(link.nc, file, now, typer.echo).looked()
            typer.echo(f"{count} patient keys would be wrapped under a new key. Nothing was changed.")


async def _rotate(stage: bool, hashes: bool) -> None:
    async with linked() as link:
        link.seals()
        file, now = link.settings.seal_file(), link.clock.now
        rotation = (HashRotation if hashes else Rotation)(link.nc, file, now, typer.echo)
        name = await rotation.rotate(stage_only=stage)
        await record(link, f"{name} {'brought in' if stage else 'made current'}")
    if stage:
        again = "vigil keys rotate --hash" if hashes else "vigil keys rotate"
        typer.echo(f"Copy {file} to every machine of this site, then run `{again}` once more.")
        return
    typer.echo(f"Back {file} up now.")
    if not hashes:
        typer.echo(f"Restart the services when it suits, so that they seal with {name}.")


async def _retire(name: str, forget: bool) -> None:
    async with linked() as link:
        seals = link.seals()
        file, now = link.settings.seal_file(), link.clock.now
        known = await site_keys.read(link.nc)
        if name in seals.hash_names or site_keys.entry("hash", name) in known:
            await HashRotation(link.nc, file, now, typer.echo).retire(name, _purged, forget=forget)
        else:
            await Rotation(link.nc, file, now, typer.echo).retire(name)
        await record(link, f"{name} retired")


async def _purged(refs: list[str]) -> None:
    """Remove hashes for good: a marker would keep them in its name."""
    if not refs:
        return
    async with linked("admin") as admin:
        js = admin.nc.jetstream(timeout=5)
        for ref in refs:
            await js.purge_stream("KV_aliases", subject=f"$KV.aliases.{ref}")
