"""`.vigil-version`: which version in force a folder of policies was made from.

`vigil policy export` and a successful `vigil policy apply` write it; it belongs with the files,
in version control too. The moment beside the number tells this site's version 7 from another's.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.policies import PolicySet
from services.command_line.troubles import Trouble

NAME = ".vigil-version"
_NOTE = "# The version these policies were made from; `vigil policy apply` reads it. Keep it with them.\n"


@dataclass(frozen=True)
class Mark:
    """The version a folder was made from."""

    version: int
    applied_at: datetime

    def means(self, stored: PolicySet | None) -> bool:
        """Return whether it is that version, of this site."""
        return stored is not None and (stored.version, stored.applied_at) == (self.version, self.applied_at)


def read(folder: Path) -> Mark | None:
    """Return the mark of a folder, or None if it has none. Raises Trouble for one that can't be read."""
    file = folder / NAME
    if not file.exists():
        return None
    try:
        number, at, *_ = file.read_text().split()
        return Mark(int(number), datetime.fromisoformat(at))
    except (OSError, ValueError):
        raise Trouble(
            f"{file} cannot be read as a version and a moment; remove it, then apply with --onto"
        ) from None


def write(folder: Path, applied: PolicySet) -> bool:
    """Mark a folder as made from that version; return whether that could be written."""
    text = f"{applied.version} {applied.applied_at.isoformat()} {applied.applied_by}\n{_NOTE}"
    try:
        (folder / NAME).write_text(text)
    except OSError:
        return False
    return True
