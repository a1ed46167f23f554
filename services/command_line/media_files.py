"""The kept files of patients, as commands read them: what there is, and the bytes of one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.media import FilePart, MediaFile, MediaStatus, TextMedia
from services.command_line.link import Link
from services.command_line.privacy_retention import Years, clinical_until
from services.command_line.troubles import Trouble
from services.runtime.buckets import asked
from services.runtime.follow import Follower, last_sequence
from services.runtime.log import Stored
from services.runtime.patient_keys import PatientKeys
from services.runtime.sealing import SealError, Seals

_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}
"""Endings by what a file is said to be; whatever could run when it is opened ends in `.bin`."""


@dataclass(frozen=True)
class Removable:
    """So many messages of a bucket's subject are past retention: those below a sequence."""

    stream: str
    subject: str
    below: int
    count: int


async def texts_with_files(link: Link, ids: Iterable[str] = ()) -> list[TextMedia]:
    """Return what came from these ids, or from everybody, oldest first."""
    found = await link.values("media", TextMedia)
    wanted = frozenset(ids)
    return sorted(
        (one for one in found.values() if not wanted or one.patient in wanted), key=lambda one: one.at
    )


def opener(link: Link) -> Seals:
    """Return what opens files: the site's seals with the keys of patients."""
    seals = link.seals()
    return seals.with_patients(PatientKeys(link.nc, seals, link.clock.now))


async def content_of(link: Link, opens: Seals, patient: str, file: MediaFile) -> bytes:
    """Return a whole file in clear; whoever shows it puts that on record first.

    Raises Trouble when it is not kept, its key was erased, or it isn't what was kept.
    """
    if file.kept_at is None:
        raise Trouble(f"{file.id} is not kept; `vigil media missing` says why")
    bucket = await link.bucket("media_files")
    content = bytearray()
    try:
        for number in range(file.parts):
            entry = await asked(bucket.get(f"{patient}.{file.id}.{number}"))
            if entry is None:
                raise Trouble(f"{file.id}: part {number} of {file.parts} is gone; restore the backup")
            sealed = FilePart.model_validate_json(entry.value or b"").content
            await opens.have(sealed)
            content += opens.unseal_bytes(sealed)
        digest = await opens.opened(file.digest) if file.digest is not None else ""
    except SealError as error:
        raise Trouble(f"{file.id} can't be read: {error}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise Trouble(f"{file.id}: the parts are not the file that was kept; restore the backup")
    return bytes(content)


def file_name(file: MediaFile) -> str:
    """Return under which name a file is written: nothing of it comes from the patient."""
    return f"{file.id}{_ENDINGS.get(file.content_type.partition(';')[0].strip().lower(), '.bin')}"


async def past_retention(
    link: Link, kept: Years, minors: frozenset[str], held: frozenset[str]
) -> list[Removable]:
    """Return what of the kept files may go for good: as old as the clinical record may be, and not open.

    Nothing of a patient in `held` (legal holds). Parts first: a record without parts says what was there.
    """
    now = link.clock.now()
    going = {
        one.sid: one
        for one in await texts_with_files(link)
        if one.status is not MediaStatus.OPEN
        and one.patient not in held
        and clinical_until(one.at, kept, minor=one.patient in minors) <= now
    }
    files = frozenset(f"{one.patient}.{file.id}" for one in going.values() for file in one.files)
    parts = [key for key in await _keys(link, "media_files") if key.rpartition(".")[0] in files]
    ends = {name: await last_sequence(link.nc, f"KV_{name}") + 1 for name in ("media", "media_files")}
    return [
        *(Removable("KV_media_files", f"$KV.media_files.{key}", ends["media_files"], 1) for key in parts),
        *(Removable("KV_media", f"$KV.media.{one.key}", ends["media"], 1) for one in going.values()),
    ]


async def _keys(link: Link, bucket: str) -> list[str]:
    found: list[str] = []

    def learn(stored: Stored) -> None:
        if stored.headers.get("KV-Operation") not in ("DEL", "PURGE"):
            found.append(stored.subject.removeprefix(f"$KV.{bucket}."))

    follower = Follower(link.nc, f"KV_{bucket}", learn, headers_only=True, label="cli")
    await follower.start()
    await follower.stop()
    return found
