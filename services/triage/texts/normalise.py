"""From a text as typed to a line of words that rules can read, each word knowing where it stood.

Theory: characters are folded (NFKC, lower case, no accents, nothing invisible); a tokeniser cuts
them into words, signs, ends of sentences and lesser breaks; each word is spelt out. The line is
those words, "." for the end of a sentence, and no other punctuation: i do not want to die . help.
Nothing is ever lost but invisible characters and punctuation.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from services.triage.texts.spelling import Spelling, knows, spelt

STOP = "."
"""The word of a line that ends a sentence."""

_LETTER = r"[^\W_]"
_TOKEN = re.compile(
    rf"""
    (?P<spaced>(?<!['\w])[^\W\d_](?:[ .\-_*]{_LETTER}){{3,48}}(?!['\w]))
    | (?P<number>\d+(?:[.,]\d+)+)
    | (?P<word>(?:[$@](?=[^\W\d_]))?{_LETTER}(?:{_LETTER}|['$@*!\-_]+(?={_LETTER}))*)
    | (?P<pause>\.\.+)
    | (?P<stop>[.!?;]+|\n+)
    | (?P<space>[^\S\n]+)
    | (?P<other>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A text as the rules read it."""

    words: tuple[str, ...]
    """In order, with STOP between sentences."""
    spans: tuple[tuple[int, int], ...]
    """Where each word stands in the original text, in characters."""
    breaks: frozenset[int]
    """Words before which there is a comma or the like."""


def line_of(text: str, spelling: Spelling) -> Line:
    """Return the line of that text."""
    folded, places = _folded(text)
    cut = _Cut(places)
    for token in _TOKEN.finditer(folded):
        match token.lastgroup:
            case "word":
                cut.add(spelt(token[0], spelling), token.start(), token.end())
            case "spaced":
                _add_spaced(cut, token, spelling)
            case "number":
                whole = re.split(r"[.,](?!\d{3}(?!\d))", token[0])[0]
                cut.add((re.sub(r"\D", "", whole),), token.start(), token.end())
            case "stop":
                cut.stop(token.start(), token.end())
            case "pause":
                cut.pause()
            case "other" if _is_sign(token[0]):
                cut.sign(token[0], token.start(), token.end())
            case "other":
                cut.pause()
            case _:
                pass
    return cut.line()


class _Cut:
    """A line in the making."""

    def __init__(self, places: list[int] | None) -> None:
        self._places = places
        self._words: list[str] = []
        self._spans: list[tuple[int, int]] = []
        self._breaks: set[int] = set()

    def add(self, words: tuple[str, ...], start: int, end: int) -> None:
        span = self._span(start, end)
        for word in words:
            self._words.append(word)
            self._spans.append(span)

    def sign(self, sign: str, start: int, end: int) -> None:
        if not self._words or self._words[-1] != sign:
            self.add((sign,), start, end)

    def stop(self, start: int, end: int) -> None:
        if self._words and self._words[-1] != STOP:
            self.add((STOP,), start, end)

    def pause(self) -> None:
        self._breaks.add(len(self._words))

    def line(self) -> Line:
        while self._words and self._words[-1] == STOP:
            self._words.pop()
            self._spans.pop()
        return Line(tuple(self._words), tuple(self._spans), frozenset(self._breaks))

    def _span(self, start: int, end: int) -> tuple[int, int]:
        if self._places is None:
            return start, end
        return self._places[start], self._places[end - 1] + 1


def _add_spaced(cut: _Cut, token: re.Match[str], spelling: Spelling) -> None:
    """Add "k i l l  m e" as the words it spells, or letter by letter if it spells none."""
    joined = re.sub(r"[ .\-_*]", "", token[0])
    words = _segmented(joined, spelling)
    if words:
        cut.add(tuple(part for word in words for part in spelt(word, spelling)), token.start(), token.end())
        return
    for letter in re.finditer(_LETTER, token[0]):
        start = token.start() + letter.start()
        cut.add(spelt(letter[0], spelling), start, start + 1)


def _segmented(joined: str, spelling: Spelling) -> tuple[str, ...]:
    """Return the fewest known words that spell it, or () if none do; long spells are read in one piece."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(joined)
    for end in range(1, len(joined) + 1):
        for start in range(max(0, end - 16), end):
            before = best[start]
            if before is None or not (knows(joined[start:end], spelling) and _long_enough(joined[start:end])):
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, joined[start:end])
    return best[-1] or ()


def _long_enough(word: str) -> bool:
    return len(word) > 1 or word in "iayou2"


def _is_sign(char: str) -> bool:
    return unicodedata.category(char) == "So"


def _folded(text: str) -> tuple[str, list[int] | None]:
    """Return the text folded, and for each character the place it came from (None: its own place)."""
    if text.isascii():
        return text.lower(), None
    pieces: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        piece = _fold(char)
        pieces.append(piece)
        places.extend([place] * len(piece))
    return "".join(pieces), places


_APOSTROPHES = "\u2018\u2019\u02bc\u00b4`"


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """Return one character folded: "É" -> "e", a zero-width one -> "", a curly apostrophe -> "'"."""
    if char in _APOSTROPHES:
        return "'"
    if char in "\n\r\u2028\u2029":
        return "\n"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char).casefold())
    return "".join(c for c in plain if not _is_invisible(c))


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"Mn", "Me", "Cf", "Cs", "Co", "Cn"} or "\U0001f3fb" <= char <= "\U0001f3ff"
