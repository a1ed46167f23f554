"""What was recorded of a week: inputs with their answers, what the streams hold, what the phones saw."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.attendance import AttendanceBrief
from contracts.escalations import EscalationEvent
from contracts.pages import PageEvent
from contracts.signals import Signal


@dataclass(frozen=True)
class Input:
    """One input as it was made. `name`: the sender's id of it, see script.Happening."""

    name: str
    kind: str
    """`screen`, `check_in`, `text`, ..."""
    meant_at: datetime
    sent_at: datetime
    acknowledged_at: datetime | None
    """When it was answered 2xx; None: it never was."""
    tries: int = 1
    facts: tuple[tuple[str, str], ...] = ()
    """(Patient, document) of each fact that the answer names."""
    signal: str = ""
    """The signal that the answer names."""
    sid: str = ""
    """Of a text from a patient's phone."""
    patient: str = ""
    """Whose it is, by Vigil's id; empty: several people's."""
    answer: str = ""
    """The status, of what was refused."""


@dataclass(frozen=True)
class Seen:
    """One text that reached a phone, or left one."""

    at: datetime
    phone: str
    words: str
    sid: str
    from_phone: bool = False


@dataclass(frozen=True)
class Key:
    """Keys that somebody pressed in a call."""

    at: datetime
    phone: str
    digits: str


@dataclass
class Recorded:
    """All of it, as it grows."""

    inputs: list[Input] = field(default_factory=list)
    escalations: dict[str, list[EscalationEvent]] = field(default_factory=dict)
    """Subject -> every event, oldest first; faults of the system too."""
    pages: dict[str, list[PageEvent]] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    facts: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    """(Patient, document) of every fact of the programme -> what it is, and when it happened."""
    assessed: set[tuple[str, str]] = field(default_factory=set)
    """(Patient, document) of every result that was scored or counted."""
    attendances: dict[tuple[str, str], AttendanceBrief] = field(default_factory=dict)
    held_back: set[str] = field(default_factory=set)
    """Sessions at which nobody at all was checked in, so that the list was looked at first."""
    conversed: set[str] = field(default_factory=set)
    """Sids of the patients' texts that the crisis line holds."""
    dues: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    """(Stream, subject) -> when it acts again."""
    parked: set[str] = field(default_factory=set)
    overdue: dict[str, int] = field(default_factory=dict)
    """Subject -> how often the watchdog asked its owner to look again."""
    subjects: set[str] = field(default_factory=set)
    unreadable: int = 0
    texts: list[Seen] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    webhooks_refused: int = 0
    """Callbacks of the carrier that were answered with an error, or not at all."""
