"""Which patterns can fit a line at all, told by its words, so that few have to be sought.

Every choice of words that some pattern needs has a bit of its own. A line's words give the bits of all
choices they fit; a pattern is worth seeking only if all bits it needs are among them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.triage.texts.elements import Choice, Pattern
from services.triage.texts.normalise import STOP
from services.triage.texts.numbers import value


@dataclass(frozen=True, slots=True)
class Index:
    """Patterns by the words they need."""

    bits_of_word: Mapping[str, int]
    bits_of_stem: Mapping[str, int]
    bits_of_least: tuple[tuple[int, int], ...]
    """(least number, bits)."""
    bits_of_sign: int
    by_rarest: tuple[tuple[int, tuple[tuple[int, Pattern], ...]], ...]
    """(bit of the rarest choice, patterns that need it with all bits they need)."""
    always: tuple[Pattern, ...]

    def candidates(self, words: Sequence[str]) -> set[Pattern]:
        """Return the patterns that may stand in a line of these words."""
        there = self._bits(words)
        found = set(self.always)
        for rarest, patterns in self.by_rarest:
            if there & rarest:
                found.update(pattern for needed, pattern in patterns if needed & there == needed)
        return found

    def _bits(self, words: Sequence[str]) -> int:
        bits = 0
        stems = tuple(self.bits_of_stem)
        for word in set(words):
            bits |= self.bits_of_word.get(word, 0)
            if word.startswith(stems):
                for stem, more in self.bits_of_stem.items():
                    bits |= more if word.startswith(stem) else 0
            number = value(word)
            if number >= 0:
                for least, more in self.bits_of_least:
                    bits |= more if number >= least else 0
            elif not word[0].isalnum() and word != STOP:
                bits |= self.bits_of_sign
        return bits


def index_of(patterns: Iterable[Pattern]) -> Index:
    """Return the index of those patterns."""
    patterns = tuple(dict.fromkeys(patterns))
    choices = dict.fromkeys(choice for pattern in patterns for choice in pattern.needed)
    bit = {choice: 1 << place for place, choice in enumerate(choices)}
    groups: dict[Choice, list[tuple[int, Pattern]]] = {}
    for pattern in patterns:
        if pattern.rarest is not None:
            needed = sum(bit[choice] for choice in pattern.needed)
            groups.setdefault(pattern.rarest, []).append((needed, pattern))
    return Index(
        bits_of_word=_gathered((word, bit[choice]) for choice in choices for word in choice.first_words),
        bits_of_stem=_gathered((stem, bit[choice]) for choice in choices for stem in choice.stems),
        bits_of_least=tuple((each.least, bit[each]) for each in choices if each.least is not None),
        bits_of_sign=sum(bit[choice] for choice in choices if choice.sign),
        by_rarest=tuple((bit[rarest], tuple(group)) for rarest, group in groups.items()),
        always=tuple(pattern for pattern in patterns if pattern.rarest is None),
    )


def _gathered(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for key, bits in pairs:
        found[key] = found.get(key, 0) | bits
    return found
