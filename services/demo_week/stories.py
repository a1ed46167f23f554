"""The story of each run, from its events: who was paged and took it, how it ended, what was missed. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from contracts import escalations as said
from contracts import pages as paged
from contracts.escalations import EscalationEvent
from contracts.pages import PageEvent
from contracts.policies import Policy
from contracts.signals import Signal
from contracts.values import Kind, Urgency

Outcome = Literal["took", "passed", "exhausted", "withdrawn", "silent"]


@dataclass
class Paged:
    """One page of a run to one responder."""

    page: str
    responder: str
    asked_at: datetime
    first_at: datetime | None = None
    """When the carrier had taken the first attempt."""
    channels: tuple[str, ...] = ()
    outcome: Outcome = "silent"


@dataclass
class Story:
    """One run of a policy, as far as it came."""

    subject: str
    run: str
    code: str
    kind: Kind
    urgency: Urgency
    policy: Policy
    opened_at: datetime
    paging_from: datetime
    """When somebody was to be paged: at once, when the quiet hours of its policy ended, or when it became
    more than a line in a worklist."""
    signals: list[Signal]
    pages: list[Paged] = field(default_factory=list)
    held: list[tuple[datetime, str]] = field(default_factory=list)
    contact_by: datetime | None = None
    reached_at: datetime | None = None
    resolve_by: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    second: str = ""
    disposition: str = ""
    withdrawn: str = ""
    """What came later that ended it by itself."""
    merged: bool = False
    rounds: int = 0
    """Rounds through the policy that were begun before anybody took it, beside the first."""
    notes: list[str] = field(default_factory=list)
    """What came later about its signals, and was shown."""
    urgencies: list[Urgency] = field(default_factory=list)
    """Each that it had, in order."""
    contact_overdue: bool = False
    undone: int = 0
    waited: bool = False
    """Whether the first page waited for the end of quiet hours."""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.closed_at is not None or bool(self.withdrawn) or self.merged

    @property
    def first_page_at(self) -> datetime | None:
        """When the carrier had taken the first page."""
        return min((one.first_at for one in self.pages if one.first_at is not None), default=None)

    @property
    def taken_at(self) -> datetime | None:
        """When somebody first took it."""
        return self.held[0][0] if self.held else None


def stories(
    escalations: Mapping[str, Sequence[EscalationEvent]], pages: Mapping[str, Sequence[PageEvent]]
) -> tuple[Story, ...]:
    """Return every run, the oldest first."""
    attempts = {subject.rsplit(".", 1)[1]: _attempts(events) for subject, events in pages.items()}
    found = [story for subject, events in escalations.items() for story in _of_subject(subject, events)]
    for story in found:
        for one in story.pages:
            one.first_at, one.channels = attempts.get(one.page, (None, ()))
    return tuple(sorted(found, key=lambda story: story.opened_at))


def _of_subject(subject: str, events: Iterable[EscalationEvent]) -> Iterator[Story]:
    story: Story | None = None
    for event in events:
        if isinstance(event, said.Opened):
            if story is not None:
                yield story
            signal = event.signal
            story = Story(
                subject, event.run, event.code, signal.kind, signal.urgency, event.policy,
                event.at, _from(event.at, event.starts_at), [signal], urgencies=[signal.urgency],
                waited=event.starts_at is not None and event.starts_at > event.at,
            )  # fmt: skip
        elif story is not None:
            _tell(story, event)
    if story is not None:
        yield story


def _tell(story: Story, event: EscalationEvent) -> None:
    match event:
        case said.SignalJoined():
            story.signals.append(event.signal)
        case said.UrgencyRaised():
            if not story.pages:
                story.paging_from = _from(event.at, event.starts_at)
                story.waited = story.paging_from > event.at
            story.urgency, story.policy = event.urgency, event.policy
            story.urgencies.append(event.urgency)
        case said.StepStarted() if not story.held:
            story.rounds = max(story.rounds, event.round)
        case said.PageRequested():
            story.pages.append(Paged(event.page, event.responder, event.at))
        case said.PageEnded():
            _end(story, event.page, "passed" if event.outcome == "declined" else "exhausted")
        case said.PageWithdrawn():
            _end(story, event.page, "withdrawn")
        case said.Held():
            story.held.append((event.at, event.responder))
            story.contact_by = event.contact_by if story.reached_at is None else story.contact_by
            _end(story, event.page, "took")
        case said.ContactOverdue(why="contact_overdue"):
            story.contact_overdue = True
        case said.SignalNoted():
            story.notes.append(event.what)
        case said.Withdrawn():
            story.withdrawn = event.what
        case said.Merged():
            story.merged = True
        case _:
            _tell_end(story, event)


def _from(at: datetime, starts_at: datetime | None) -> datetime:
    return max(at, starts_at or at)


def _tell_end(story: Story, event: EscalationEvent) -> None:
    match event:
        case said.Reached() if story.reached_at is None:
            story.reached_at, story.resolve_by = event.at, event.resolve_by
        case said.HandOffConfirmed() if story.reached_at is None:
            story.reached_at = event.at
        case said.Resolved():
            story.closed_at, story.closed_by = event.at, event.responder
            story.disposition, story.second = event.disposition.value, event.second or ""
        case said.Undone(what="resolved"):
            story.closed_at, story.disposition = None, ""
            story.undone += 1
        case said.Undone():
            story.reached_at = None
            story.undone += 1
        case _:
            return


def _end(story: Story, page: str, outcome: Outcome) -> None:
    for one in story.pages:
        if one.page == page and one.outcome == "silent":
            one.outcome = outcome


def _attempts(events: Iterable[PageEvent]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return when the carrier took the first attempt of a page, and by which ways it was tried."""
    ways: dict[str, None] = {}
    first: datetime | None = None
    for event in events:
        match event:
            case paged.AttemptWaiting():
                ways[event.channel.value] = None
            case paged.AttemptAccepted():
                first = first or event.at
            case _:
                continue
    return first, tuple(ways)


@dataclass(frozen=True)
class Miss:
    """Something that came too late, or not at all."""

    what: Literal["page_late", "never_paged", "round_unanswered", "unanswered", "contact_late", "close_late"]
    code: str
    by: timedelta | None = None
    """How much too late; None: it has not come."""


def misses(story: Story, now: datetime) -> Iterator[Miss]:
    """Return what was missed in a run, by the figures of its own policy."""
    if story.merged or not story.policy.steps:
        return
    yield from _unpaged(story, now)
    if story.rounds and not story.withdrawn:
        yield Miss("round_unanswered" if story.held else "unanswered", story.code)
    if story.contact_by is not None and story.kind is not Kind.SYSTEM_FAULT:
        done = story.reached_at or story.closed_at
        if (done or now) > story.contact_by:
            yield Miss("contact_late", story.code, done - story.contact_by if done else None)
    if story.resolve_by is not None and (story.closed_at or now) > story.resolve_by:
        late = story.closed_at - story.resolve_by if story.closed_at else None
        yield Miss("close_late", story.code, late)


def _unpaged(story: Story, now: datetime) -> Iterator[Miss]:
    """A first page later than the wait of the first step: by then the second person should be paged."""
    wait, first = story.policy.steps[0].wait, story.first_page_at
    ended = story.closed_at is not None or bool(story.withdrawn)
    if first is None:
        if not ended and now > story.paging_from + wait:
            yield Miss("never_paged", story.code)
    elif first > story.paging_from + wait:
        yield Miss("page_late", story.code, first - story.paging_from - wait)
