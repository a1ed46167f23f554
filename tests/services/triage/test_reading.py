"""What a clinician would say of a text, the reading says: how loud, and by which words."""

import pytest

from contracts.values import Urgency
from services.triage.texts import reading
from services.triage.texts.rulebook import Rulebook
from services.triage.texts.values import RiskClass


def urgency(text: str, rules: Rulebook) -> Urgency:
    return reading.read(text, rules).urgency


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "what time is group",
        "👍",
        "my feet are killing me",
        "i wish i was dead",
        "i relapsed",
        "stop",
    ],
)
def test_any_text_at_all_is_at_least_urgent(text: str, rules: Rulebook) -> None:
    assert urgency(text, rules) is Urgency.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to die",
        "not suicidal just sad",
        "no intention of killing myself",
        "I would never kill myself",
        "no quiero morir",
        "nunca me suicidaria",
        "no me voy a matar",
    ],
)
def test_what_is_denied_does_not_raise(text: str, rules: Rulebook) -> None:
    assert urgency(text, rules) is Urgency.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to be alive",
        "no longer want to live",
        "cant promise i wont kill myself",
        "ya no quiero vivir",
        "im not okay i want to die",
        "no, i want to die",
        "no, me quiero matar",
        "i cant stop thinking about killing myself",
        "im not gonna lie i want to die",
        "why shouldnt i kill myself",
        "i dont know if i can keep from killing myself",
        "i didnt sleep. i want to die",
        "my job is killing me and i want to kill myself",
        "i used to be happy but now i want to die",
    ],
)
def test_a_denial_of_something_else_denies_nothing(text: str, rules: Rulebook) -> None:
    assert urgency(text, rules) is Urgency.IMMINENT


def test_not_wanting_to_wake_up_is_passive_ideation_and_raises_only_with_a_time(rules: Rulebook) -> None:
    alone = reading.read("i dont want to wake up", rules)
    tonight = reading.read("i dont want to wake up tomorrow", rules)

    assert alone.classes == (RiskClass.PASSIVE_IDEATION,)
    assert alone.urgency is Urgency.URGENT
    assert tonight.classes == (RiskClass.TIME, RiskClass.PASSIVE_IDEATION)
    assert tonight.urgency is Urgency.IMMINENT


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("took 30 tylenol", RiskClass.INGESTION),
        ("im going to hang myself", RiskClass.PLAN),
        ("i have a gun", RiskClass.MEANS),
        ("i want to kill myself", RiskClass.IDEATION),
        ("whats the point of living", RiskClass.PASSIVE_IDEATION),
        ("i feel like cutting", RiskClass.SELF_HARM),
        ("my lips are blue", RiskClass.RELAPSE_OR_OVERDOSE_RISK),
        ("hes not breathing", RiskClass.OTHER_IN_DANGER),
        ("im going to kill him", RiskClass.HARM_TO_OTHERS),
        ("hes beating me right now", RiskClass.ABUSE),
        ("😭😭", RiskClass.SILENT_DISTRESS),
        ("what time is group", RiskClass.ADMINISTRATIVE),
    ],
)
def test_each_class_is_read(text: str, risk: RiskClass, rules: Rulebook) -> None:
    assert risk in reading.read(text, rules).classes


def test_a_third_persons_thoughts_are_urgent_and_their_danger_imminent(rules: Rulebook) -> None:
    assert urgency("my friend wants to kill herself", rules) is Urgency.URGENT
    assert urgency("my friend took 30 pills and wont wake up", rules) is Urgency.IMMINENT


def test_an_administrative_word_never_quiets_a_risk(rules: Rulebook) -> None:
    read = reading.read("what time is group, i want to kill myself", rules)

    assert read.urgency is Urgency.IMMINENT
    assert RiskClass.ADMINISTRATIVE in read.classes


def test_a_hit_shows_the_patients_own_words(rules: Rulebook) -> None:
    text = "hi. I wnna d!e, Tonite 💊"

    hits = {hit.rule: hit for hit in reading.read(text, rules).hits}
    hit = hits["en.ideation.want-to-die"]

    assert hit.words == "wnna d!e"
    assert text[hit.start : hit.end] == "wnna d!e"
    assert hits["en.time.near"].words == "wnna d!e … Tonite"
