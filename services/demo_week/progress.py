"""Shows a week as it passes: day and hour, signals so far, what is open, the last events by code."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contracts import escalations as said
from contracts.escalations import EscalationEvent
from services.demo_week.record import Recorded
from services.demo_week.report import clock
from services.runtime.clock import Clock

_LINES = 8
_EVERY = timedelta(hours=6)
"""Programme time between two lines where no terminal shows them in place."""
_REAL_SECONDS = 0.25


class Progress:
    """What the terminal shows meanwhile."""

    def __init__(self, console: Console, record: Recorded, start: datetime, end: datetime) -> None:
        self._console = console
        self._record = record
        self._start, self._end = start, end
        self._codes: dict[str, str] = {}
        self._open: set[str] = set()
        self._lines: deque[str] = deque(maxlen=_LINES)

    def hear(self, subject: str, events: Sequence[EscalationEvent]) -> None:
        """Take in what happened in an escalation."""
        for event in events:
            match event:
                case said.Opened():
                    self._codes[subject] = event.code
                    self._open.add(subject)
                case said.Resolved() | said.Withdrawn() | said.Merged():
                    self._open.discard(subject)
                case said.Undone(what="resolved"):
                    self._open.add(subject)
                case _:
                    pass
            if line := words(event):
                self._lines.append(f"{clock(event.at)}  {self._codes.get(subject, ''):5}{line}")

    async def show(self, now: Clock) -> None:
        """Show it until cancelled."""
        if self._console.is_terminal:
            await self._live(now)
        else:
            await self._plain(now)

    async def _live(self, now: Clock) -> None:
        with Live(
            self._picture(now.now()), console=self._console, auto_refresh=False, transient=True
        ) as live:
            while True:
                await asyncio.sleep(_REAL_SECONDS)
                live.update(self._picture(now.now()), refresh=True)

    async def _plain(self, now: Clock) -> None:
        following = self._start
        while True:
            if now.now() >= following:
                self._console.print(self._line(now.now()))
                following += _EVERY
            await asyncio.sleep(_REAL_SECONDS)

    def _line(self, now: datetime) -> str:
        record = self._record
        inputs, signals = len(record.inputs), len(record.signals)
        return f"{clock(max(now, self._start))}  {inputs} inputs, {signals} signals, {len(self._open)} open"

    def _picture(self, now: datetime) -> Group:
        passed = max(0.0, (now - self._start) / (self._end - self._start))
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            Text(self._line(now), style="bold"), ProgressBar(total=1.0, completed=min(1.0, passed), width=30)
        )
        return Group(bar, *(Text(f"  {line}") for line in self._lines))


def words(event: EscalationEvent) -> str:
    """Return an event in words; empty for what needs not be seen."""
    match event:
        case said.Opened():
            return f"opened: {event.signal.kind.value.replace('_', ' ')}, {event.signal.urgency.word}"
        case said.UrgencyRaised():
            return f"now {event.urgency.word}"
        case said.PageRequested():
            return f"page {event.responder}"
        case said.PageEnded():
            return f"{event.responder}: {'passed' if event.outcome == 'declined' else 'not reached'}"
        case said.Held():
            return f"{event.responder} takes it"
        case said.GivenBack():
            return f"{event.responder} gives it back"
        case said.Reached():
            return f"{event.responder} reached the patient"
        case said.ContactOverdue():
            return f"overdue ({event.why.replace('_', ' ')}): others are paged too"
        case said.Resolved():
            return f"closed by {event.responder}: {event.disposition.value.replace('_', ' ')}"
        case said.Withdrawn():
            return f"ended by itself: {event.what.replace('_', ' ')}"
        case _:
            return ""
