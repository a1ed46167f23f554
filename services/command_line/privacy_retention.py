"""How long what is kept, and what of a stream's subject may go. Pure.

Years are settings with their sources (command_line.settings.RecordSettings). What is open is never
past anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

YEAR = timedelta(days=365.25)


@dataclass(frozen=True)
class Years:
    """Years for which each class of records is kept from its last moment on."""

    clinical: float
    minor: float
    log: float
    faults: float


@dataclass(frozen=True)
class Message:
    """What is known of one message of a subject: where it stands, when it was written, whether it is open.

    `start` is where the run began that it belongs to, 0: with it.
    """

    sequence: int
    at: datetime
    start: int = 0
    open: bool = False


def clinical_until(last: datetime, years: Years, *, minor: bool) -> datetime:
    """Return until when the clinical record of somebody is kept whose last contact was then.

    A minor's is kept longer: states commonly count from the day they come of age.
    """
    return last + YEAR * (max(years.minor, years.clinical) if minor else years.clinical)


def purge_below(messages: Sequence[Message], cut: datetime) -> int:
    """Return the sequence below which a subject of commits may be purged; 0: nothing may.

    Whole runs go, and only from the oldest on: one that is open, or was touched since `cut`, stays
    with everything after it, so that a state can always be folded again from where its run began.
    """
    below = 0
    for run in _runs(messages):
        if any(one.open for one in run[-1:]) or run[-1].at >= cut:
            break
        below = run[-1].sequence + 1
    return below


def log_below(messages: Sequence[Message], cut: datetime) -> int:
    """Return the sequence below which a subject of facts may be purged; 0: nothing may."""
    below = 0
    for one in messages:
        if one.at >= cut:
            break
        below = one.sequence + 1
    return below


def _runs(messages: Sequence[Message]) -> list[list[Message]]:
    """Return the messages of each run, oldest first; a run is open if its last message is."""
    runs: list[list[Message]] = []
    for one in sorted(messages, key=lambda each: each.sequence):
        if runs and one.start and one.start <= runs[-1][-1].sequence:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
