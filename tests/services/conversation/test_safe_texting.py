"""What goes to a phone that somebody else may read, and in the hours when texts that are not urgent wait."""

from datetime import timedelta

import pytest

from contracts.conversations import Purpose
from contracts.privacy import Texting
from services.conversation.core import staff_texts
from services.conversation.core.opting import Opting
from tests.services.conversation.talk import LANGUAGES, Talk

EN = LANGUAGES.of("en")


def marked(texting: Texting = Texting.FREE, *, quiet: bool = False) -> dict[str, object]:
    return {"texting": texting, "is_quiet": quiet}


def a_night(more: dict[str, object], opting: Opting = Opting.NONE) -> Talk:
    """03:10 words of risk, nobody for 20 minutes; ana takes it and writes, ben closes; DELETE; survey."""
    talk = Talk().with_times(survey=timedelta(minutes=10), most_automatic=50)
    talk.more = more
    talk.text("i want to die", opting=opting, risk=True)
    talk.escalation(None, nobody=True)
    talk.until(minutes=20)
    talk.escalation("ana")
    talk.says("ana", "hi, this is ana")
    talk.until(minutes=60)
    talk.escalation("ben")
    talk.until(minutes=62)
    talk.text("DELETE")
    talk.says("ben", "hello")
    talk.until(minutes=64)
    talk.closed()
    talk.until(minutes=120)
    return talk


def automatic(talk: Talk) -> set[str]:
    return {
        e.purpose.value
        for e in talk.events
        if e.type == "answer_waiting" and e.responder is None and e.purpose is not Purpose.WORDS
    }


def test_without_a_mark_the_patient_is_told_everything_there_is_to_tell() -> None:
    assert automatic(a_night(marked())) == {
        "first", "waiting", "nobody", "check_in", "news", "rights", "survey"
    }  # fmt: skip


def test_in_quiet_hours_only_what_is_not_urgent_stays_out() -> None:
    assert automatic(a_night(marked(quiet=True))) == {
        "first", "waiting", "nobody", "check_in", "news", "rights"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "opting", "told"),
    [
        (marked(Texting.CALL), Opting.NONE, staff_texts.not_safe("K7")),
        (marked(), Opting.OUT, staff_texts.opted_out("K7")),
    ],
)
def test_who_is_not_to_be_texted_gets_nothing_and_staff_are_told_to_call(
    more: dict[str, object], opting: Opting, told: str
) -> None:
    talk = a_night(more, opting)

    assert talk.got("patient") == [] and automatic(talk) == set()
    assert told in talk.got("ana") and told in talk.got("ben") and "CALL K7" in told


def test_in_neutral_words_nothing_tells_a_stranger_anything() -> None:
    talk = a_night(marked(Texting.NEUTRAL))

    words = {"hi, this is ana", "hello"}
    assert set(talk.got("patient")) - words <= {EN.neutral}
    assert "survey" not in automatic(talk)


def test_quiet_hours_that_begin_before_the_survey_hold_it_back_too() -> None:
    talk = Talk().with_times(survey=timedelta(minutes=10))
    talk.text("hello")
    talk.escalation("ana")
    talk.says("ana", "hi there")
    talk.until(minutes=5)
    talk.closed()
    talk.more = marked(quiet=True)
    talk.until(minutes=60)

    assert EN.survey not in talk.got("patient")


@pytest.mark.parametrize(
    ("texting", "sent", "told"),
    [
        (Texting.CALL, [], True),
        # In neutral hours a person's words are theirs to choose: they were told so when they took it.
        (Texting.NEUTRAL, ["are you safe?"], False),
    ],
)
def test_what_waits_is_not_sent_into_hours_that_are_not_safe(
    texting: Texting, sent: list[str], told: bool
) -> None:
    """16:59 written, 17:00 somebody else may have the phone: who wrote it is told to call."""
    talk = Talk()
    talk.text("hello")
    talk.escalation("ana")
    talk.until(minutes=1)
    talk.got("patient")
    talk.says("ana", "are you safe?")
    talk.more = marked(texting)
    talk.until(minutes=14)

    why = "VIGIL K7: not sent, texts to them are marked as not safe. CALL K7 connects you."
    assert talk.got("patient") == sent
    assert (why in talk.got("ana")) is told


def test_an_automatic_text_that_waits_is_not_sent_into_neutral_hours() -> None:
    talk = Talk()
    talk.text("hello")
    talk.more = marked(Texting.NEUTRAL)
    talk.until(minutes=2)

    assert talk.got("patient") in ([], [EN.neutral])
