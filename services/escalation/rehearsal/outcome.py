"""What came of a rehearsal: who was paged when and how, who took it, when the patient was reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from contracts.escalations import (
    EscalationEvent,
    FaultRaised,
    Held,
    Merged,
    Opened,
    PageEnded,
    PageRequested,
    PageWithdrawn,
    Reached,
    Resolved,
    Undone,
    UrgencyRaised,
)
from contracts.policies import Policy
from contracts.values import Channel
from services.escalation.core.due import due
from services.escalation.core.state import Run
from services.escalation.rehearsal import lines

Ended = Literal["", "taken", "declined", "exhausted", "withdrawn"]
"""How a page ended; "" while it is out."""


@dataclass(frozen=True)
class Contact:
    """One text or call to somebody, at a moment (UTC)."""

    at: datetime
    channel: Channel
    method: str
    arrives: bool
    """Whether it gets as far as the phone."""


@dataclass(frozen=True)
class Paged:
    """One page to one responder, and every text and call that it took until it ended."""

    request: PageRequested
    phones: lines.Lines = lines.WORKING
    ended: Ended = ""
    ended_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When they were paged, UTC."""
        return self.request.at

    @property
    def responder(self) -> str:
        """Who was paged."""
        return self.request.responder

    @property
    def step(self) -> int:
        """The step of the policy, from 0."""
        return self.request.step

    @property
    def round(self) -> int:
        """The round, from 0."""
        return self.request.round

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The texts and calls in order; those that would have come after its end are not made."""
        return self.until(None)

    def until(self, moment: datetime | None) -> tuple[Contact, ...]:
        """Return the texts and calls before a moment (None: for as long as paging goes on)."""
        ends = [end for end in (self.ended_at, moment) if end is not None]
        planned = (
            Contact(self.at + each.after, each.channel, each.method, each.arrives)
            for each in lines.plan(self.request, self.phones).contacts
        )
        # What goes out in the second of the request goes out, whatever ends the page then.
        return tuple(c for c in planned if c.at == self.at or all(c.at < end for end in ends))

    @property
    def contacted_at(self) -> datetime | None:
        """When something first got as far as the phone."""
        return next((contact.at for contact in self.contacts if contact.arrives), None)


@dataclass(frozen=True)
class Rehearsal:
    """One rehearsed subject from its first signal on. Moments are UTC."""

    log: tuple[EscalationEvent, ...]
    """Every event, in order; each says its moment (`at`)."""
    run: Run
    """Where it stands at the end."""
    until: datetime
    phones: lines.Lines = lines.WORKING

    @cached_property
    def pages(self) -> tuple[Paged, ...]:
        """Every page, in the order in which they were asked for."""
        return tuple(_pages(self.log, self.phones))

    @property
    def opened_at(self) -> datetime | None:
        """When the first run opened."""
        return next((event.at for event in self.log if isinstance(event, Opened)), None)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies it ran under, the first first."""
        return tuple(event.policy for event in self.log if isinstance(event, Opened | UrgencyRaised))

    @property
    def first_page_at(self) -> datetime | None:
        """When somebody was first paged."""
        return next((event.at for event in self.log if isinstance(event, PageRequested)), None)

    @property
    def second_person_at(self) -> datetime | None:
        """When a second person was first paged, beside or after the first."""
        return second_person_at(self.log)

    @property
    def held_at(self) -> datetime | None:
        """When somebody first took it."""
        return next((event.at for event in self.log if isinstance(event, Held)), None)

    @property
    def holder(self) -> str | None:
        """Who took it first."""
        return next((event.responder for event in self.log if isinstance(event, Held)), None)

    @property
    def reached_at(self) -> datetime | None:
        """When somebody first reported contact with the patient."""
        return next((event.at for event in self.log if isinstance(event, Reached)), None)

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed for good; None while it is open at the end."""
        closed: datetime | None = None
        for event in self.log:
            if isinstance(event, Resolved | Merged):
                closed = event.at
            elif isinstance(event, Opened | Undone):
                closed = None
        return closed

    @property
    def due_at(self) -> datetime | None:
        """When it acts again after the end."""
        return due(self.run)

    @property
    def faults(self) -> tuple[FaultRaised, ...]:
        """What ops would be told of."""
        return tuple(event for event in self.log if isinstance(event, FaultRaised))


def second_person_at(log: Sequence[EscalationEvent]) -> datetime | None:
    """Return when two different people had been paged; None if there never were two."""
    first: str | None = None
    for event in log:
        if isinstance(event, PageRequested):
            first = first or event.responder
            if event.responder != first:
                return event.at
    return None


def _pages(log: Sequence[EscalationEvent], phones: lines.Lines) -> Iterator[Paged]:
    still_out: tuple[Ended, datetime | None] = ("", None)
    ends: dict[str, tuple[Ended, datetime | None]] = {}
    for event in log:
        match event:
            case PageEnded(page=page, outcome=outcome, at=at):
                ends.setdefault(page, (outcome, at))
            case PageWithdrawn(page=page, reason=reason, responder=who, holder=holder, at=at):
                theirs = reason == "held" and holder == who
                ends.setdefault(page, ("taken" if theirs else "withdrawn", at))
            case Held(page=page, at=at):
                ends.setdefault(page, ("taken", at))
            case _:
                pass
    for event in log:
        if isinstance(event, PageRequested):
            ended, ended_at = ends.get(event.page, still_out)
            yield Paged(event, phones, ended, ended_at)
