"""What triage made of screens, specimens and doses: the events of one patient's results.

`triage.<patient>` holds them. Nothing in it is ever open: each fact is scored when it comes, and its
signal published before it is acknowledged. Results are sealed; instrument, urgency and tags are not.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.facts import Standing
from contracts.values import Id, Kind, Moment, Sealed, Urgency, Value


class Assessed(Value):
    """A resource was scored. `result` is a ScreenResult of contracts/screens as JSON."""

    type: Literal["assessed"] = "assessed"
    at: Moment
    source: str
    document: Id
    version: str
    instrument: Id
    occurred_at: Moment
    standing: Standing
    evidence: int
    """Where the fact stands in PROGRAMME."""
    result: Sealed
    kind: Kind
    urgency: Urgency | None = None
    """None: no signal; which is no all-clear."""
    tags: tuple[str, ...] = ()
    problems: int = 0
    """How many things kept it from being scored as it stood."""
    signal: str = ""
    """The id of the signal it is a reason for."""


class Retracted(Value):
    """A resource was entered in error: it is no reason for its signal any more."""

    type: Literal["retracted"] = "retracted"
    at: Moment
    source: str
    document: Id
    version: str
    instrument: Id
    occurred_at: Moment


class DoseCounted(Value):
    """A single dose was reported, and counted with those before it."""

    type: Literal["dose_counted"] = "dose_counted"
    at: Moment
    instrument: Id
    day: date
    taken: bool


class SignalLeft(Value):
    """No resource gives a reason for this signal any more: whoever has to do with it is told."""

    type: Literal["signal_left"] = "signal_left"
    at: Moment
    document: Id
    """The resource whose change took the reason away."""
    version: str
    signal: str
    what: Literal["amended", "entered_in_error", "dose_given"]


TriageEvent = Annotated[
    Assessed | Retracted | DoseCounted | SignalLeft,
    Field(discriminator="type"),
]
"""Any event of a patient's results."""


class TriageBrief(Value):
    """What stands in a commit's headers; nothing identifying."""

    results: int
    """How many resources are remembered."""
    last_at: Moment | None = None
