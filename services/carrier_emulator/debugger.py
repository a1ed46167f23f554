"""The carrier's debugger log: every complaint about our webhooks and documents."""

from collections.abc import Callable
from datetime import datetime

from services.carrier_emulator.entries import DebuggerNoted
from services.carrier_emulator.ledger import Ledger


class Debugger:
    """Notes complaints; they are entries of the ledger too."""

    def __init__(self, now: Callable[[], datetime], ledger: Ledger) -> None:
        self._now = now
        self._ledger = ledger

    @property
    def notes(self) -> tuple[DebuggerNoted, ...]:
        """Return every complaint so far, in order."""
        return self._ledger.of(DebuggerNoted)

    def note(self, code: int, subject: str, url: str, detail: str) -> None:
        """Write down one complaint under the carrier's error code."""
        self._ledger.write(DebuggerNoted(self._now(), code, subject, url, detail))
