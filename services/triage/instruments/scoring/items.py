"""What an instrument is made of: its items, what each may hold, and the rule that judges the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

from contracts.screens import ScreenFinding, ScreenProblem
from contracts.values import Kind
from services.triage.instruments.scoring.limits import Limits
from services.triage.instruments.scoring.sheet import Sheet

L = TypeVar("L", bound=Limits)

YES = frozenset({"yes", "y", "true", "1", "la33-6", "373066001"})
NO = frozenset({"no", "n", "false", "0", "la32-8", "373067005"})
REFUSED = frozenset({"refused", "refuses", "declined", "no answer", "443390004"})


@dataclass(frozen=True, slots=True)
class Points:
    """An item answered by one of a few whole numbers, or by words and codes that stand for them."""

    allowed: tuple[int, ...]
    words: Mapping[str, int] = field(default_factory=dict)
    """In small letters."""


@dataclass(frozen=True, slots=True)
class YesNo:
    """An item answered yes or no, with the points of each.

    A bare 0 or 1 is refused where no gives the point: it could be the answer or the point.
    """

    yes: int = 1
    no: int = 0
    may_refuse: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured or counted number; `units` maps every accepted spelling to the factor that makes `unit`."""

    low: Decimal
    high: Decimal
    unit: str = ""
    units: Mapping[str, Decimal] = field(default_factory=dict)
    """In small letters, without spaces. Empty: the number has no unit."""
    whole: bool = False
    coarse: frozenset[str] = frozenset()
    """Of `units` those in which no device shows less than 1: a smaller figure has the wrong unit."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory result: positive, negative, invalid, pending, or a concentration in `unit`."""

    unit: str = "ng/mL"
    units: Mapping[str, Decimal] = field(default_factory=dict)
    high: Decimal = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Words:
    """One word out of a list, or several of them; each spelling stands for a word."""

    words: Mapping[str, str]
    several: bool = False


Holds: TypeAlias = Points | YesNo | Amount | Lab | Words


@dataclass(frozen=True, slots=True)
class Item:
    """One question, sign or measure: its id, a short label of our own, what it holds, its codes."""

    id: str
    says: str
    holds: Holds
    codes: tuple[str, ...] = ()
    """LOINC codes and other names under which it arrives."""
    needed: bool = True
    """Whether it is missed when it is not there."""
    scored: bool = True
    """Whether it counts in the sum."""

    @property
    def least(self) -> int:
        """The fewest points it can give."""
        return min(_points(self.holds), default=0)

    @property
    def most(self) -> int:
        """The most points it can give."""
        return max(_points(self.holds), default=0)


def _points(holds: Holds) -> tuple[int, ...]:
    match holds:
        case Points():
            return holds.allowed
        case YesNo():
            return (holds.yes, holds.no)
        case Amount() | Lab() | Words():
            return ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule found: the score or the span it lies in, the band, findings, and problems it adds."""

    score: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    band: str = ""
    findings: tuple[ScreenFinding, ...] = ()
    problems: tuple[ScreenProblem, ...] = ()


def _asks_all(_: Sheet) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Instrument(Generic[L]):
    """One instrument, whole. A module of this package that holds one as `INSTRUMENT` is found by itself."""

    id: str
    name: str
    items: tuple[Item, ...]
    limits: type[L]
    rule: Callable[["AnyInstrument", Sheet, L], Outcome]
    source: str
    rounds_up: str
    """Which way it counts what is missing, impossible or contradictory; shown to people."""
    version: int = 1
    kind: Kind = Kind.SCREEN_POSITIVE
    panels: tuple[str, ...] = ()
    """LOINC codes under which the whole arrives."""
    totals: tuple[str, ...] = ()
    """LOINC codes of its total, the first one being that of the result."""
    highest: int | None = None
    """The highest total; None: it has no total."""
    whole: bool = True
    """Whether a total is always a whole number."""
    not_asked: Callable[[Sheet], frozenset[str]] = _asks_all
    """Which items the answers given leave out by the instrument's own rules."""

    @property
    def scored(self) -> tuple[Item, ...]:
        """The items that make the sum."""
        return tuple(item for item in self.items if item.scored)


AnyInstrument: TypeAlias = Instrument[Any]
"""An instrument whose limits are those of its own kind."""
