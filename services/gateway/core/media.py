"""The rules by which the files of a text are kept: when what is tried again, and who is told. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from contracts.media import MediaFile, MediaStatus, TextMedia

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600))
"""From one attempt to the next; a file is seldom there later than its webhook by more than seconds."""
SLOWLY = timedelta(hours=1)
TELL_AFTER = 5
"""Attempts after which people are told: within four minutes of the text, while the patient still writes."""
GIVE_UP = timedelta(hours=72)
"""How long after the text it is tried. The same as redaction's patience: then the carrier's copy is left."""
LEASE = timedelta(minutes=5)
"""After this an attempt is taken for dead, and made again: its process was killed."""
HOPELESS = frozenset({"too_large", "kind", "address"})
"""What no repetition mends unless a setting is changed: told at once, and tried hourly all the same."""


def trying(record: TextMedia, now: datetime) -> TextMedia:
    """Return the record with the intention to try, which stands before anything is asked."""
    return record.model_copy(update={"attempts": record.attempts + 1, "due": now + LEASE})


def missing(record: TextMedia) -> tuple[MediaFile, ...]:
    """Return the files that are not kept."""
    return tuple(file for file in record.files if file.kept_at is None)


def with_files(record: TextMedia, files: Iterable[MediaFile]) -> TextMedia:
    """Return the record with these files in the place of those with their ids, new ones at the end."""
    known = {file.id: file for file in record.files} | {file.id: file for file in files}
    return record.model_copy(update={"files": tuple(known.values())})


def settled(record: TextMedia, now: datetime, why: str) -> TextMedia:
    """Return the record after an attempt; `why` is what stood in the way of something, or nothing."""
    if not why and not missing(record) and record.files:
        return record.model_copy(update={"status": MediaStatus.KEPT, "due": None, "why": ""})
    why = why or "not_there"
    if now - record.at >= GIVE_UP:
        return record.model_copy(update={"status": MediaStatus.LOST, "due": None, "why": why})
    return record.model_copy(update={"due": now + _delay(record, why), "why": why})


def erased(record: TextMedia) -> TextMedia:
    """Return the record of somebody whose key was erased."""
    return record.model_copy(
        update={"status": MediaStatus.ERASED, "due": None, "why": "", "files": (), "count": 0}
    )


def is_trouble(record: TextMedia) -> bool:
    """Return whether people must know that something is missing."""
    if record.status in (MediaStatus.KEPT, MediaStatus.ERASED):
        return False
    stuck = record.attempts >= TELL_AFTER or record.why in HOPELESS
    return stuck or record.status is MediaStatus.LOST


def absent(record: TextMedia) -> int:
    """Return how many files are not kept."""
    return max(len(missing(record)), record.count - len(record.files) + len(missing(record)))


def at_carrier_no_more(record: TextMedia) -> frozenset[str] | None:
    """Return the files whose copy at the carrier may go; None: all of them."""
    if record.status in (MediaStatus.KEPT, MediaStatus.ERASED):
        return None
    return frozenset(file.id for file in record.files if file.kept_at is not None)


def is_allowed(content_type: str, allowed: Sequence[str]) -> bool:
    """Return whether files of this type are kept; `image/*` allows every image."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in allowed or f"{kind.partition('/')[0]}/*" in allowed


def named_type(given: str, announced: str) -> str:
    """Return what a file is said to be: by the store, or where that does not tell, by the webhook."""
    plain = given.partition(";")[0].strip().lower()
    return plain if plain and not plain.endswith("/octet-stream") else announced.strip().lower()


def _delay(record: TextMedia, why: str) -> timedelta:
    if why in HOPELESS or record.attempts > len(DELAYS):
        return SLOWLY
    return DELAYS[max(record.attempts, 1) - 1]
