"""Seeks a pattern in the words of a line.

Theory: elements are tried from left to right with backtracking; the first way that fits counts. Gaps
are bounded, so the work grows with the length of the line and not faster. Each find tells where its
gaps lie, so that a denial inside one can be seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.triage.texts.elements import TURNS, Choice, Edge, Gap, Pattern, Row
from services.triage.texts.normalise import STOP
from services.triage.texts.numbers import value

Words = Sequence[str]
Span = tuple[int, int]
"""First word and the one after the last."""


@dataclass(frozen=True, slots=True)
class Find:
    """Where a pattern stands in a line."""

    start: int
    end: int
    gaps: tuple[Span, ...]


def finds(pattern: Pattern, words: Words, positions: dict[str, list[int]]) -> Iterator[Find]:
    """Return every place where the pattern stands; a find may begin inside an earlier one."""
    for start in _starts(pattern, words, positions):
        gaps: list[Span] = []
        end = _match(pattern.row, 0, start, words, gaps)
        if end is not None:
            yield Find(start, end, tuple(gaps))


def fits(choice: Choice, word: str) -> bool:
    """Tell whether a single word is one that the choice names, without its rows."""
    return (
        word in choice.words
        or (choice.stems and word.startswith(choice.stems))
        or (choice.least is not None and value(word) >= choice.least)
        or (choice.sign and not word[0].isalnum() and word != STOP)
    )


def _starts(pattern: Pattern, words: Words, positions: dict[str, list[int]]) -> Sequence[int]:
    first = pattern.row[0]
    if isinstance(first, Choice) and first.begins_with_words:
        return sorted({place for word in first.first_words & positions.keys() for place in positions[word]})
    return range(len(words) + 1)


def _match(row: Row, at: int, place: int, words: Words, gaps: list[Span]) -> int | None:
    """Return the word after the last one if the row from element `at` on stands at that place."""
    while at < len(row):
        element = row[at]
        match element:
            case Choice():
                if not element.plain:
                    return _of_choice(element, row, at, place, words, gaps)
                if place >= len(words) or words[place] not in element.words:
                    return None
                place += 1
            case Edge():
                if not _stands(element, place, words):
                    return None
            case Gap():
                return _of_gap(element, row, at, place, words, gaps)
        at += 1
    return place


def _of_choice(choice: Choice, row: Row, at: int, place: int, words: Words, gaps: list[Span]) -> int | None:
    if choice.absent:
        taken = _alternatives(choice, (), 0, place, words, [])
        return None if taken is not None else _match(row, at + 1, place, words, gaps)
    end = _alternatives(choice, row, at + 1, place, words, gaps)
    if end is None and choice.optional:
        return _match(row, at + 1, place, words, gaps)
    return end


def _alternatives(
    choice: Choice, row: Row, then: int, place: int, words: Words, gaps: list[Span]
) -> int | None:
    """Try each alternative followed by the rest of the row."""
    known = len(gaps)
    if choice.end and (place == len(words) or words[place] == STOP):
        end = _match(row, then, place, words, gaps)
        if end is not None:
            return end
        del gaps[known:]
    if place >= len(words):
        return None
    word = words[place]
    if fits(choice, word):
        end = _match(row, then, place + 1, words, gaps)
        if end is not None:
            return end
        del gaps[known:]
    for inner in (*choice.rows.get(word, ()), *choice.other_rows):
        end = _match((*inner, *row[then:]), 0, place, words, gaps)
        if end is not None:
            return end
        del gaps[known:]
    return None


def _of_gap(gap: Gap, row: Row, at: int, place: int, words: Words, gaps: list[Span]) -> int | None:
    known = len(gaps)
    furthest = place
    while (
        furthest < len(words)
        and furthest - place < gap.most
        and words[furthest] != STOP
        and not (gap.greedy and words[furthest] in TURNS)
    ):
        furthest += 1
    ends = range(furthest, place - 1, -1) if gap.greedy else range(place, furthest + 1)
    for after in ends:
        gaps.append((place, after))
        end = _match(row, at + 1, after, words, gaps)
        if end is not None:
            return end
        del gaps[known:]
    return None


def _stands(edge: Edge, place: int, words: Words) -> bool:
    match edge:
        case Edge.SENTENCE_START:
            return place == 0 or words[place - 1] == STOP
        case Edge.SENTENCE_END:
            return place == len(words) or words[place] == STOP
        case Edge.TEXT_START:
            return place == 0
        case Edge.TEXT_END:
            return place == len(words)
