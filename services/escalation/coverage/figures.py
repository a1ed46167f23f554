"""How soon somebody is paged: from a course to three figures and a widest one.

Terms. With nobody answering, `within[k]` is how long it takes, from the signal, until k + 1 people
who can be reached and count separately have been paged: so if any k of them don't answer, whichever
they are, somebody is left who has been paged by then. `within[0]` is the first page. `widest` is how
long it takes until everybody whom the policy pages in all its rounds has been paged. It is the same
for every k: nobody answering at all is the slowest case.

Whoever is paged only because a whole round had nobody (the engine's last resort) does not count:
that is the net under the policy and not the policy.
"""

from dataclasses import dataclass

from services.escalation.coverage.instants import Span
from services.escalation.coverage.ladder import Course, Ladder
from services.escalation.coverage.limits import WORST


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one course, in microseconds from when paging began; None = never."""

    within: tuple[int | None, ...]
    widest: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Signals from one instant until before another, all with the same figures."""

    start: int
    end: int
    begins: int | None
    """When paging begins for all of them, if it waits for the morning; else it begins at once."""
    figures: Figures

    def after(self, figure: int | None, at: int) -> int | None:
        """Return a figure as it is for a signal at that instant: waiting for the morning counts."""
        if figure is None or self.begins is None:
            return figure
        return figure + self.begins - at

    def later_than(self, figure: int | None, limit: int) -> Span:
        """Return the part of the piece whose signals have this figure later than a limit, or never."""
        if figure is None:
            return self.start, self.end
        if self.begins is None:
            return (self.start, self.end) if figure > limit else (self.start, self.start)
        return self.start, max(self.start, min(self.end, self.begins + figure - limit))


def of(course: Course, began: int) -> Figures:
    """Return the figures of a course whose paging began then."""
    within: list[int | None] = []
    counted: frozenset[str] = frozenset()
    paged: frozenset[str] = frozenset()
    widest: int | None = None
    for turn in course.turns:
        if not turn.meant.people <= paged:
            paged |= turn.meant.people
            widest = turn.at - began
        if not turn.last_resort:
            counted |= turn.meant.answerers
        while len(within) < min(len(counted), WORST + 1):
            within.append(turn.at - began)
    within += [None] * (WORST + 1 - len(within))
    return Figures(tuple(within), widest)


def pieces(ladder: Ladder, start: int, end: int) -> list[Piece]:
    """Return the figures for every signal from `start` until before `end`."""
    found: list[Piece] = []
    at = start
    while at < end:
        begins = ladder.begins(at)
        course = ladder.course(begins)
        until = min(end, ladder.quiet_edge(at))
        if begins == at:
            until = min(until, at + course.room)
        waits = None if begins == at else begins
        piece = Piece(at, until, waits, of(course, begins))
        if found and (found[-1].begins, found[-1].figures) == (piece.begins, piece.figures):
            piece = Piece(found.pop().start, until, piece.begins, piece.figures)
        found.append(piece)
        at = until
    return found
