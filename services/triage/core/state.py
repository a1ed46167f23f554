"""What is known of one patient's results. A cache: the events are the truth."""

from datetime import date, datetime

from contracts.triages import TriageBrief
from contracts.values import Id, Kind, Moment, Urgency, Value

VERSION = 1
"""Version of the stored state; raised whenever an older state must be folded again."""
DOCUMENTS_KEPT = 400
"""The latest resources that are remembered: a correction of an older one is scored as if it were new."""
DAYS_KEPT = 60
LEFT_KEPT = 100


class Document(Value):
    """A resource as it was last seen."""

    source: str
    document: Id
    version: str
    instrument: Id
    occurred_at: Moment
    signal: str = ""
    """The signal it is a reason for; "": for none."""
    kind: Kind = Kind.SCREEN_POSITIVE
    urgency: Urgency | None = None
    tags: tuple[str, ...] = ()
    evidence: int = 0


class Doses(Value):
    """Single doses of one instrument that were reported."""

    instrument: Id
    missed: tuple[date, ...] = ()
    """Days without a dose since the last that was taken, in order."""
    taken: date | None = None


class Left(Value):
    """A signal that no resource is a reason for any more, and the resource whose change left it."""

    document: Id
    version: str
    signal: str
    what: str


class Results(Value):
    """One patient's results."""

    subject: str
    documents: tuple[Document, ...] = ()
    doses: tuple[Doses, ...] = ()
    left: tuple[Left, ...] = ()
    last_at: Moment | None = None

    @classmethod
    def empty(cls, subject: str) -> "Results":
        """Return a patient without results."""
        return cls(subject=subject)

    def known(self, source: str, document: str) -> Document | None:
        """Return the resource as it was last seen."""
        return next(
            (one for one in reversed(self.documents) if (one.source, one.document) == (source, document)),
            None,
        )

    def doses_of(self, instrument: str) -> Doses:
        """Return what was reported of single doses."""
        return next((one for one in self.doses if one.instrument == instrument), Doses(instrument=instrument))


def due(_state: Results) -> datetime | None:
    """Nothing here is ever open."""
    return None


def brief(state: Results) -> TriageBrief:
    """Return what stands in the commit's headers."""
    return TriageBrief(results=len(state.documents), last_at=state.last_at)
