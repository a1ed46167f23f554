"""A shift while it is being compiled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.schedules import Shift
from services.roster.core import spans
from services.roster.core.spans import Span


@dataclass(frozen=True, slots=True)
class Planned:
    """One person's shift (UTC) as planned so far, and what planned it.

    Somebody on leave keeps it as `away`, so that a stand-in or a swap still finds what there is to
    take over; what nobody has taken in the end is dropped.
    """

    person: str
    start: datetime
    end: datetime
    origin: str
    away: bool = False

    @property
    def span(self) -> Span:
        """From when until before when."""
        return self.start, self.end

    def inside(self, others: Sequence[Span]) -> Iterator["Planned"]:
        """Return its parts within those spans, which must be merged."""
        return (replace(self, start=start, end=end) for start, end in spans.inside(self.span, others))

    def outside(self, others: Sequence[Span]) -> Iterator["Planned"]:
        """Return its parts within none of those spans, which must be merged."""
        return (replace(self, start=start, end=end) for start, end in spans.outside(self.span, others))

    def shift(self) -> Shift:
        """Return it as a shift."""
        return Shift(person=self.person, start=self.start, end=self.end, origin=self.origin)
