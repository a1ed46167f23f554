"""Rows 1 to 7 of the clinical table: what a patient texts, presses or answers, and who is paged then."""

import json

import pytest

from contracts.signals import Signal
from services.gateway.core import cloud_events
from tests.clinical.hands import (
    NIGHT,
    Reports,
    contact_by,
    escalated,
    loud,
    paged,
    policy,
    reported,
    texted,
    wall,
)
from tests.services.conversation.talk import Talk

ALERT = ("patient_alert", "imminent")
SCREEN = ("screen_positive", "imminent")
FROM_THE_FIRST = ["02:14 ana sms+voice", "02:17 ben sms+voice", "02:20 cal sms+voice", "02:23 dee sms+voice"]
WITH_SUPERVISOR = ["02:14 ana sms+voice", "02:14 cal sms+voice", "02:17 ben sms+voice", "02:20 dee sms+voice"]
NO_TO_ALL = dict.fromkeys(("1", "2", "3", "4", "5", "6"), "no")


def button(at: str = NIGHT, **data: object) -> Signal:
    """The patient presses the button of the programme's app, which reports it as a CloudEvent."""
    event = {
        "specversion": "1.0",
        "id": "press-1",
        "source": "app",
        "type": "vigil.signal.patient_alert",
        "subject": "p1",
        "data": data,
    }
    told = cloud_events.structured(json.dumps(event).encode())
    return Signal(
        id=told.signal_id,
        kind=told.kind,
        urgency=told.urgency,
        patient="p1",
        occurred_at=wall(at),
        received_at=wall(at),
        source=told.source,
        tags=told.tags,
    )


# -- row 1


@pytest.mark.parametrize("words", ["I just took 30 pills", "I took them all", "me tomé todas las pastillas"])
def test_row_01_positive_taken_pages_on_call_and_supervisor_at_once(words: str) -> None:
    signal = texted(words)
    rehearsal = escalated(signal, minutes=8.9)

    assert loud(signal) == ALERT
    assert policy(rehearsal) == "imminent_medical"
    assert paged(rehearsal) == WITH_SUPERVISOR


def test_row_01_positive_taken_within_three_minutes_the_patient_is_reached_within_ten() -> None:
    """02:14 the text; 02:17 Ana takes it, so contact is due by 02:24; nobody else is paged."""
    rehearsal = escalated(texted("I just took 30 pills"), minutes=3, takes={"ana": 2.99})

    assert rehearsal.holder == "ana"
    assert contact_by(rehearsal) <= "02:24"
    assert paged(rehearsal) == ["02:14 ana sms+voice", "02:14 cal sms+voice"]


def test_row_01_positive_the_answer_goes_out_in_the_same_second_and_names_911_and_988() -> None:
    talk = Talk()
    talk.text("I just took 30 pills", risk=True)
    talk.until(seconds=1)

    (answer,) = talk.got("patient")
    assert "911" in answer and "988" in answer


@pytest.mark.parametrize(
    "words", ["took 2 tylenol for my headache", "should I take 2 tylenol or 3?", "OD'd on pizza lol"]
)
def test_row_01_negative_an_ordinary_dose_is_a_text_like_any_other(words: str) -> None:
    signal = texted(words)

    assert loud(signal) == ("patient_alert", "urgent")
    assert policy(escalated(signal)) == "crisis_line"


@pytest.mark.parametrize("words", ["too late, I already did it", "took 30 tylenol", "l took them a11"])
def test_row_01_borderline_what_may_be_an_ingestion_counts_as_one(words: str) -> None:
    assert policy(escalated(texted(words))) == "imminent_medical"


# -- row 2


def test_row_02_positive_the_button_pages_on_call_by_text_and_call_until_somebody_has_it() -> None:
    rehearsal = escalated(button(urgency="imminent"), minutes=11.9)

    assert policy(rehearsal) == "imminent"
    assert paged(rehearsal) == FROM_THE_FIRST


def test_row_02_positive_taken_at_once_contact_is_due_within_15_minutes() -> None:
    rehearsal = escalated(button(urgency="imminent"), minutes=2, takes={"ana": 0})

    assert paged(rehearsal) == ["02:14 ana sms+voice"]
    assert contact_by(rehearsal) == "02:29"


def test_row_02_negative_a_call_for_help_in_words_is_read_within_minutes() -> None:
    """Nobody is called out of bed as for the button, and nobody waits long either."""
    rehearsal = escalated(texted("I need help now"), minutes=2.5)

    assert paged(rehearsal) == ["02:14 ana sms, voice 02:16"]


@pytest.mark.parametrize("data", [{}, {"urgency": "asap"}, {"urgency": None}])
def test_row_02_borderline_a_press_that_does_not_say_how_urgent_is_imminent(data: dict[str, object]) -> None:
    assert loud(button(**data)) == ALERT


# -- row 3


@pytest.mark.parametrize("yes", [{"2", "4"}, {"2", "5"}, {"6", "6b"}])
def test_row_03_positive_intent_plan_or_recent_behaviour_pages_at_once(yes: set[str]) -> None:
    signal = reported("c-ssrs", NO_TO_ALL | dict.fromkeys(yes, "yes"), at=NIGHT)

    assert loud(signal) == SCREEN
    assert paged(escalated(signal, minutes=11.9)) == FROM_THE_FIRST
    assert contact_by(escalated(signal, minutes=2, takes={"ana": 0})) == "02:29"


def test_row_03_negative_no_to_every_question_is_no_signal() -> None:
    assert reported("c-ssrs", NO_TO_ALL) is None


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({"2": "yes", "3": "yes"}, "urgent"),
        ({"6": "yes", "6b": "no"}, "urgent"),
        ({"6": "yes"}, "imminent"),
        ({"2": "yes", "4": "prefers not to say"}, "imminent"),
    ],
)
def test_row_03_borderline_a_method_is_moderate_and_what_nobody_knows_is_high(
    answers: dict[str, str], urgency: str
) -> None:
    assert loud(reported("c-ssrs", NO_TO_ALL | answers)) == ("screen_positive", urgency)


# -- row 4

ASQ_NO = dict.fromkeys("1234", "no")


def test_row_04_positive_thoughts_right_now_page_at_once() -> None:
    signal = reported("asq", ASQ_NO | {"3": "yes", "5": "yes"}, at=NIGHT)

    assert loud(signal) == SCREEN
    assert paged(escalated(signal, minutes=11.9)) == FROM_THE_FIRST
    assert contact_by(escalated(signal, minutes=2, takes={"ana": 0})) == "02:29"


def test_row_04_negative_four_times_no_is_no_signal() -> None:
    assert reported("asq", ASQ_NO) is None


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({"3": "yes", "5": "no"}, "urgent"),
        ({"3": "yes"}, "imminent"),
        ({"3": "yes", "5": "refused"}, "imminent"),
        ({"1": "refused", "5": "no"}, "urgent"),
    ],
)
def test_row_04_borderline_a_fifth_question_without_an_answer_is_acute(
    answers: dict[str, str], urgency: str
) -> None:
    assert loud(reported("asq", ASQ_NO | answers)) == ("screen_positive", urgency)


# -- row 5


@pytest.mark.parametrize(
    "words",
    [
        "I have the rope ready and tonight is the night",
        "gun is loaded, doing it in an hour",
        "tengo la pistola cargada, esta noche lo hago",
    ],
)
def test_row_05_positive_plan_means_and_a_near_time(words: str) -> None:
    signal = texted(words)

    assert loud(signal) == ALERT
    assert policy(escalated(signal)) == "imminent_plan"
    assert paged(escalated(signal, minutes=11.9)) == FROM_THE_FIRST
    assert contact_by(escalated(signal, minutes=4, takes={"ana": 2.99})) <= "02:24"


@pytest.mark.parametrize(
    "words", ["pick up my ibuprofen tonight", "see you at the bridge street office at 5"]
)
def test_row_05_negative_means_and_a_time_in_innocent_use(words: str) -> None:
    assert loud(texted(words)) == ("patient_alert", "urgent")


@pytest.mark.parametrize(
    ("words", "by"),
    [("I have a plan", "imminent"), ("I have a gun and plan to kill myself", "imminent")],
)
def test_row_05_borderline_without_a_time_it_is_imminent_all_the_same(words: str, by: str) -> None:
    rehearsal = escalated(texted(words), minutes=2, takes={"ana": 0})

    assert policy(rehearsal) == by
    assert contact_by(rehearsal) == "02:29"


# -- row 6


@pytest.mark.parametrize("words", ["I'm going to kill my ex tonight", "I will hurt my wife"])
def test_row_06_positive_a_threat_pages_on_call_and_supervisor(words: str) -> None:
    """Nobody else is told: police and the person threatened only by somebody's decision."""
    signal = texted(words)

    assert loud(signal) == ALERT
    assert policy(escalated(signal)) == "harm_to_others"
    assert paged(escalated(signal, minutes=8.9)) == WITH_SUPERVISOR
    assert contact_by(escalated(signal, minutes=4, takes={"cal": 2.99})) <= "02:29"


@pytest.mark.parametrize("words", ["my job is killing me", "I could kill for a coffee", "I'm angry at him"])
def test_row_06_negative_a_turn_of_phrase_is_a_text_like_any_other(words: str) -> None:
    assert policy(escalated(texted(words))) == "crisis_line"


@pytest.mark.parametrize("words", ["I want to hurt my roommate", "I hate my neighbor"])
def test_row_06_borderline_a_wish_is_urgent_and_said_to_whoever_reads(words: str) -> None:
    signal = texted(words)

    assert "harm_to_others" in signal.tags
    assert paged(escalated(signal, minutes=2.9)) == ["02:14 ana sms, voice 02:16"]


# -- row 7


@pytest.mark.parametrize("words", ["I wish I wouldn't wake up", "", "...", "😭", "hello?"])
def test_row_07_positive_any_text_is_read_by_a_person_within_minutes(words: str) -> None:
    """Read within 5, contact within 30: 3 minutes a person, and 15 from when somebody takes it."""
    signal = texted(words)

    assert loud(signal) == ("patient_alert", "urgent")
    assert paged(escalated(signal, minutes=11.9)) == [
        "02:14 ana sms, voice 02:16",
        "02:17 ben sms, voice 02:19",
        "02:20 cal sms, voice 02:22",
        "02:23 dee sms, voice 02:25",
    ]
    taken = escalated(signal, minutes=5, takes={"ana": 1})
    assert paged(taken) == ["02:14 ana sms"]
    assert contact_by(taken) == "02:30"


def test_row_07_negative_a_text_while_somebody_holds_it_pages_nobody_and_goes_to_them() -> None:
    talk = Talk()
    talk.text("are you there")
    talk.escalation("ana")
    talk.until(minutes=1)
    talk.got("ana")
    talk.text("still here")
    talk.until(minutes=2)

    assert talk.got("ana") == ["K7: still here"]
    assert talk.owed == [], "no signal beside it"


@pytest.mark.parametrize(
    "words", ["not suicidal, just sad", "I don't want to die", "what time is group?", "👍"]
)
def test_row_07_borderline_what_sounds_safe_is_read_as_soon_as_any_other(words: str) -> None:
    assert paged(escalated(texted(words), minutes=2.9)) == ["02:14 ana sms, voice 02:16"]


def test_row_07_borderline_two_risks_in_one_night_are_one_run_and_the_louder_counts() -> None:
    """02:14 a sad text; 02:16 the pills. Whoever had the first hears the second at once, and so does Cal."""
    later = texted("I just took 30 pills", at="2026-11-24 02:16", number=2)
    rehearsal = escalated([texted("hello?"), later], minutes=2.5, takes={"ana": 1})

    assert paged(rehearsal) == ["02:14 ana sms", "02:16 ana sms+voice", "02:16 cal sms+voice"]


def test_row_03_positive_item_9_beside_a_plan_is_imminent_whichever_comes_first() -> None:
    """10:00 PHQ-9 with item 9; 16:00 intent on the C-SSRS; and the other way round."""
    sad = {str(item): 2 for item in range(1, 9)} | {"9": 1}
    one, other = Reports(), Reports()

    assert loud(one.hear("phq-9", sad)) == ("screen_positive", "urgent")
    later = one.hear("c-ssrs", NO_TO_ALL | {"2": "yes", "4": "yes"}, at="2026-11-24 16:00")
    assert loud(later) == SCREEN
    other.hear("asq", ASQ_NO | {"3": "yes", "5": "yes"})
    assert loud(other.hear("phq-9", sad, at="2026-11-24 16:00")) == SCREEN
