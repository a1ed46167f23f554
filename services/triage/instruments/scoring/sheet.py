"""The answers to one instrument after reading: what each item holds, or why it holds nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from contracts.screens import ScreenProblem


class State(StrEnum):
    """How far an item's answer can be used."""

    GIVEN = "given"
    NOT_ASKED = "not_asked"
    """Left out by the instrument's own rules; holds its lowest answer."""
    MISSING = "missing"
    IMPOSSIBLE = "impossible"
    """Something was said that the item cannot hold; refused, and never clipped to what it can."""
    TWICE = "twice"
    """Said twice and differently; holds the more severe."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one item holds."""

    state: State = State.MISSING
    value: Decimal | None = None
    words: tuple[str, ...] = ()
    figure: Decimal | None = None
    """A figure that was refused: in the item's unit, or as written where the unit is the trouble."""

    @property
    def known(self) -> bool:
        """Whether it holds an answer, the more severe of two included."""
        return self.state in (State.GIVEN, State.NOT_ASKED, State.TWICE)

    @property
    def yes(self) -> bool:
        """Whether it was answered yes, by one of two answers at least."""
        return "yes" in self.words

    @property
    def no(self) -> bool:
        """Whether it was answered no and nothing else, or was not asked."""
        return self.words == ("no",) and self.known

    @property
    def refused(self) -> bool:
        """Whether the person would not answer it."""
        return "refused" in self.words


_NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All readings by item id, the stated total, and the problems met in reading."""

    readings: Mapping[str, Reading] = field(default_factory=dict)
    total: Reading = _NOTHING
    problems: tuple[ScreenProblem, ...] = ()

    def at(self, item: str) -> Reading:
        """Return what that item holds."""
        return self.readings.get(item, _NOTHING)

    def number(self, item: str) -> Decimal | None:
        """Return the number that item holds, if it is known."""
        reading = self.at(item)
        return reading.value if reading.known else None

    def yes(self, *items: str) -> tuple[str, ...]:
        """Return which of these were answered yes; something unreadable counts as yes."""
        return tuple(i for i in items if self.at(i).yes or self.at(i).state is State.IMPOSSIBLE)

    def answered(self, items: Iterable[str]) -> tuple[str, ...]:
        """Return which of these hold more than nothing."""
        return tuple(i for i in items if self.at(i).known and self.at(i).value)
