"""Pictures and other files that patients text: fetched from the carrier, sealed with their key, kept.

The bucket `media` has one value for each text that came with files, under `<patient>.<text>`; the bucket
`media_files` has the files themselves in parts, under `<patient>.<file>.<part>`.
"""

from enum import StrEnum

from contracts.values import Id, Moment, Sealed, Value


class MediaStatus(StrEnum):
    """How far the files of one text are."""

    OPEN = "open"
    """Something is still to be fetched; `due` says when it is tried again."""
    KEPT = "kept"
    """Every file is kept here."""
    LOST = "lost"
    """Given up after three days: what is not kept, the carrier did not give, or it is nothing to keep."""
    ERASED = "erased"
    """The patient's key was erased: nothing is kept, and nothing needs to stay at the carrier."""


class MediaFile(Value):
    """One file of a text."""

    id: Id
    """The carrier's own id of the file; `<text>-<place>` where it has none."""
    url: Sealed
    """Where the carrier has it."""
    content_type: str
    """What it is said to be, such as `image/jpeg`. Never believed, and nothing is ever run or shown by it."""
    kept_at: Moment | None = None
    size: int = 0
    """Bytes."""
    parts: int = 0
    """In how many parts it is kept."""
    digest: Sealed | None = None
    """SHA-256 of the whole file, in hex."""


class TextMedia(Value):
    """The files of one text of a patient, and what is still to be done about them."""

    patient: Id
    sid: Id
    """The carrier's id of the text."""
    at: Moment
    """When the text came."""
    count: int
    """How many files the carrier announced; where they are may have to be asked for."""
    files: tuple[MediaFile, ...] = ()
    status: MediaStatus = MediaStatus.OPEN
    due: Moment | None = None
    """When it is tried (again); always set while it is open."""
    attempts: int = 0
    why: str = ""
    """What stood in the way the last time, in a word; never an address."""
    told_ops: bool = False
    told: Id | None = None
    """The holder of the patient's escalation who was told that something is missing."""

    @property
    def key(self) -> str:
        """Where it stands in the bucket."""
        return f"{self.patient}.{self.sid}"


class FilePart(Value):
    """A piece of a file."""

    content: Sealed
    """With the patient's key, always; in clear no text but bytes."""
