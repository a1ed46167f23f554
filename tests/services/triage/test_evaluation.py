"""The rules beat plain lists of keywords on texts that were not looked at while they were written."""

import hashlib

import pytest

from contracts.values import Urgency
from services.triage.texts.evaluation.figures import Figures, measure
from services.triage.texts.evaluation.labelled import LabelError, parse
from services.triage.texts.rulebook import Rulebook
from services.triage.texts.values import RiskClass
from tests.services.triage.conftest import DATA, texts

HELD_OUT = {
    "unseen.csv": "1756dd9361bd3d61152a54dfdae672374ea0a962448d61f26b8d7ea475b09e00",
    "fresh.csv": "1b71c3a56169b4aad5d130c83852d8b326cd13e9122d7cd70dc894a5921200af",
}
LEAST = {"unseen.csv": (0.95, 0.02), "fresh.csv": (0.78, 0.03)}
"""File -> (recall, false alarm rate), as measured; a later rule may not fall behind."""


@pytest.mark.parametrize("name", HELD_OUT)
def test_held_out_texts_are_as_they_were_written(name: str) -> None:
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == HELD_OUT[name]


def test_the_halves_share_no_text_and_were_divided_by_hash() -> None:
    seen, unseen = ({each.text for each in texts(name)} for name in ("seen.csv", "unseen.csv"))

    assert len(seen) + len(unseen) >= 600
    assert not seen & unseen
    assert all(hashlib.sha256(text.encode()).digest()[0] % 2 == 0 for text in seen)
    assert all(hashlib.sha256(text.encode()).digest()[0] % 2 == 1 for text in unseen)


@pytest.mark.parametrize("name", HELD_OUT)
def test_the_rules_find_more_and_alarm_less_than_any_list_of_keywords(name: str, rules: Rulebook) -> None:
    figures = measure(texts(name), rules)
    recall, false_alarms = LEAST[name]

    assert figures.imminent.recall >= recall
    assert figures.imminent.false_alarm_rate <= false_alarms
    for baseline in figures.baselines.values():
        assert figures.imminent.recall > baseline.recall
        assert figures.imminent.false_alarm_rate < baseline.false_alarm_rate


def measured(content: str, rules: Rulebook) -> Figures:
    return measure(parse(content, "a.csv"), rules)


def test_figures_count_what_was_found_missed_and_false(rules: Rulebook) -> None:
    figures = measured(
        "text,label,classes\n"
        "took 30 tylenol,imminent,ingestion\n"
        "the weather will be kind to me soon,imminent,plan\n"
        "i have a gun,urgent,\n"
        "hello,urgent,\n",
        rules,
    )

    assert (figures.imminent.found, figures.imminent.missed) == (1, 1)
    assert (figures.imminent.false_alarms, figures.imminent.quiet) == (1, 1)
    assert (figures.imminent.recall, figures.imminent.precision) == (0.5, 0.5)
    assert figures.imminent.false_alarm_rate == 0.5
    assert [each.labelled.text for each in figures.missed] == ["the weather will be kind to me soon"]
    assert [each.labelled.text for each in figures.false_alarms] == ["i have a gun"]
    assert figures.classes[RiskClass.INGESTION].found == 1
    assert figures.confusion == {("plan", "nothing else"): 1, ("no class", "means"): 1}


def test_classes_may_be_left_out(rules: Rulebook) -> None:
    figures = measured("text,label\nhello,urgent\n", rules)

    assert not figures.classes
    assert parse("text,label\nhello,urgent\n", "a.csv")[0].label is Urgency.URGENT


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("word,label\nhi,urgent\n", "a.csv:1: has no column 'text'"),
        ("text,label\nhi,loud\n", "a.csv:2: label 'loud' is none of imminent, urgent"),
        ("text,label\nhi\n", "a.csv:2: has fewer fields"),
        ("text,label,classes\nhi,urgent,danger\n", "a.csv:2: no class danger"),
        ("text,label\n", "a.csv: holds no text"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(content: str, told: str) -> None:
    with pytest.raises(LabelError) as error:
        parse(content, "a.csv")

    assert told in str(error.value)
