"""Pages that change by themselves: numbered lines of which only those that changed are sent.

Each page is named lists of lines, each line a piece of HTML under a key that stays. What a browser
has, it says by a mark (`<boot>-<version>`); it is sent the lines that changed since, and the order.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Lines = dict[str, list[tuple[str, str]]]
"""List -> its lines in order: key and HTML."""


@dataclass(frozen=True)
class Patch:
    """What a browser that had `since` must change."""

    mark: str
    order: dict[str, list[str]]
    lines: dict[str, dict[str, str]]

    @property
    def plain(self) -> dict[str, object]:
        """As JSON."""
        return {"mark": self.mark, "order": self.order, "lines": self.lines}


class Live:
    """The board as everybody sees it; made anew at most once for each change, whoever looks."""

    def __init__(self, make: Callable[[], Lines]) -> None:
        self._make = make
        self._boot = secrets.token_hex(4)
        self._version = 0
        self._order: dict[str, list[str]] = {}
        self._lines: dict[tuple[str, str], tuple[str, int]] = {}
        self._stale = True
        self._news = asyncio.Event()
        self._ended = False

    def changed(self) -> None:
        """Say that something may have changed."""
        self._stale = True
        self._news.set()

    def end(self) -> None:
        """Let everybody who waits go."""
        self._ended = True
        self._news.set()

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more."""
        return self._ended

    async def news(self, seconds: float) -> None:
        """Return at the next change, or after that many real seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            self._stale = True  # Shifts end, and days, without anybody saying so.
        if not self._ended:
            self._news.clear()

    @property
    def mark(self) -> str:
        """What stands for the present state."""
        return f"{self._boot}-{self._version}"

    def whole(self) -> Lines:
        """Return everything as it is now."""
        self._refresh()
        return {
            name: [(key, self._lines[name, key][0]) for key in keys] for name, keys in self._order.items()
        }

    def since(self, mark: str) -> Patch | None:
        """Return what changed since that mark; None: nothing."""
        self._refresh()
        boot, _, number = mark.rpartition("-")
        seen = int(number) if boot == self._boot and number.isdigit() else -1
        if seen == self._version:
            return None
        lines: dict[str, dict[str, str]] = {}
        for (name, key), (html, version) in self._lines.items():
            if version > seen:
                lines.setdefault(name, {})[key] = html
        return Patch(self.mark, dict(self._order), lines)

    def _refresh(self) -> None:
        if not self._stale:
            return
        self._stale = False
        made = self._make()
        order = {name: [key for key, _ in lines] for name, lines in made.items()}
        fresh: dict[tuple[str, str], tuple[str, int]] = {}
        version = self._version + 1
        for name, lines in made.items():
            for key, html in lines:
                before = self._lines.get((name, key))
                fresh[name, key] = before if before is not None and before[0] == html else (html, version)
        if order != self._order or fresh != self._lines:
            self._version, self._order, self._lines = version, order, fresh


def keyed(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Return lines that have no key of their own under their number."""
    return [(str(number), line) for number, line in enumerate(lines)]


class Hub:
    """Wakes whoever shows an escalation, or everything that is theirs, when it changed."""

    def __init__(self) -> None:
        self._watching: dict[str, set[asyncio.Event]] = {}

    def changed(self, subject: str) -> None:
        """Wake whoever watches this subject, and who watches all ("")."""
        for key in {subject, ""}:
            for event in self._watching.get(key, ()):
                event.set()

    def end(self) -> None:
        """Wake everybody."""
        for events in self._watching.values():
            for event in events:
                event.set()

    def watch(self, subject: str) -> asyncio.Event:
        """Return what is set at each change of the subject; "": of anything."""
        event = asyncio.Event()
        self._watching.setdefault(subject, set()).add(event)
        return event

    def leave(self, subject: str, event: asyncio.Event) -> None:
        """End watching."""
        events = self._watching.get(subject, set())
        events.discard(event)
        if not events:
            self._watching.pop(subject, None)
