"""Where files are kept: the bucket `media_files`, in parts below what NATS takes as one message.

Every part is sealed with the patient's key and with nothing else. Keeping a file again writes the same
parts anew, so a kill -9 between any two of them costs a repetition.
"""

import hashlib
from datetime import datetime

from nats.js.kv import KeyValue

from contracts.media import FilePart, MediaFile
from services.runtime.buckets import asked
from services.runtime.sealing import PatientSeals

PART = 120 * 1024
"""Bytes of one part in clear: sealed and in base64 it is below the 256 KiB of a message."""


class MediaStore:
    """Writes files. Raises Unavailable, also when the bucket is full: it refuses and never discards."""

    def __init__(self, files: KeyValue) -> None:
        self._files = files

    async def keep(
        self,
        patient: str,
        file: MediaFile,
        content: bytes,
        content_type: str,
        own: PatientSeals,
        now: datetime,
    ) -> MediaFile:
        """Keep a whole file, and return what is known of it; raises KeyGone without the patient's key."""
        parts = [content[at : at + PART] for at in range(0, len(content), PART)]
        for number, part in enumerate(parts):
            sealed = own.seal_bytes(part)
            if sealed is None:
                raise KeyGone
            data = FilePart(content=sealed).model_dump_json().encode()
            await asked(self._files.put(f"{patient}.{file.id}.{number}", data))
        return file.model_copy(
            update={
                "content_type": content_type,
                "kept_at": now,
                "size": len(content),
                "parts": len(parts),
                "digest": own.seal(hashlib.sha256(content).hexdigest()),
            }
        )


class KeyGone(Exception):
    """The patient has no key: it was erased, or can't be opened here."""
