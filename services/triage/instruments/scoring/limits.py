"""Thresholds as a site writes them: each figure with its urgency and its source beside it."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from contracts.values import Urgency

Source = Annotated[str, Field(min_length=3)]
"""Who says so: a publication, a section of the clinical facts, or the site's own decision."""


class Limits(BaseModel):
    """The thresholds of one instrument; each instrument has a kind of its own. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Level(Limits):
    """How loud one finding is."""

    urgency: Urgency
    source: Source


class Near(Limits):
    """How loud two findings are together, when so many hours or fewer lie between them."""

    hours: Annotated[Decimal, Field(gt=0, le=720)]
    urgency: Urgency
    source: Source


class Figure(Limits):
    """A figure that has no urgency of its own."""

    value: Decimal
    source: Source


class Rung(Limits):
    """From this figure on it is as loud as that."""

    start: Decimal = Field(alias="from")
    urgency: Urgency
    source: Source


def rising(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """Return the rungs; ValueError if figure and urgency do not both rise from each to the next."""
    for low, high in pairwise(rungs):
        if low.start >= high.start:
            raise ValueError(f"`from: {high.start}` stands after {low.start}; write them in rising order")
        if low.urgency.rank >= high.urgency.rank:
            raise ValueError(
                f"from {high.start} on it is not louder than from {low.start} on; a higher figure must be"
            )
    return rungs


Rungs = Annotated[tuple[Rung, ...], AfterValidator(rising)]
"""Rungs in rising order, of figure and of urgency."""


class Bands(Limits):
    """The published names of ranges: each with its lowest figure."""

    source: Source
    steps: dict[str, Decimal] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for (low, start), (high, after) in pairwise(self.steps.items()):
            if start >= after:
                raise ValueError(f"{high!r} begins at {after}, not above {low!r}; write them in rising order")
        return self

    def of(self, score: Decimal) -> str:
        """Return the name of the band in which a score lies; empty below the first."""
        return next((name for name, start in reversed(self.steps.items()) if score >= start), "")


class SummedLimits(Limits):
    """Of an instrument whose points are added up."""

    bands: Bands
    signals: Rungs
