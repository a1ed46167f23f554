"""What a proof says: figures at their worst, holes, single points."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.values import Kind, Urgency
from services.escalation.coverage.limits import Limit
from services.escalation.coverage.single_points import SinglePoint


@dataclass(frozen=True)
class Worst:
    """The largest value of a figure, and the first moment (UTC) at which a signal would meet it."""

    after: timedelta | None
    """None = never."""
    at: datetime


@dataclass(frozen=True)
class Row:
    """What a policy does for one urgency at its worst minute; the figures are explained in `figures`."""

    urgency: Urgency
    policy: str
    kinds: tuple[Kind, ...]
    limit: Limit | None
    within: tuple[Worst, ...]
    """With k = 0, 1, 2 people not answering."""
    widest: Worst


@dataclass(frozen=True)
class Hole:
    """Signals between two moments (UTC) for which nobody would be paged in time."""

    code: str
    at: datetime
    until: datetime
    urgency: Urgency
    policy: str
    step: int | None
    """Counts from 1; None when no policy applies."""
    reason: str
    k: int
    """How many people don't answer."""
    kinds: tuple[Kind, ...] = ()
    after: timedelta | None = None
    """When somebody would be paged for a signal at `at`; None = never."""


@dataclass(frozen=True)
class Coverage:
    """What was proved."""

    start: datetime
    end: datetime
    policy_version: int
    rows: tuple[Row, ...]
    """Worst first within an urgency, the most urgent first."""
    holes: tuple[Hole, ...]
    """In the order of their dates."""
    single_points: tuple[SinglePoint, ...]
    shared_phones: tuple[tuple[str, ...], ...]
    """People who have a phone in common, and so count once."""
