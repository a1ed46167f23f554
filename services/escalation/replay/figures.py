"""Figures of one run: read from its events, whether recorded or rehearsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.escalations import (
    EscalationEvent,
    Held,
    Merged,
    Opened,
    PageRequested,
    Reached,
    Resolved,
    Undone,
    UrgencyRaised,
    Withdrawn,
)
from contracts.night import is_night
from contracts.values import Kind, Urgency


@dataclass(frozen=True)
class PageFigure:
    """One page: who, when (UTC), in which round and step, and whether it broke a night by their clock."""

    responder: str
    at: datetime
    round: int
    step: int
    night: bool


@dataclass(frozen=True)
class Figures:
    """What became of a run. Spans are from its opening; None: it did not happen."""

    run: str
    subject: str
    opened_at: datetime
    kind: Kind
    urgency: Urgency
    policies: tuple[str, ...]
    pages: tuple[PageFigure, ...]
    first_page: timedelta | None
    acknowledged: timedelta | None
    holder: str | None
    """Who first took it."""
    reached: timedelta | None
    closed: timedelta | None

    @property
    def night_pages(self) -> int:
        """How many of its pages broke a night."""
        return sum(page.night for page in self.pages)

    @property
    def people(self) -> tuple[str, ...]:
        """Who was paged, in order, nobody twice."""
        return tuple(dict.fromkeys(page.responder for page in self.pages))


def measure(run: str, subject: str, events: Sequence[EscalationEvent]) -> Figures:
    """Return the figures of a run's events. Raises ValueError when its opening is not among them."""
    opened = next((event for event in events if isinstance(event, Opened)), None)
    if opened is None:
        raise ValueError(f"{run}: no opening among its events")
    first: dict[str, datetime] = {}
    holder: str | None = None
    closed: datetime | None = None
    urgency = opened.signal.urgency
    policies = [opened.policy.id]
    pages: list[PageFigure] = []
    zones: dict[str, ZoneInfo | None] = {}
    for event in events:
        match event:
            case PageRequested():
                first.setdefault("page", event.at)
                pages.append(_page(event, zones))
            case Held():
                first.setdefault("held", event.at)
                holder = holder or event.responder
            case Reached():
                first.setdefault("reached", event.at)
            case Resolved() | Merged() | Withdrawn():
                closed = event.at
            case Undone():
                closed = None
            case UrgencyRaised():
                urgency = event.urgency
                policies.append(event.policy.id)
            case _:
                pass

    def since(moment: datetime | None) -> timedelta | None:
        return moment - opened.at if moment is not None else None

    return Figures(
        run,
        subject,
        opened.at,
        opened.signal.kind,
        urgency,
        tuple(policies),
        tuple(pages),
        since(first.get("page")),
        since(first.get("held")),
        holder,
        since(first.get("reached")),
        since(closed),
    )


def _page(page: PageRequested, zones: dict[str, ZoneInfo | None]) -> PageFigure:
    if page.zone not in zones:
        zones[page.zone] = _zone(page.zone)
    night = is_night(page.at.astimezone(zones[page.zone]).time())
    return PageFigure(page.responder, page.at, page.round, page.step, night)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def per_person(figures: Sequence[Figures], *, night: bool = False) -> Mapping[str, int]:
    """Return how many pages each person got, the most first; with `night` only those that broke a night."""
    counts: dict[str, int] = {}
    for one in figures:
        for page in one.pages:
            if page.night or not night:
                counts[page.responder] = counts.get(page.responder, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
