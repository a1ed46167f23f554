"""`vigil media`: the pictures and other files that patients texted: which there are, and taking them out."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from contracts.media import MediaFile, MediaStatus, TextMedia
from contracts.people import CodeTaken
from contracts.programme import PatientRevealed
from services.command_line.link import Link, linked, me
from services.command_line.media_files import content_of, file_name, opener, texts_with_files
from services.command_line.privacy import ids_of, known, record
from services.command_line.shown import away, local, put_json, show, table
from services.command_line.troubles import Told, Trouble

app = typer.Typer(
    cls=Told, no_args_is_help=True, help="Pictures and other files that patients texted: list, save, missing."
)
Whose = Annotated[
    str,
    typer.Argument(help="A code (K7), or Vigil's id of the patient, pt_...", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
_COLUMNS = ("file", "came", "type", "bytes", "stands")


@app.command("list")
def list_media(which: Whose, as_json: AsJson = False) -> None:
    """List the files a patient texted, oldest first; nothing of them is opened."""
    asyncio.run(_list(which, as_json))


@app.command()
def save(
    which: Whose,
    why: Annotated[str, typer.Option(help="What for; recorded. No name, nothing clinical.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; made if there is none.")],
    file: Annotated[str, typer.Option("--file", help="One file, by its id; all kept ones if left out.")] = "",
) -> None:
    """Write files of a patient in clear, for the eyes of this account only; that is put on record first.

    They are what the patient's phone sent: nothing looked into them, so open them with care, on a
    machine that may hold such things, and delete them there.
    """
    if not why.strip():
        raise Trouble("--why: say what for; it is recorded")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(_save(which, why, out, file))


@app.command()
def missing(as_json: AsJson = False) -> None:
    """List what could not be fetched from the carrier (so far), with what stood in the way.

    `kind` and `too_large`: VIGIL_MEDIA_TYPES and VIGIL_MEDIA_MAX_BYTES say what is kept. `address`:
    VIGIL_MEDIA_HOSTS. `http_401`: the carrier's credentials. It is tried for three days; after that
    the files are at the carrier alone.
    """
    asyncio.run(_missing(as_json))


async def _list(which: str, as_json: bool) -> None:
    async with linked() as link:
        patient = await _patient(link, which)
        texts = await texts_with_files(link, await ids_of(link, patient))
    if as_json:
        put_json([_json(text, file) for text in texts for file in text.files])
        return
    rows = [_row(text, file) for text in texts for file in text.files]
    rows += [
        (f"{text.sid} (of {text.count})", local(text.at), "", "", _stands(text, None))
        for text in texts
        if len(text.files) < text.count
    ]
    show(table(f"What {patient} texted beside words", _COLUMNS, rows, "No picture or file came."))


async def _save(which: str, why: str, out: Path, only: str) -> None:
    async with linked() as link:
        patient = await _patient(link, which)
        texts = await texts_with_files(link, await ids_of(link, patient))
        found = [
            (text, file)
            for text in texts
            for file in text.files
            if file.kept_at is not None and only in ("", file.id)
        ]
        if not found:
            wanted = f"no kept file {only}" if only else "no kept file"
            raise Trouble(f"there is {wanted} of {patient}; see `vigil media list {which}`")
        now = link.clock.now()
        fact = PatientRevealed(patient=patient, by=me(), at=now, shown=("media",), why=why)
        # On record before anything can be read.
        await record(link, "patient_revealed", fact, f"{patient}:{fact.by}:{now.isoformat()}")
        opens = opener(link)
        for text, file in found:
            path = out / file_name(file)
            _write(path, await content_of(link, opens, text.patient, file))
            typer.echo(f"{path} written ({file.size} bytes).")
    typer.echo("That you took this out is on record.")


async def _missing(as_json: bool) -> None:
    async with linked() as link:
        texts = [
            one for one in await texts_with_files(link) if one.status in (MediaStatus.OPEN, MediaStatus.LOST)
        ]
        now = link.clock.now()
    if as_json:
        put_json([_open_json(one) for one in texts])
        return
    rows = [
        (
            one.sid,
            local(one.at),
            one.patient,
            str(one.count - sum(file.kept_at is not None for file in one.files)),
            one.why or "not tried yet",
            str(one.attempts),
            away(one.due, now) if one.due is not None else "given up",
        )
        for one in texts
    ]
    columns = ("text", "came", "from", "missing", "why", "tries", "again")
    show(table("Not kept", columns, rows, "Everything that came is kept."))


async def _patient(link: Link, which: str) -> str:
    taken = (await link.values("codes", CodeTaken)).get(which.upper())
    if taken is not None and taken.subject:
        if not taken.subject.startswith("escalations."):
            raise Trouble(f"{which} is about no patient")
        return taken.subject.removeprefix("escalations.")
    return (await known(link, which)).id


def _write(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Trouble(f"{path} exists already, and nothing is overwritten; name another folder") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _row(text: TextMedia, file: MediaFile) -> tuple[str, ...]:
    size = str(file.size) if file.kept_at is not None else "-"
    return (file.id, local(text.at), file.content_type, size, _stands(text, file))


def _stands(text: TextMedia, file: MediaFile | None) -> str:
    if file is not None and file.kept_at is not None:
        return f"kept {local(file.kept_at)}"
    match text.status:
        case MediaStatus.OPEN:
            return f"being fetched ({text.why})" if text.why else "being fetched"
        case MediaStatus.ERASED:
            return "erased"
        case _:
            return f"MISSING ({text.why})"


def _json(text: TextMedia, file: MediaFile) -> dict[str, object]:
    return {
        "file": file.id,
        "text": text.sid,
        "patient": text.patient,
        "came": text.at.isoformat(),
        "content_type": file.content_type,
        "size": file.size,
        "kept_at": file.kept_at.isoformat() if file.kept_at is not None else None,
        "status": str(text.status),
        "why": text.why,
    }


def _open_json(text: TextMedia) -> dict[str, object]:
    return {
        "text": text.sid,
        "patient": text.patient,
        "came": text.at.isoformat(),
        "count": text.count,
        "kept": sum(file.kept_at is not None for file in text.files),
        "status": str(text.status),
        "why": text.why,
        "attempts": text.attempts,
        "due": text.due.isoformat() if text.due is not None else None,
    }
