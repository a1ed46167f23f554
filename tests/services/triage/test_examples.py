"""Every example that a rule or an exception gives of itself is true."""

from dataclasses import replace

import pytest

from services.triage.texts import reading, rule_files
from services.triage.texts.matching import finds
from services.triage.texts.normalise import line_of
from services.triage.texts.rulebook import Exemption, Rule, Rulebook

RULES = rule_files.shipped()


def named(example: tuple[Rule | Exemption, str]) -> str:
    return f"{example[0].id} {example[1]!r}"


@pytest.mark.parametrize("example", [(r, text) for r in RULES.rules for text in r.matches], ids=named)
def test_a_rule_fits_the_texts_it_says_it_fits(example: tuple[Rule, str], rules: Rulebook) -> None:
    rule, text = example

    hits = [hit.rule for hit in reading.read(text, rules).hits]

    assert rule.id in hits


@pytest.mark.parametrize("example", [(r, text) for r in RULES.rules for text in r.rejects], ids=named)
def test_a_rule_leaves_the_texts_it_says_it_leaves(example: tuple[Rule, str], rules: Rulebook) -> None:
    rule, text = example

    hits = [hit.rule for hit in reading.read(text, rules).hits]

    assert rule.id not in hits


@pytest.mark.parametrize("example", [(e, text) for e in RULES.exemptions for text in e.matches], ids=named)
def test_an_exception_covers_its_turns_of_phrase(example: tuple[Exemption, str], rules: Rulebook) -> None:
    exemption, text = example

    assert covers(exemption, text, rules)


@pytest.mark.parametrize("example", [(e, text) for e in RULES.exemptions for text in e.rejects], ids=named)
def test_an_exception_changes_nothing_about_a_real_risk(
    example: tuple[Exemption, str], rules: Rulebook
) -> None:
    exemption, text = example
    others = tuple(each for each in rules.exemptions if each is not exemption)

    assert reading.read(text, rules) == reading.read(text, replace(rules, exemptions=others))


def covers(exemption: Exemption, text: str, rules: Rulebook) -> bool:
    words = line_of(text, rules.spelling).words
    positions: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        positions.setdefault(word, []).append(place)
    return any(next(finds(each, words, positions), None) for each in exemption.patterns)
