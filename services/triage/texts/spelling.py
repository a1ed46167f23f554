"""From a word as texted to the words that the rules know: short forms, leet, repeats, slips of the thumb.

A reading other than the written one is taken only if it is a word that the rules know, so that
"h3llo" stays what it is while "k1ll" becomes "kill". No word is ever dropped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

_LEET = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
    "!": "il",
    "*": "",
}
"""clinical.md 3e; `*` stands for any one letter and is tried against the risk words."""

_UNIT = re.compile(r"(\d+)([^\W\d_]+)")
_REPEATED = re.compile(r"(.)\1{2,}")
_LONGEST = 32
"""Longer words are left as they are: nobody's word, and readings would grow without bound."""
_TYPO_FROM = 6
"""Shorter words lie too close to each other for a wrong letter to be told from another word."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are spelt: all that the rules know, and what stands for something else."""

    short_forms: Mapping[str, tuple[str, ...]]
    """Texted form, with or without its apostrophe -> words in full."""
    known: frozenset[str]
    """Every word of the rules, and everyday words that must stay themselves."""
    risk_words: frozenset[str]
    """Words worth finding behind one wrong letter."""
    _slips: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)


def spelling(
    short_forms: Mapping[str, tuple[str, ...]], known: Iterable[str], risk_words: Iterable[str]
) -> Spelling:
    """Return the spelling with its table of slips."""
    risky = frozenset(risk_words)
    slips: dict[str, tuple[str, ...]] = {}
    for word in sorted(risky):
        for shorter in _without_one(word) if len(word) >= _TYPO_FROM else ():
            slips[shorter] = (*slips.get(shorter, ()), word)
    outputs = {word for words in short_forms.values() for word in words}
    return Spelling(short_forms, frozenset(known) | risky | outputs, risky, slips)


def spelt(written: str, spelling: Spelling) -> tuple[str, ...]:
    """Return the word or words that are meant by one written word in lower case, without accents."""
    return _meant(written, spelling) or _in_parts(written, spelling)


def knows(word: str, spelling: Spelling) -> bool:
    """Tell whether it is a word of the rules or a short form of some."""
    return word in spelling.known or word in spelling.short_forms


def _meant(written: str, spelling: Spelling) -> tuple[str, ...]:
    if written in spelling.short_forms:
        return spelling.short_forms[written]
    word = written.replace("'", "")
    if word in spelling.short_forms:
        return spelling.short_forms[word]
    if word in spelling.known or word.isdigit():
        return (word,)
    if len(word) > _LONGEST:
        return ()
    for candidate in _candidates(word):
        if candidate in spelling.short_forms:
            return spelling.short_forms[candidate]
        if candidate in spelling.known:
            return (candidate,)
    slip = _slip(word, spelling)
    return (slip,) if slip else ()


def _candidates(word: str) -> Iterable[str]:
    """Return other readings: letters for leet, hyphens dropped, repeated letters once or twice."""
    places = sum(char in _LEET for char in word)
    if 0 < places <= 4 and any(char.isalpha() for char in word):
        for chosen in product(*(_LEET.get(char) or char for char in word)):
            yield from _once_or_twice("".join(chosen).replace("-", ""))
    yield from _once_or_twice(word.replace("-", ""))


def _once_or_twice(word: str) -> Iterable[str]:
    yield word
    runs = list(_REPEATED.finditer(word))
    if 0 < len(runs) <= 4:
        for copies in product((2, 1), repeat=len(runs)):
            yield _shortened(word, runs, copies)
    if len(word) >= 4 and word[-1] == word[-2]:
        yield word[:-1]


def _shortened(word: str, runs: Sequence[re.Match[str]], copies: Sequence[int]) -> str:
    done, pieces = 0, []
    for run, times in zip(runs, copies, strict=True):
        pieces += [word[done : run.start()], run[1] * times]
        done = run.end()
    return "".join(pieces) + word[done:]


def _slip(word: str, spelling: Spelling) -> str:
    """Return the one risk word that is a single slip away, or whose letter was starred out; else ""."""
    if "*" in word:
        shape = re.compile(re.escape(word).replace(r"\*", "."))
        return next((risk for risk in sorted(spelling.risk_words) if shape.fullmatch(risk)), "")
    if len(word) < _TYPO_FROM - 1 or not word.isalpha():
        return ""
    for shorter in (word, *_without_one(word)):
        for risk in spelling._slips.get(shorter, ()):
            if _one_apart(word, risk):
                return risk
        if shorter in spelling.risk_words and len(shorter) >= _TYPO_FROM:
            return shorter
    return ""


def _without_one(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _one_apart(word: str, other: str) -> bool:
    """Tell whether one letter added, dropped or changed, or two swapped, makes the one of the other."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    left, right = word[start:], other[start:]
    return (
        left[1:] == right
        or left == right[1:]
        or left[1:] == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )


def _in_parts(written: str, spelling: Spelling) -> tuple[str, ...]:
    """Return the parts of "self-harm", "60mg" or "help!now", each spelt; else the word itself."""
    unit = _UNIT.fullmatch(written)
    if unit:
        return (unit[1], *spelt(unit[2], spelling))
    parts = [part for part in re.split(r"(?:[^\w']|_)+", written) if part.strip("'")]
    if len(parts) > 1:
        return tuple(word for part in parts for word in spelt(part, spelling))
    bare = "".join(char for char in written if char.isalnum())
    return (_REPEATED.sub(r"\1", bare) if len(bare) <= _LONGEST else bare[:_LONGEST],)
