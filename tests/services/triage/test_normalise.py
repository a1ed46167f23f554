"""However a word is texted, the rules read the word that is meant, and know where it stood."""

import pytest

from services.triage.texts.normalise import line_of
from services.triage.texts.rulebook import Rulebook


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I don't want to DIE", "i do not want to die"),
        ("i don\u2019t wanna die", "i do not want to die"),
        ("im gonna kms tmrw", "i am going to kms tomorrow"),
        ("wnna die tonite", "want to die tonight"),
        ("k i l l m y s e l f", "kill myself"),
        ("k.i.l.l me", "kill me"),
        ("q u i e r o m o r i r", "quiero morir"),
        ("i want to diiiiie", "i want to die"),
        ("i toook themm alll", "i took them all"),
        ("su1c1de", "suicide"),
        ("k!ll mys3lf", "kill myself"),
        ("t00k the p1lls", "took the pills"),
        ("cu77ing", "cutting"),
        ("s*icide", "suicide"),
        ("un-alive", "unalive"),
        ("swalowed 60mg tylenoll", "swallowed 60 mg tylenol"),
        ("me tomé 30 pastiyas", "me tome 30 pastillas"),
        ("no aguanto MÁS", "no aguanto mas"),
        ("me kiero morir", "me quiero morir"),
        ("\uff4b\uff49\uff4c\uff4c myself", "kill myself"),
        ("ki\u200bll my\u00adself", "kill myself"),
        ("die. now", "die . now"),
        ("die... now", "die now"),
        ("pills\ntonight", "pills . tonight"),
        ("💊💊💊 bye", "💊 bye"),
        ("10,000mg", "10000 mg"),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_word_is_read_as_it_is_meant(written: str, read: str, rules: Rulebook) -> None:
    assert " ".join(line_of(written, rules.spelling).words) == read


@pytest.mark.parametrize(
    "word", ["good", "skill", "therapist", "class", "hello", "perro", "calle", "overdone"]
)
def test_an_ordinary_word_stays_itself(word: str, rules: Rulebook) -> None:
    assert line_of(word, rules.spelling).words == (word,)


def test_every_word_knows_where_it_stood(rules: Rulebook) -> None:
    text = "ok… I was k!ll 💊 mañana"

    line = line_of(text, rules.spelling)

    assert [text[start:end] for start, end in line.spans] == ["ok", "I", "was", "k!ll", "💊", "mañana"]


def test_words_that_were_one_share_its_place(rules: Rulebook) -> None:
    line = line_of("i wanna", rules.spelling)

    assert line.words == ("i", "want", "to")
    assert line.spans == ((0, 1), (2, 7), (2, 7))
