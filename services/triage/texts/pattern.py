"""The small language in which rules say which words they mean.

A pattern is a row of elements separated by spaces, each standing for words of a normalised line:

    pills            that word                 kill*       any word that begins so
    a|b_c|<list>     any one of these; `_` joins the words of a phrase within a choice
    <list>           an entry of that list of words.yaml
    X?               X or nothing              ~4          up to 4 other words, as few as possible
    #  #5+           a number, one of >= 5     ~~8         up to 8 other words, as many as possible,
    !a|b             the next is none of these             but never over a turn ("but", "want")
    ^ $              start, end of a sentence ("$" may stand in a choice)
    .                the end of a sentence between two words
    ^^ $$            start, end of the whole text
    @sign            any emoji or other sign

Numbers may be digits or words ("thirty", "treinta"). Gaps never pass the end of a sentence. An
entry of a list is a pattern itself. `matching` says how a pattern is sought in a line.
"""

import re
from collections.abc import Iterable, Mapping

from services.triage.texts.elements import Choice, Edge, Element, Gap, Pattern, Row

_COMMON = frozenset(
    "a an the i my me to of it is am are was be been have has had do not no and in on at for with so "
    "this that just going want will can you he she they him her them his all "
    "de la el lo los las un una me se mi su que en a y no ya te le con por para es esta voy va quiero".split()
)
"""Words in almost every text: a bad choice to find patterns by."""

_CHOICE = re.compile(r"[^\s|]+(?:\|[^\s|]+)*")
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*\*?|[^\w\s.,;:!?<>#~^$@*|]+")
_EDGES = {edge.value: edge for edge in Edge}


class PatternError(ValueError):
    """A pattern that isn't one; the text says which element, and why."""


class Compiler:
    """Compiles patterns with the lists they use; what is written alike is compiled once."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        self._lists = lists
        self._choices: dict[str, Choice] = {}
        self._patterns: dict[str, Pattern] = {}
        self._within: list[str] = []

    def pattern(self, source: str) -> Pattern:
        """Return the pattern; raises PatternError with the element that is wrong."""
        if source not in self._patterns:
            row = self._row(source)
            needed = [each for each in row if isinstance(each, Choice) and each.findable]
            rarest = min(needed, key=_cost) if needed else None
            self._patterns[source] = Pattern(source, row, frozenset(needed), rarest)
        return self._patterns[source]

    def _row(self, source: str) -> Row:
        elements = source.split()
        if not elements:
            raise PatternError("is empty; write at least one word")
        return tuple(self._element(element) for element in elements)

    def _element(self, element: str) -> Element:
        if element in _EDGES:
            return _EDGES[element]
        if element.startswith("~~"):
            return Gap(_count(element, 2), greedy=True)
        if element.startswith("~"):
            return Gap(_count(element, 1), greedy=False)
        if element not in self._choices:
            self._choices[element] = self._choice(element)
        return self._choices[element]

    def _choice(self, element: str) -> Choice:
        absent, optional = element.startswith("!"), element.endswith("?") and len(element) > 1
        bare = element[1:] if absent else element[:-1] if optional else element
        if not _CHOICE.fullmatch(bare):
            raise PatternError(f"{element!r}: a choice is words with single bars between them")
        parts = [self._alternative(each) for each in bare.split("|")]
        return _union(parts, optional=optional, absent=absent)

    def _alternative(self, word: str) -> Choice:
        if word.startswith("<") and word.endswith(">"):
            return self._listed(word[1:-1])
        if word == "$":
            return Choice(frozenset(), end=True)
        if word == "@sign":
            return Choice(frozenset(), sign=True)
        if word.startswith("#"):
            return Choice(frozenset(), least=_least(word))
        if word != "." and not _WORD.fullmatch(word):
            text = "is no word; write it as it reads after normalising: a-z, 0-9, or a sign"
            raise PatternError(f"{word!r} {text}")
        if word.endswith("*"):
            return Choice(frozenset(), stems=(word[:-1],))
        if "_" in word:
            return self._of_row(" ".join(word.split("_")))
        return Choice(frozenset({word}))

    def _listed(self, name: str) -> Choice:
        if name not in self._lists:
            raise PatternError(f"<{name}>: no such list in words.yaml")
        if name in self._within:
            raise PatternError(f"<{name}>: the list contains itself")
        self._within.append(name)
        try:
            return _union([self._of_row(entry) for entry in self._lists[name]])
        finally:
            self._within.pop()

    def _of_row(self, source: str) -> Choice:
        row = self._row(source)
        first = row[0]
        if len(row) == 1 and isinstance(first, Choice) and not first.optional and not first.absent:
            return first
        if isinstance(first, Choice) and first.begins_with_words:
            return Choice(frozenset(), rows={word: (row,) for word in first.first_words})
        return Choice(frozenset(), other_rows=(row,))


def obligatory(source: str) -> int:
    """Return how many elements of a pattern must stand in a line for it to fit."""
    return sum(
        not element.startswith(("~", "!", "^")) and element not in ("$", "$$") and not element.endswith("?")
        for element in source.split()
    )


def words_of(source: str) -> frozenset[str]:
    """Return the words that a pattern names itself, without its lists and stems."""
    alternatives = (
        alternative
        for element in source.split()
        for alternative in element.lstrip("!").rstrip("?").split("|")
    )
    return frozenset(word for phrase in alternatives for word in phrase.split("_") if word.isalnum())


def _union(parts: Iterable[Choice], optional: bool = False, absent: bool = False) -> Choice:
    parts = tuple(parts)
    rows: dict[str, tuple[Row, ...]] = {}
    for part in parts:
        for word, each in part.rows.items():
            rows[word] = (*rows.get(word, ()), *each)
    leasts = [part.least for part in parts if part.least is not None]
    return Choice(
        words=frozenset().union(*(part.words for part in parts)),
        stems=tuple(dict.fromkeys(stem for part in parts for stem in part.stems)),
        least=min(leasts) if leasts else None,
        sign=any(part.sign for part in parts),
        end=any(part.end for part in parts),
        rows=rows,
        other_rows=tuple(row for part in parts for row in part.other_rows),
        optional=optional,
        absent=absent,
    )


def _cost(choice: Choice) -> tuple[int, int]:
    words = choice.first_words
    return len(words & _COMMON) + (choice.least == 0), len(words) + len(choice.stems)


def _count(element: str, marks: int) -> int:
    digits = element[marks:]
    if not digits.isdecimal() or not 0 < int(digits) <= 12:
        raise PatternError(f"{element!r}: a gap is {'~' * marks} and a number from 1 to 12")
    return int(digits)


def _least(word: str) -> int:
    if word == "#":
        return 0
    if word.endswith("+") and word[1:-1].isdecimal():
        return int(word[1:-1])
    raise PatternError(f"{word!r}: a number is # or, for 5 and more, #5+")
