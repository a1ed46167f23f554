"""What physically happened, in order and for ever: the truth that tests assert against."""

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from services.carrier_emulator.entries import Entry

E = TypeVar("E", bound=Entry)


def kind(entry: Entry) -> str:
    """Return the name of the kind of entry, such as sms_reached_phone."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(entry).__name__).lower()


def as_json(entry: Entry) -> dict[str, object]:
    """Return the entry as JSON-ready values, with its kind."""
    values: dict[str, object] = {"kind": kind(entry)}
    for field in dataclasses.fields(entry):
        value = getattr(entry, field.name)
        values[field.name] = value.isoformat() if isinstance(value, datetime) else value
    return values


class Ledger:
    """An append-only list of entries, with listeners told of each new one."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.listeners: list[Callable[[Entry], None]] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return everything that happened so far, in order."""
        return tuple(self._entries)

    def write(self, entry: Entry) -> None:
        """Append one entry and tell the listeners."""
        self._entries.append(entry)
        for listener in tuple(self.listeners):
            listener(entry)

    def of(self, wanted: type[E]) -> tuple[E, ...]:
        """Return the entries of one kind, in order."""
        return tuple(entry for entry in self._entries if isinstance(entry, wanted))

    def clear(self) -> None:
        """Forget everything, for a reset of the whole emulator."""
        self._entries.clear()
