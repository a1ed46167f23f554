"""How soon somebody is paged: from a course to three figures and a widest one.

Terms. With nobody answering, `within[k]` is how long it takes, from the signal, until k + 1 people
who can be reached and count separately have been paged: so if any k of them don't answer, whichever
they are, somebody is left who has been paged by then. `within[0]` is the first page. `widest` is how
long it takes until everybody whom the policy pages in all its rounds has been paged. It is the same
for every k: nobody answering at all is the slowest case.

What happens behind quiet hours happens at a fixed moment: the later a signal comes in the evening,
the shorter it takes.

Whoever is paged only because a whole round had nobody (the engine's last resort) does not count:
that is the net under the policy and not the policy.
"""

from dataclasses import dataclass

from services.escalation.coverage.instants import Span
from services.escalation.coverage.ladder import Course, Ladder
from services.escalation.coverage.limits import WORST


@dataclass(frozen=True, slots=True)
class Figure:
    """When something happens, for each signal of a piece."""

    at: int
    """How many microseconds after the signal; the instant itself if it is fixed."""
    fixed: bool = False

    def after(self, signal: int) -> int:
        """Return how many microseconds after a signal of that instant."""
        return self.at - signal if self.fixed else self.at


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one course; None = never."""

    within: tuple[Figure | None, ...]
    widest: Figure | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Signals from one instant until before another, all with the same figures."""

    start: int
    end: int
    figures: Figures

    def after(self, figure: Figure | None, at: int) -> int | None:
        """Return a figure as it is for a signal at that instant: waiting for the morning counts."""
        return None if figure is None else figure.after(at)

    def later_than(self, figure: Figure | None, limit: int) -> Span:
        """Return the part of the piece whose signals have this figure later than a limit, or never."""
        if figure is None:
            return self.start, self.end
        if not figure.fixed:
            return (self.start, self.end) if figure.at > limit else (self.start, self.start)
        return self.start, max(self.start, min(self.end, figure.at - limit))


def of(course: Course, signal: int, begins: int) -> Figures:
    """Return the figures of a signal whose paging begins then, and takes that course."""
    within: list[Figure | None] = []
    counted: frozenset[str] = frozenset()
    paged: frozenset[str] = frozenset()
    widest: Figure | None = None
    for turn in course.turns:
        fixed = turn.fixed or begins != signal
        figure = Figure(turn.at if fixed else turn.at - signal, fixed)
        if not turn.meant.people <= paged:
            paged |= turn.meant.people
            widest = figure
        if not turn.last_resort:
            counted |= turn.meant.answerers
        while len(within) < min(len(counted), WORST + 1):
            within.append(figure)
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
        piece = Piece(at, until, of(course, at, begins))
        if found and found[-1].figures == piece.figures:
            piece = Piece(found.pop().start, until, piece.figures)
        found.append(piece)
        at = until
    return found
