"""The worst minute: the moment of opening from which it takes longest until somebody is paged.

Theory: two figures are looked at, how long until the first page and how long until two different
people were paged. As the opening moves on, each stays equal or, where the path waits for a fixed
morning, shrinks as fast as time passes, until a moment on the path crosses an edge; then it may
jump. So the longest stands at the beginning of such a span, and only those beginnings are tried:
from each, the distance of its nearest deadline to the next edge leads to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from services.escalation.rehearsal.silence import Silence, Turn

CAP = timedelta(hours=24)
"""What takes longer counts as never."""


@dataclass(frozen=True)
class Worst:
    """The slowest moment of opening (UTC) for one figure."""

    opened_at: datetime
    after: timedelta | None
    """How long it takes; None: it did not happen within the cap."""
    turns: tuple[Turn, ...]
    """What happens from that moment on, up to the figure or the cap."""

    @property
    def at(self) -> datetime | None:
        """When it happens at last."""
        return None if self.after is None else self.opened_at + self.after


@dataclass(frozen=True)
class Worsts:
    """Both figures."""

    first_page: Worst
    second_person: Worst
    looked_at: int
    """How many moments were tried."""


@dataclass
class _Path:
    """One run, as far as it was followed."""

    opened: datetime
    turns: list[Turn] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    first: datetime | None = None
    second: datetime | None = None


def worst(silence: Silence, start: datetime, end: datetime, cap: timedelta = CAP) -> Worsts:
    """Return the slowest openings from `start` until before `end`, UTC; of equals the earliest.

    Raises ValueError when there is no time between them.
    """
    if start >= end:
        raise ValueError("the end must lie after the start")
    at, tried = start, 0
    first: Worst | None = None
    second: Worst | None = None
    while at < end:
        path = _follow(silence, at, cap)
        tried += 1
        first = _slower(first, _worst(path, path.first))
        second = _slower(second, _worst(path, path.second))
        if first.after is None and second.after is None:
            break
        at += _span(silence, path)
    assert first is not None and second is not None
    return Worsts(first, second, tried)


def _follow(silence: Silence, opened: datetime, cap: timedelta) -> _Path:
    path = _Path(opened)
    for turn in silence.walk(opened):
        if turn.at > opened + cap:
            break
        path.turns.append(turn)
        if turn.people and path.first is None:
            path.first = turn.at
        path.people += turn.people
        if len(set(path.people)) > 1:
            path.second = turn.at
            break
    return path


def _worst(path: _Path, at: datetime | None) -> Worst:
    turns = tuple(turn for turn in path.turns if at is None or turn.at <= at)
    return Worst(path.opened, None if at is None else at - path.opened, turns)


def _slower(one: Worst | None, other: Worst) -> Worst:
    if one is None:
        return other
    if one.after is None or (other.after is not None and other.after <= one.after):
        return one
    return other


def _span(silence: Silence, path: _Path) -> timedelta:
    """How far the opening can move before any moment of its path meets another situation."""
    left = [edge - at for at in _moving(path) if (edge := silence.next_edge(at)) is not None]
    return min(left, default=silence.reach)


def _moving(path: _Path) -> Iterator[datetime]:
    """The moments that move with the opening: up to, and with, the deadline that waits for a morning."""
    yield path.opened
    for turn, following in pairwise(path.turns):
        if turn.awaits is not None:
            yield turn.awaits
        if turn.awaits != following.at:
            return
