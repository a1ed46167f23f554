"""A keyword opts out only as the whole text; inside a sentence it is an ordinary text of the crisis line."""

import csv

import pytest

from services.conversation.core.opting import Opting, opting
from services.triage.texts.carrier_words import asks_to_stop, opt_out
from tests.services.triage.conftest import DATA

with (DATA / "carrier_sentences.csv").open(encoding="utf-8", newline="") as file:
    SENTENCES = [row["text"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "word", "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT ALTO PARAR BAJA".split()
)
@pytest.mark.parametrize("shape", ["{}", "{}.", "  {}!! ", "\u00a1{}!", "{} \U0001f64f", "\u200b{}\n"])
def test_a_keyword_as_the_whole_text_opts_out(word: str, shape: str) -> None:
    for written in (word, word.lower(), word.capitalize()):
        assert opt_out(shape.format(written))
        assert asks_to_stop(shape.format(written))


@pytest.mark.parametrize("text", SENTENCES)
def test_a_keyword_inside_a_sentence_does_not(text: str) -> None:
    assert not opt_out(text)
    assert not asks_to_stop(text)


def test_there_are_forty_such_sentences_in_both_languages() -> None:
    assert len(SENTENCES) >= 40


@pytest.mark.parametrize(
    "word", ["stop", "StopAll", " END ", "quit", "cancel", "OPTOUT", "revoke", "unsubscribe"]
)
def test_whatever_the_carrier_takes_for_an_opt_out_is_one_here(word: str) -> None:
    assert opting("", word) is Opting.OUT
    assert opt_out(word)


@pytest.mark.parametrize(
    "word", ["para", "PARE", "basta", "fin", "salir", "no", "stop it", "the end", "i quit"]
)
def test_a_word_that_may_be_a_cry_is_no_keyword(word: str) -> None:
    assert not opt_out(word)


@pytest.mark.parametrize(
    "text",
    [
        "stop texting me",
        "Stop texting me!!",
        "hi, can you stop texting me so much",
        "pls dont text me anymore",
        "don't contact me again",
        "no more texts please",
        "take me off your list",
        "i dont want these messages",
        "stop with the reminders",
        "i want to opt out",
        "dejen de escribirme",
        "por favor no me escriban más",
        "ya no quiero recibir mensajes",
        "quítenme de la lista",
    ],
)
def test_a_plain_wish_not_to_be_texted_is_heard_but_opts_nobody_out(text: str) -> None:
    assert asks_to_stop(text)
    assert not opt_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "my ex wont stop texting me",
        "how do i get him to stop calling me",
        "please dont call the cops",
        "dont send anyone",
        "please call me",
        "no me dejen sola",
    ],
)
def test_what_is_said_of_others_is_no_wish_about_our_texts(text: str) -> None:
    assert not asks_to_stop(text)
