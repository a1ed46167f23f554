"""Runs as they were recorded: the log of escalations, cut at every opening."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from contracts.escalations import EscalationEvent, Opened, PageRequested, UrgencyRaised
from contracts.policies import Policy
from contracts.signals import Signal
from services.escalation.core.state import DRILL_POLICY, TEST_POLICY

_TESTS = (TEST_POLICY, DRILL_POLICY)


@dataclass(frozen=True)
class RecordedRun:
    """One run of one subject: its events in order, the opening first."""

    subject: str
    events: tuple[EscalationEvent, ...]

    @property
    def opened(self) -> Opened:
        """How it began."""
        first = self.events[0]
        if not isinstance(first, Opened):
            raise ValueError(f"{self.subject}: a run begins with its opening, not with {first.type}")
        return first

    @property
    def run(self) -> str:
        """Its id."""
        return self.opened.run

    @property
    def signal(self) -> Signal:
        """What opened it."""
        return self.opened.signal

    @cached_property
    def pages(self) -> tuple[PageRequested, ...]:
        """Every page of it, in order."""
        return tuple(event for event in self.events if isinstance(event, PageRequested))

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies it ran under, the first first."""
        return tuple(event.policy for event in self.events if isinstance(event, Opened | UrgencyRaised))

    @property
    def is_closed(self) -> bool:
        """Whether its end is in the record."""
        ends = [event.type for event in self.events if event.type in ("resolved", "merged", "undone")]
        return bool(ends) and ends[-1] != "undone"

    @property
    def last_at(self) -> datetime:
        """When the last event happened, UTC."""
        return self.events[-1].at


def runs(
    commits: Iterable[tuple[str, Sequence[EscalationEvent]]],
    start: datetime,
    end: datetime,
) -> tuple[RecordedRun, ...]:
    """Return the runs about patients that opened from `start` until before `end`, in order of opening.

    `commits`: subject and events, as they stand in the log. Runs about the system itself, test
    pages and drills are left out.
    """
    open_runs: dict[str, list[EscalationEvent]] = {}
    cut: list[RecordedRun] = []
    for subject, events in commits:
        if not subject.startswith("escalations."):
            continue
        for event in events:
            if isinstance(event, Opened):
                cut += _whole(subject, open_runs.pop(subject, []))
                open_runs[subject] = [event]
            elif subject in open_runs:
                open_runs[subject].append(event)
    for subject, rest in open_runs.items():
        cut += _whole(subject, rest)
    wanted = (run for run in cut if start <= run.opened.at < end and run.opened.policy.id not in _TESTS)
    return tuple(sorted(wanted, key=lambda run: run.opened.at))


def _whole(subject: str, events: Sequence[EscalationEvent]) -> Iterator[RecordedRun]:
    if events:
        yield RecordedRun(subject, tuple(events))
