"""The pattern language means what its description says."""

import pytest

from services.triage.texts.matching import Find, finds
from services.triage.texts.pattern import Compiler, PatternError

LISTS = {
    "pills": ("pills", "sleeping pills", "xanax"),
    "took": ("took", "swallowed ~2 down"),
    "loop": ("<loop>",),
}


def found(source: str, line: str) -> list[str]:
    words = line.split()
    positions: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        positions.setdefault(word, []).append(place)
    every: list[Find] = list(finds(Compiler(LISTS).pattern(source), words, positions))
    return [" ".join(words[find.start : find.end]) for find in every]


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("pills", "my pills", ["pills"]),
        ("pill*", "pill pills pillow", ["pill", "pills", "pillow"]),
        ("gun|rope", "a rope", ["rope"]),
        ("right_now|tonight", "right now", ["right now"]),
        ("<took> <pills>", "swallowed it all down sleeping pills", ["swallowed it all down sleeping pills"]),
        ("to? die", "die to die", ["die", "to die", "die"]),
        ("took ~2 pills", "took all the pills", ["took all the pills"]),
        ("took ~1 pills", "took all the pills", []),
        ("took ~4 pills", "took it . pills", []),
        ("took .? pills", "took . pills", ["took . pills"]),
        ("used to ~~4", "used to be happy but now i die", ["used to be happy"]),
        ("die !of|laughing", "die of", []),
        ("die !of|laughing", "die tonight", ["die"]),
        ("# pills", "thirty pills", ["thirty pills"]),
        ("#5+ pills", "4 pills", []),
        ("#5+ pills", "12 pills", ["12 pills"]),
        ("#5+ pills", f"{'9' * 5000} pills", [f"{'9' * 5000} pills"]),
        ("^ die", "i die . die", ["die"]),
        ("die $", "die now . die", ["die"]),
        ("die now|$", "die now . die", ["die now", "die"]),
        ("^^ help $$", "help", ["help"]),
        ("^^ help $$", "help me", []),
        ("@sign tonight", "💊 tonight", ["💊 tonight"]),
    ],
)
def test_a_pattern_finds(source: str, line: str, expected: list[str]) -> None:
    assert found(source, line) == expected


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "is empty"),
        ("took <pils>", "<pils>: no such list"),
        ("<loop>", "contains itself"),
        ("took ~ pills", "a gap is ~ and a number from 1 to 12"),
        ("took ~99 pills", "a gap is ~ and a number from 1 to 12"),
        ("#five pills", "a number is # or"),
        ("a||b", "single bars"),
        ("don't", "is no word"),
    ],
)
def test_a_pattern_that_is_none_is_told(source: str, why: str) -> None:
    with pytest.raises(PatternError, match=why.replace("|", r"\|")):
        Compiler(LISTS).pattern(source)
