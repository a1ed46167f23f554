"""A patient and a clinician talk, as timetables: relaying, keys, who holds it, and what fails."""

from datetime import timedelta

import pytest

from contracts.conversations import (
    Alarm,
    ConversationEnded,
    Muted,
    PatientSilent,
    Purpose,
    SignalOwed,
    SurveyAnswered,
)
from contracts.escalations import EscalationStatus
from contracts.values import Urgency
from services.conversation.core import asked_texts, emergency_texts, holding, staff_texts
from services.conversation.core.opting import Opting
from services.conversation.core.state import SAID_KEPT, Conversation, due
from tests.services.conversation.talk import LANGUAGES, START, Talk

EN = LANGUAGES.of("en")


@pytest.fixture
def talk():
    return Talk()


@pytest.fixture
def held(talk):
    """The patient wrote at 08:10; ana took it at 08:11 and was told what they wrote."""
    talk.text("I can't do this")
    talk.escalation()
    talk.until(minutes=1)
    talk.escalation("ana")
    talk.until(minutes=1, seconds=5)
    talk.sent.clear()
    return talk


def test_nothing_is_relayed_before_somebody_takes_it_and_then_all_of_it_is(talk):
    talk.text("first")
    talk.escalation()
    talk.until(minutes=2).text("second")
    talk.until(minutes=2, seconds=30)
    assert {to for to, _ in talk.sent} == {"patient"}

    talk.escalation("ana")
    talk.until(minutes=2, seconds=31)
    how_to, relay = talk.got("ana")
    assert how_to.startswith("VIGIL K7: your words go to them.")
    assert relay == "K7: first\nsecond"


def test_words_go_to_the_patient_as_they_are_and_texts_come_back_with_the_code(held):
    held.says("ana", "K7 How are you now?")
    held.until(minutes=2)
    assert held.got("patient") == ["How are you now?"]

    held.text("a bit better")
    held.until(minutes=2, seconds=2)
    assert held.got("ana") == ["K7: a bit better"]


def test_thirty_texts_in_ten_seconds_are_a_few_relays_with_every_word_in_order(held):
    for number in range(30):
        held.until(minutes=2, seconds=number / 3)
        held.text(f"word{number}")
    held.until(minutes=3)
    relays = held.got("ana")
    assert len(relays) <= 6
    assert " ".join(relays).replace("K7: ", "").split() == [f"word{n}" for n in range(30)]


def test_texts_that_overtook_one_another_are_relayed_in_the_order_of_the_carriers_webhooks(held):
    held.text("two", evidence=902)
    held.text("one", evidence=901)
    held.until(minutes=2)
    assert held.got("ana") == ["K7: one\ntwo"]


def test_a_text_that_comes_after_a_later_one_was_relayed_is_relayed_too(held):
    """A copy died with it in hand: it is heard again two seconds later, when others were relayed."""
    held.text("second", evidence=22)
    held.until(minutes=1, seconds=6.5)
    held.text("first", evidence=21)
    held.until(minutes=2)
    assert held.got("ana") == ["K7: second", "K7: first"]
    assert not any(said.carried for said in held.state.said)


def test_a_text_that_comes_while_a_later_one_is_on_its_way_is_owed_until_it_is_brought(held):
    held.text("second", evidence=22)
    held.until(minutes=1, seconds=7, carrier=False)
    (relay,) = [one for one in held.state.outbox if one.to == "ana" and one.under_way]
    held.text("first", evidence=21)
    held.take(relay)
    assert [said.carried for said in held.state.said if said.evidence == 21] == [True]
    held.closed()
    assert [one.evidence for one in held.state.owed] == [21]


def test_a_repeated_text_is_relayed_once(held):
    held.text("again", sid="SMx")
    held.text("again", sid="SMx")
    held.until(minutes=2)
    assert held.got("ana") == ["K7: again"]


def test_parts_of_a_long_text_are_joined(held):
    held.text("x" * 152)
    held.until(minutes=1, seconds=7)
    held.text("and the end")
    held.until(minutes=2)
    assert held.got("ana") == [f"K7: {'x' * 152} and the end"]


def test_a_very_long_wait_of_words_comes_in_pieces_the_carrier_takes(held):
    for _ in range(4):
        held.text("y" * 700)
    held.until(minutes=3)
    relays = held.got("ana")
    assert len(relays) == 2 and all(len(text) <= 1600 for text in relays)


def test_the_longest_text_there_is_comes_whole_in_two_pieces(held):
    words = f"{'one two three ' * 200}"[:1583] + "the end is here!!"
    assert len(words) == 1600
    held.text(words)
    held.until(minutes=2)
    relays = held.got("ana")
    assert len(relays) == 2 and all(text.startswith("K7: ") and len(text) <= 1600 for text in relays)
    assert " ".join(text.removeprefix("K7: ") for text in relays) == words
    assert not held.state.said[-1].carried


def test_the_longest_text_is_owed_until_its_last_piece_is_brought(held):
    held.text("x" * 1600)
    held.until(seconds=70, carrier=False)
    *_, first, _last = [one for one in held.state.outbox if one.purpose is Purpose.RELAY]
    held.take(first)
    assert held.state.said[-1].carried
    held.closed()
    assert [one.why for one in held.state.owed] == ["not_relayed"]


def test_pictures_are_announced_and_a_wish_for_a_call_is_pointed_out(held):
    held.text("", media=2)
    held.text("CALL")
    held.until(minutes=2)
    (relay,) = held.got("ana")
    assert "[2 pictures or files, being kept]" in relay
    assert "They ask for a call: CALL K7" in relay
    assert held.state.media == 2


def test_where_words_may_not_stand_in_a_text_only_their_coming_is_told(held):
    held.more = {"relay_words": False}
    held.text("secret")
    held.until(minutes=2)
    assert held.got("ana") == ["VIGIL K7: 1 new text from them. CALL K7 connects you."]


def test_the_next_relay_waits_while_one_is_under_way(held):
    held.text("one")
    held.until(minutes=1, seconds=7, carrier=False)
    held.text("two")
    held.until(minutes=1, seconds=8, carrier=False)
    assert [one.purpose for one in held.state.outbox if one.under_way] == [Purpose.RELAY]


# -- who holds it ---------------------------------------------------------------------------


def test_words_of_somebody_who_does_not_hold_it_are_not_sent(held):
    held.says("ben", "hello")
    held.until(minutes=2)
    assert held.got("patient") == []
    assert held.got("ben") == ["VIGIL K7: not done, only whoever holds K7 can."]


def test_what_waits_for_a_holder_who_gives_it_back_goes_to_the_next_and_is_a_signal_at_once(held):
    held.text("are you there")
    held.escalation(None)
    held.until(minutes=2)
    assert held.got("ana") == []
    assert held.owed == ["sms/SM2"]

    held.escalation("ben")
    held.until(minutes=2, seconds=5)
    assert "K7: I can't do this\nare you there" in held.got("ben")


def test_a_text_that_the_carrier_took_for_the_holder_is_no_signal_when_they_close_it(held):
    held.text("thanks")
    held.until(minutes=2)
    kinds = held.closed()
    assert ConversationEnded in kinds and SignalOwed not in kinds


def test_a_text_for_a_holder_who_has_just_let_go_is_a_signal_at_once(held):
    """The handler saw ana hold it; by the time of the commit she had given it back."""
    held.hold = held.hold.model_copy(
        update={"sequence": 9, "holder": None, "status": EscalationStatus.PAGING}
    )
    held.text("still there?", carried=True)
    held.until(minutes=1, seconds=6)
    assert held.owed == ["sms/SM2"]


def test_a_text_still_on_its_way_when_it_is_closed_opens_the_next_run(held):
    held.text("wait, one more thing")
    held.closed()
    held.until(minutes=2)
    assert held.owed == ["sms/SM2"]
    assert held.got("ana") == []

    held.escalation("ben", run="pt_a-2", code="M3")
    held.until(minutes=2, seconds=5)
    assert "M3: wait, one more thing" in held.got("ben")


def test_a_hand_over_in_mid_conversation_brings_note_and_texts_and_the_patient_knows(held):
    held.says("ana", "K7: I am Ana")
    held.says("ana", "note K7 Her sister is on her way", words="Her sister is on her way")
    held.until(minutes=2)
    held.sent.clear()
    held.escalation("ben")
    held.until(minutes=3)
    told = held.got("ben")
    assert "VIGIL K7: note from Ana: Her sister is on her way" in told
    assert "K7: I can't do this" in told
    assert held.got("patient") == ["Ben (from our team) is with you from now on and reads what you write."]
    assert held.state.note is None


def test_a_second_person_hears_nothing_before_the_patient_knows_of_them(held):
    held.says("ana", "join kim")
    held.text("who is this")
    held.until(minutes=2)
    assert held.got("kim") == [asked_texts.join_invitation("K7", "Ana")]

    held.says("kim", "join K7")
    held.text("ok then")
    held.until(minutes=3)
    assert held.got("patient") == ["Kim (from our team) joins us and reads what you write from now on."]
    assert held.got("kim") == [asked_texts.you_joined("K7"), "K7: ok then"]

    held.says("kim", "K7 hello there")
    held.until(minutes=4)
    assert held.got("patient") == ["Kim: hello there"]
    assert "K7 Kim: hello there" in held.got("ana")

    held.says("kim", "leave K7")
    held.text("just us?")
    held.until(minutes=5)
    assert held.got("patient") == ["Kim has left this conversation and no longer reads it."]
    assert held.got("kim") == ["VIGIL K7: you left."]


def test_nobody_joins_who_was_not_asked(held):
    held.says("kim", "join K7")
    held.text("hello")
    held.until(minutes=2)
    assert held.got("kim") == [asked_texts.join_nothing("K7")]


# -- keys -----------------------------------------------------------------------------------


def test_prepared_replies_are_in_the_patients_language_with_the_name_filled_in():
    talk = Talk(language="es")
    talk.text("ayuda")
    talk.escalation("ana")
    talk.says("ana", "/intro")
    talk.says("ana", "/close")
    talk.until(minutes=1)
    texts = talk.got("patient")
    assert any(text.startswith("Me llamo Ana.") for text in texts)
    assert texts[-1] == LANGUAGES.of("es").canned["close"]
    assert "They write es." in talk.got("ana")[0]


def test_an_unknown_prepared_reply_sends_nothing_and_lists_them(held):
    held.says("ana", "/hug")
    held.says("ana", "/")
    held.until(minutes=2)
    assert held.got("patient") == []
    unknown, listed = held.got("ana")
    assert unknown.startswith("VIGIL K7: not sent, no /hug.")
    assert listed.split()[2] == "/intro" and listed.split()[-1] == "/close"


def test_safe_and_where_ask_openly_and_close_nothing(held):
    held.says("ana", "safe?")
    held.says("ana", "where K7")
    held.until(minutes=2)
    assert held.got("patient") == [EN.safe, EN.where]
    assert held.state.held_by == "ana"


def test_the_hand_off_to_911_is_asked_about_until_contact_is_confirmed(held):
    held.says("ana", "911")
    held.says("ana", "K7 are you at home?")
    held.until(minutes=7)
    first, *later = held.got("ana")
    assert first == emergency_texts.begin("K7")
    assert emergency_texts.was_called("K7") in later

    held.says("ana", "911 K7 called county dispatch", words="county dispatch")
    assert held.state.emergency.called_at == held.now
    held.until(minutes=7, seconds=5)
    assert held.got("ana") == [emergency_texts.called("K7", "08:17", imminent=False)]
    held.until(minutes=17, seconds=5)
    assert emergency_texts.was_reached("K7", "08:17") in held.got("ana")

    held.escalation("ana", EscalationStatus.HANDED_OFF)
    assert Alarm.EMERGENCY not in held.state.alarms
    held.closed()
    assert held.state.emergency is None


def test_words_after_an_opt_out_are_not_sent_and_their_writer_is_told(held):
    held.text("STOP", opting=Opting.OUT)
    held.says("ana", "K7 are you there")
    held.until(minutes=2)
    assert held.got("patient") == []
    told = held.got("ana")
    assert staff_texts.opted_out("K7") in told
    assert "VIGIL K7: not sent, they stopped texts. CALL K7 connects you." in told


def test_end_within_a_sentence_is_an_ordinary_text(held):
    held.text("I want it to end")
    held.until(minutes=2)
    assert held.got("ana") == ["K7: I want it to end"]
    assert not held.state.opted_out


def test_a_wish_for_quiet_is_shown_pauses_automatic_texts_and_is_honoured_with_one_key(held):
    assert Muted in held.text("please stop texting me")
    held.until(minutes=2)
    assert "MUTE K7 honours it" in held.got("ana")[0]
    assert not held.state.opted_out

    held.says("ana", "mute K7")
    assert held.state.opted_out


def test_a_responders_machine_that_repeats_itself_is_not_relayed_a_third_time(held):
    for _ in range(3):
        held.says("ana", "I am driving right now")
    held.until(minutes=2)
    assert held.got("patient") == ["I am driving right now"] * 2
    assert "three times" in held.got("ana")[-1]


def test_a_machine_that_answers_our_answer_too_gets_no_further_one(held):
    told = []
    for number in range(8):
        held.at(1, number * 5).says("ana", "I am driving right now")
        held.until(1, number * 5)
        told += [text for text in held.got("ana") if "three times" in text]
    assert len(told) == 1
    held.at(4).says("ana", "I am driving right now")
    held.until(4)
    assert any("three times" in text for text in held.got("ana")), "a person may wonder"


# -- what fails -----------------------------------------------------------------------------


def test_words_that_fail_are_told_to_their_writer_and_the_patient_still_waits(held):
    held.text("please answer")
    held.says("ana", "I am here")
    held.until(minutes=2)
    held.sent.clear()
    held.fails(Purpose.WORDS)
    held.until(minutes=2, seconds=5)
    assert held.got("ana") == ["VIGIL K7: your last text did not reach them (30003). CALL K7 connects you."]
    assert held.state.waiting_since is not None


def test_a_holder_whose_phone_dies_is_as_good_as_none(held):
    held.text("hello?")
    held.until(minutes=2)
    assert SignalOwed in held.fails(Purpose.RELAY)
    held.until(minutes=2, seconds=1)
    assert held.owed[0].startswith("text/undelivered/pt_a/")


def test_a_holder_without_a_phone_for_texts_is_told_by_signals(held):
    held.reachable.discard("ana")
    held.text("hello?", carried=True)
    held.until(minutes=2)
    assert held.owed == ["sms/SM2"]


# -- time -----------------------------------------------------------------------------------


def test_the_wait_is_told_at_the_set_times_for_as_long_as_nobody_has_it(talk):
    talk.text("hello")
    talk.escalation()
    minutes = []
    for minute in range(1, 62):
        talk.until(minutes=minute)
        minutes += [minute] * (EN.waiting in talk.got("patient"))
    assert minutes == [3, 10, 20, 40, 60]

    talk.escalation("ana")
    talk.until(minutes=120)
    assert EN.waiting not in talk.got("patient")


def test_that_nobody_can_be_paged_is_told_at_once_and_once(talk):
    talk.text("hello")
    talk.escalation(nobody=True)
    talk.until(seconds=1)
    assert talk.got("patient") == [EN.first, EN.nobody]
    talk.escalation(nobody=False)
    talk.escalation(nobody=True)
    talk.until(seconds=30)
    assert talk.got("patient") == []


def test_after_a_stop_of_the_whole_process_two_waits_do_not_come_at_once(talk):
    talk.text("hello")
    talk.escalation()
    talk.at(minutes=15)
    talk.until(minutes=15, seconds=1)
    assert talk.got("patient").count(EN.waiting) <= 1


def test_a_holder_who_does_not_answer_is_nudged_then_paged_then_the_escalation_starts_again(held):
    held.until(minutes=4, seconds=1)
    assert held.got("ana") == [
        "VIGIL K7: they wrote 4 min ago and wait for you. Write to them, CALL K7, or 2 K7 gives it back."
    ]
    held.until(minutes=6, seconds=1)
    assert len(held.owed) == 1
    held.until(minutes=9, seconds=1)
    assert len(held.owed) == 2
    owed = [event for event in held.events if isinstance(event, SignalOwed)]
    assert [one.anew for one in owed] == [False, True]
    held.until(minutes=12, seconds=1)
    assert len(held.owed) == 3, "and again, for as long as it lasts"


@pytest.mark.parametrize("how", ["words", "call"])
def test_an_answer_by_text_or_phone_stops_the_nudges(held, how):
    if how == "words":
        held.says("ana", "I am here")
    else:
        held.escalation("ana", contact=99)
    held.until(minutes=30)
    assert held.owed == []


def test_a_silent_patient_after_words_of_risk_is_asked_and_then_it_is_the_holders_task(held):
    held.text("I have the pills here", risk=True)
    held.says("ana", "I am with you")
    held.until(minutes=45)
    assert held.got("patient") == ["I am with you"] + [EN.check_in] * 3
    kinds = len(held.events)
    held.until(minutes=55)
    assert any(isinstance(event, PatientSilent) for event in held.events[kinds:])
    assert "silent for" in held.got("ana")[-1]


def test_an_answer_of_the_patient_stops_the_check_ins(held):
    held.text("I have the pills here", risk=True)
    held.says("ana", "I am with you")
    held.until(minutes=5).text("ok")
    held.says("ana", "good")
    held.until(minutes=14)
    assert EN.check_in not in held.got("patient")


def test_an_autoresponder_gets_few_automatic_texts_and_pages_each_time(talk):
    talk.with_times(wait=(timedelta(minutes=1),), wait_again=timedelta(minutes=1))
    talk.escalation()
    for minute in range(60):
        talk.until(minutes=minute).text("I'm driving, will reply later")
    assert len(talk.got("patient")) <= 9
    assert talk.state.texts == 60
    assert any(isinstance(event, Muted) for event in talk.events)


def test_after_the_end_a_text_is_answered_again_and_one_question_is_asked_if_the_site_wants(held):
    held.with_times(survey=timedelta(minutes=10))
    held.says("ana", "take care")
    held.until(minutes=2)
    held.sent.clear()
    held.closed()
    held.until(minutes=13)
    assert held.got("patient") == [EN.survey]
    assert SurveyAnswered in held.text("4", carried=False)
    held.text("hello again", carried=False)
    held.until(minutes=14)
    assert held.got("patient") == [EN.first]


def test_without_the_sites_wish_nothing_is_sent_after_the_end_and_nothing_is_due(held):
    held.says("ana", "take care")
    held.until(minutes=2)
    held.closed()
    assert due(held.state) is None


def test_a_conversation_marked_as_not_safe_is_never_texted(talk):
    from contracts.privacy import Texting

    talk.more = {"texting": Texting.CALL}
    talk.text("hello")
    talk.escalation("ana")
    talk.says("ana", "hi there")
    talk.until(minutes=30)
    assert talk.got("patient") == []
    told = talk.got("ana")
    assert staff_texts.not_safe("K7") in told
    assert "VIGIL K7: not sent, texts to them are marked as not safe. CALL K7 connects you." in told


def test_in_neutral_words_only_the_first_answer_gives_nothing_away(talk):
    from contracts.privacy import Texting

    talk.more = {"texting": Texting.NEUTRAL}
    talk.text("hello")
    talk.until(minutes=30)
    assert talk.got("patient") == [EN.neutral]


# -- laws -----------------------------------------------------------------------------------


def test_the_state_is_bounded_and_read_again_as_it_was_written(held):
    for number in range(120):
        held.until(minutes=2, seconds=number)
        held.text("z" * 50)
        held.says("ana", f"reply {number}")
    held.until(minutes=10)
    state = held.state
    assert len(state.said) <= SAID_KEPT and len(state.outbox) < 80
    assert len(state.model_dump_json()) < 60_000
    assert Conversation.model_validate_json(state.model_dump_json()) == state


def test_more_texts_than_are_kept_become_signals_when_no_relay_gets_through(held):
    held.text("first")
    held.at(minutes=2).step(carrier=False)
    for number in range(SAID_KEPT + 3):
        held.text(f"more {number}")
    assert any(isinstance(event, SignalOwed) for event in held.events)


def test_an_older_view_of_the_escalation_changes_nothing(held):
    newer = held.hold
    held.hold = newer.model_copy(update={"sequence": newer.sequence - 1, "holder": None})
    assert held.hear(lambda draft: holding.seen(draft)) == []
    assert held.state.held_by == "ana"


def test_a_low_urgency_of_the_text_never_lowers_what_is_known(held):
    held.text("x", urgency=Urgency.IMMINENT)
    held.text("y", urgency=Urgency.URGENT)
    assert held.state.highest is Urgency.IMMINENT
    assert held.state.risk_at == START + timedelta(minutes=1, seconds=5)
