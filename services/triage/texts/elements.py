"""What a pattern is made of once it is read: rows of gaps, edges and choices of words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

TURNS = frozenset(
    "but now today tonight again still am is want need keep will can going pero ahora hoy otra quiero voy "
    "estoy siento puedo".split()
)
"""Words at which the talk comes back to the present: a `~~` gap stops before them."""


class Edge(Enum):
    """A place in a line that holds no word."""

    SENTENCE_START = "^"
    SENTENCE_END = "$"
    TEXT_START = "^^"
    TEXT_END = "$$"


@dataclass(frozen=True, slots=True)
class Gap:
    """Other words, up to so many."""

    most: int
    greedy: bool


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several words or rows of elements. Equal only to itself, so that it can name itself."""

    words: frozenset[str]
    stems: tuple[str, ...] = ()
    least: int | None = None
    """A number of at least this fits."""
    sign: bool = False
    end: bool = False
    """The end of a sentence fits."""
    rows: Mapping[str, tuple["Row", ...]] = field(default_factory=dict)
    """First word -> rows that can begin with it."""
    other_rows: tuple["Row", ...] = ()
    """Rows of which no first word is known."""
    optional: bool = False
    absent: bool = False
    """The next words must not fit."""
    plain: bool = field(init=False)
    """Nothing but words: the short way of matching will do."""

    def __post_init__(self) -> None:
        odd = self.stems or self.least is not None or self.sign or self.end or self.rows or self.other_rows
        object.__setattr__(self, "plain", not (odd or self.optional or self.absent))

    @property
    def findable(self) -> bool:
        """Whether every fitting line holds one of `first_words`, `stems`, a number or a sign."""
        return not (self.optional or self.absent or self.end or self.other_rows)

    @property
    def begins_with_words(self) -> bool:
        """Whether `first_words` holds everything with which what fits can begin."""
        return self.findable and not self.stems and self.least is None and not self.sign

    @property
    def first_words(self) -> frozenset[str]:
        """Words with which what fits can begin."""
        return self.words | frozenset(self.rows)


Element = Gap | Edge | Choice
Row = tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One compiled pattern; equal only to itself."""

    source: str
    row: Row
    needed: frozenset[Choice]
    """Choices of which every fitting line holds a word."""
    rarest: Choice | None
    """The one of them that fits the fewest lines."""
