"""Reads one text with the rules: what fits, what of it is denied or meant otherwise, how loud it is.

Theory: every pattern whose words are in the line is searched. A find counts unless it is denied just
before it or inside its gaps (only where the rule may be denied: words of death and killing, never of
life), or touches an exception. Then rules that pair what others found with a near time or the like
are read over those finds. The urgency is imminent if any rule that fits raises, else urgent: no rule
lowers anything, and a new sentence never undoes what stands in an earlier one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from contracts.values import Urgency
from services.triage.texts.elements import Pattern
from services.triage.texts.matching import Find, Span, finds
from services.triage.texts.normalise import STOP, Line, line_of
from services.triage.texts.rulebook import Negation, Part, Rule, Rulebook
from services.triage.texts.values import Hit, Reading, RiskClass

FLOOR = Urgency.URGENT
"""Any text of the crisis line, whatever it says: clinical.md 7 row 7 and 3e."""


def read(text: str, rulebook: Rulebook) -> Reading:
    """Return the reading of a text; never raises for any text, and never below urgent."""
    line = line_of(text, rulebook.spelling)
    finds = _Finds(line, rulebook)
    hits: list[Hit] = []
    of_class: dict[RiskClass, list[Span]] = {}
    for rule in rulebook.rules:
        found = finds.of_rule(rule, of_class)
        if found:
            of_class.setdefault(rule.risk, []).extend(each for find in found for each in find)
            hits.append(_hit(rule, found[0], text, line))
    classes = {hit.risk for hit in hits}
    urgency = Urgency.IMMINENT if any(hit.raises for hit in hits) else FLOOR
    return Reading(urgency, tuple(risk for risk in RiskClass if risk in classes), tuple(hits))


def _hit(rule: Rule, finds: Sequence[Span], text: str, line: Line) -> Hit:
    spans = [_span(find, line) for find in sorted(finds)]
    words = " … ".join(dict.fromkeys(text[start:end] for start, end in spans))
    return Hit(rule.id, rule.risk, rule.raises, words, spans[0][0], max(end for _, end in spans))


def _span(find: Span, line: Line) -> tuple[int, int]:
    first, after = find
    if first >= after:
        return (0, 0)
    return line.spans[first][0], line.spans[after - 1][1]


class _Finds:
    """What the patterns find in one line, each searched at most once."""

    def __init__(self, line: Line, rulebook: Rulebook) -> None:
        self._line = line
        self._rulebook = rulebook
        self._positions: dict[str, list[int]] = {}
        for place, word in enumerate(line.words):
            self._positions.setdefault(word, []).append(place)
        self._candidates = rulebook.index.candidates(line.words)
        self._kinds: dict[str, bytearray] = {}

    def of_rule(self, rule: Rule, of_class: dict[RiskClass, list[Span]]) -> list[tuple[Span, ...]]:
        """Return every find of the rule; one of several parts is a tuple of theirs."""
        parts: list[list[Span]] = []
        for part in rule.parts:
            found = self._of_part(rule, part, of_class)
            if not found:
                return []
            parts.append(found)
        if len(parts) == 1:
            return [(find,) for find in parts[0]]
        return list(_near(parts, rule.within))

    def _of_part(self, rule: Rule, part: Part, of_class: dict[RiskClass, list[Span]]) -> list[Span]:
        found = [find for risk in part.classes for find in of_class.get(risk, ())]
        for pattern in part.patterns:
            if pattern in self._candidates:
                found.extend(self._of_pattern(pattern, rule))
        return sorted(found)

    def _of_pattern(self, pattern: Pattern, rule: Rule) -> Iterator[Span]:
        spared: list[bytearray] | None = None
        for find in finds(pattern, self._line.words, self._positions):
            spared = self._spared(rule) if spared is None else spared
            if any(any(words[find.start : find.end]) for words in spared):
                continue
            if not (rule.negatable and self._denied(find, rule)):
                yield find.start, find.end

    def _denied(self, find: Find, rule: Rule) -> bool:
        words = self._line.words
        negations = [self._rulebook.negations[language] for language in rule.languages]
        return any(
            _denies_before(negation, self._line, find.start)
            or any(_denies_inside(negation, words[start:end]) for start, end in find.gaps)
            for negation in negations
        )

    def _spared(self, rule: Rule) -> list[bytearray]:
        """Return which words stand in an exception of the rule, one row for each kind of exception."""
        rows = [self._kind(kind) for kind in rule.exceptions]
        return [*rows, self._covered(rule.unless)] if rule.unless else rows

    def _kind(self, kind: str) -> bytearray:
        if kind not in self._kinds:
            exemptions = self._rulebook.exemptions
            self._kinds[kind] = self._covered(
                [pattern for each in exemptions if each.kind == kind for pattern in each.patterns]
            )
        return self._kinds[kind]

    def _covered(self, patterns: Iterable[Pattern]) -> bytearray:
        covered = bytearray(len(self._line.words))
        for pattern in patterns:
            if pattern in self._candidates:
                for find in finds(pattern, self._line.words, self._positions):
                    covered[find.start : find.end] = b"\1" * (find.end - find.start)
        return covered


def _denies_before(negation: Negation, line: Line, first: int) -> bool:
    """Tell whether a negator stands before that word, with nothing between but words that let it through."""
    words = line.words
    for place in range(first - 1, max(-1, first - 1 - negation.window), -1):
        if words[place] == STOP or place + 1 in line.breaks:
            return False
        if _is_negator(negation, words, place):
            return True
        if words[place] not in negation.through:
            return False
    return False


def _denies_inside(negation: Negation, words: Sequence[str]) -> bool:
    return any(_is_negator(negation, words, place) for place in range(len(words)))


def _is_negator(negation: Negation, words: Sequence[str], place: int) -> bool:
    word = words[place]
    if word not in negation.negators or (place > 0 and words[place - 1] in negation.after):
        return False
    following = words[place + 1] if place + 1 < len(words) else ""
    nouns = negation.nouns.get(word)
    return following not in negation.not_before and (nouns is None or following in nouns)


def _near(parts: Sequence[list[Span]], within: int) -> Iterator[tuple[Span, ...]]:
    """Return, for each find of the first part, the nearest of each other part if all are near enough."""
    for find in parts[0]:
        nearest = [_nearest(find, others) for others in parts[1:]]
        if all(_apart(find, other) <= within for other in nearest):
            yield (find, *nearest)


def _nearest(find: Span, others: list[Span]) -> Span:
    place = bisect_left(others, find)
    return min(others[max(0, place - 2) : place + 2], key=lambda other: _apart(find, other))


def _apart(find: Span, other: Span) -> int:
    return max(0, other[0] - find[1], find[0] - other[1])
