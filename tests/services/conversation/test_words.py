"""Words of staff and patients: what they are taken for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values import Urgency
from services.conversation.core import callers
from services.conversation.core.opting import Opting, opting
from services.conversation.core.staff import Meaning
from services.conversation.core.staff import meaning as core_meaning
from services.conversation.triage import assess
from services.conversation.triage import staff_meaning as meaning


@pytest.mark.parametrize("body", ["STOP", " stop ", "End", "QUIT", "cancel", "optout", "\uff33TOP"])
def test_a_stop_word_counts_as_the_whole_text(body):
    assert opting("", body) is Opting.OUT


@pytest.mark.parametrize("body", ["stop please", "I want this to end", "END IT", "", "help", "stop."])
def test_a_stop_word_within_a_text_does_not(body):
    assert opting("", body) is Opting.NONE


SENTENCES = """
make it stop
I want it to end
I just want it all to stop
please make it end
I can't stop crying
stop the pain please
I want this to end tonight
I quit
I'm going to quit everything
end my life
the end is near for me
I need this to stop now
when does it end
cancel my life
I can't stop shaking
stop it please stop it
it has to end
I will end it
nothing makes it stop
help me stop
que pare ya
quiero que pare
haz que pare
que se acabe
quiero que todo termine
no puedo parar de llorar
no puedo parar
quiero parar todo
que pare el dolor
necesito que pare
ya quiero que termine
quiero cancelar mi vida
cancelar todo
alto a todo esto
no paro de pensar en morir
haga que pare por favor
quiero salir de esto
esto tiene que parar
quiero terminar con todo
detener este dolor
""".strip().splitlines()


@pytest.mark.parametrize("body", SENTENCES)
def test_forty_sentences_with_the_word_in_them_are_ordinary_texts(body):
    assert len(SENTENCES) == 40
    assert opting("", body) is Opting.NONE


@pytest.mark.parametrize("body", ["ALTO", "Parar", " pare ", "cancelar"])
def test_the_spanish_words_stop_too_as_the_whole_text(body):
    assert opting("", body) is Opting.OUT


def test_what_the_carrier_says_counts_too():
    assert opting("STOP", "arret") is Opting.OUT
    assert opting("START", "whatever") is Opting.IN
    assert opting("HELP", "help") is Opting.NONE
    assert opting("", "Yes") is Opting.IN


@pytest.mark.parametrize(
    "text",
    [
        "she took 30 tylenol",
        "He swallowed the whole bottle",
        "client took all her pills",
        "possible overdose at home",
        "patient OD'd in group room",
        "says she will kill herself tonight",
        "I can't stop thinking about suicide",
        "suicidal",
        "i want to die",
        "he wants to end it all",
        "just end it please",
        "mentioned a gun in the house",
        "I don\u2019t want to wake up any more",
        "he is not breathing",
        "dad took 800mg of something",
        "quiero morir hoy",
        "se tom\u00f3 todas las pastillas",
        "va a SUICIDARSE creo",
        "me quiero matar",
        "\U0001f48a\U0001f48a\U0001f48a he has them now",
        "he is going to kill them",
        "she is on the roof, about to jump off the roof",
        "give up, suicide",
    ],
)
def test_a_staff_text_with_a_risk_in_it_is_one(text):
    assert meaning(text) is Meaning.RISK


@pytest.mark.parametrize(
    "text",
    [
        "took 20 minutes to answer, sorry about that",
        "my diet is killing me",
        "can you shoot me a text later",
        "I will jump off the call now",
        "he took his meds this morning",
        "me muero de risa con esto",
        "this is a deadline I can not meet",
    ],
)
def test_other_words_are_a_concern_that_a_person_reads(text):
    assert meaning(text) is Meaning.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks", "On my way!", "got it", "Ok, thank you so much", "I'm on it, calling now",
        "\U0001f44d", "thanks everyone, have a good night", "muchas gracias", "good morning all", "",
    ],
)  # fmt: skip
def test_a_courtesy_is_left_alone(text):
    assert meaning(text) is Meaning.NOTHING


@pytest.mark.parametrize(
    "text", ["1", "2 K7", "k7 1", "4 spoke", "?", "call K7", "STOP", "confirm K7 Kim", "give Kim", "492817"]
)
def test_a_command_is_left_to_paging(text):
    assert meaning(text) is Meaning.NOTHING


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_reading_of_it(text):
    meaning(text)
    opting("", text)


def test_what_counts_as_a_risk_is_triages_to_say():
    assert core_meaning("the weather is nice today", lambda _text: True) is Meaning.RISK
    assert core_meaning("i want to die", lambda _text: False) is Meaning.CONCERN
    assert core_meaning("1 K7", lambda _text: True) is Meaning.NOTHING


def test_every_text_is_as_loud_as_can_be_while_triage_is_broken():
    def broken():
        raise ValueError("no rules here")

    found = assess("what time is group", broken)
    assert (found.urgency, found.risk, found.broken) == (Urgency.IMMINENT, True, True)
    assert assess("what time is group").urgency is Urgency.URGENT
    assert assess("just end it please").risk and not assess("what time is group").risk


def test_callers_who_withhold_their_number_are_told_apart():
    assert callers.withheld("anonymous") and callers.withheld("+266696687") and callers.withheld("")
    assert not callers.withheld("+12025550123")
    assert callers.patient_of_call("CA1") != callers.patient_of_call("CA2")
    assert callers.patient_of_call("CA1") == callers.patient_of_call("CA1")
    assert len(callers.patient_id(b"0123456789")) == 19
