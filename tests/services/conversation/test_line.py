"""The crisis line, whole: real nats-server, real SDK, a carrier of our own."""

from datetime import timedelta

import pytest

from contracts.commits import KINDS
from contracts.conversations import AnswerStage, Purpose
from contracts.values import Kind, Urgency
from services.conversation.aggregate import subject_of
from services.conversation.core import answering, hear, signals
from services.conversation.core.decide import decide, time_reached
from services.conversation.core.opting import Opting
from services.runtime.clock import ScaledClock
from services.runtime.deadlines import STUCK
from services.runtime.log import publish_fact
from tests.services.conversation.hands import LINE, SEALS, START
from tests.services.conversation.talk import LANGUAGES, Talk

FIRST_ANSWER = {name: phrases.first for name, phrases in LANGUAGES.known.items()}


async def decided(line, patient, cause, act):
    """Let a rule act, as another copy would that dies at once afterwards."""
    world = Talk().world
    await line.conversations().decide(
        subject_of(patient), cause, lambda state, now: decide(state, now, world, act)
    )


async def test_a_text_becomes_an_urgent_signal_and_is_answered(line):
    phone = line.number()
    text = line.sms(phone, "I can't do this any more")

    sequence = await line.say("sms_received.patient", text)
    await line.settled()

    patient = await line.patient_of(phone)
    (signal,) = await line.signals(text.sid)
    assert signal.id == f"sms/{text.sid}"
    assert (signal.kind, signal.urgency) == (Kind.PATIENT_ALERT, Urgency.URGENT)
    assert signal.patient == patient
    assert signal.evidence == f"CARRIER:{sequence}"
    (sent,) = line.carrier.sent
    assert (sent["To"], sent["From"], sent["Body"]) == (phone, LINE, FIRST_ANSWER["en"])
    assert sent["StatusCallback"] == (
        f"https://vigil.example/twilio/sms-status/conversation/{patient}/a{sequence}/1"
    )
    assert (await line.state(patient)).answer.stage is AnswerStage.ACCEPTED


async def test_the_signal_is_stored_before_the_text_is_committed_and_the_text_before_it_is_answered(line):
    phone = line.number()
    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()

    signalled = await line.js.get_last_msg("SIGNALS", "signals.patient_alert")
    stored = await line.conversations()._log.since(subject_of(await line.patient_of(phone)), 1)
    commits = [await line.js.get_msg("CONVERSATIONS", one.sequence) for one in stored]
    kinds = [one.headers[KINDS] for one in commits]
    assert kinds == ["text_received,answer_waiting,answer_intended,alarm_set", "answer_accepted"]
    assert signalled.time < commits[0].time < commits[1].time


async def test_an_unknown_texter_is_minted_with_a_sealed_phone(line):
    phone = line.number()

    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()

    patient = await line.patient_of(phone)
    assert len(patient) == 19 and patient.startswith("pt_")
    record = await line.record(patient)
    assert line.shell.seals.unseal(record.phone) == phone
    assert record.phone_ref == SEALS.phone_ref(phone)


async def test_two_texts_at_once_are_one_patient_two_signals_and_one_answer(line):
    phone = line.number()
    texts = [line.sms(phone, "first"), line.sms(phone, "second")]

    for text in texts:
        await line.say("sms_received.patient", text)
    await line.settled()

    signals = [signal for text in texts for signal in await line.signals(text.sid)]
    assert [signal.patient for signal in signals] == [await line.patient_of(phone)] * 2
    assert line.texts_to(phone) == [FIRST_ANSWER["en"]]


async def test_a_patient_of_the_programme_is_answered_in_their_language(line):
    phone = line.number()
    await line.know("pt_rosa", phone, language="es")

    text = line.sms(phone, "ayuda")
    await line.say("sms_received.patient", text)
    await line.settled()

    assert line.texts_to(phone) == [FIRST_ANSWER["es"]]
    assert (await line.signals(text.sid))[0].patient == "pt_rosa"


async def test_a_patient_known_under_an_older_hash_key_is_found_and_known_under_the_new_one(line):
    phone = line.number()
    await line.know("pt_old", phone, hash_key="h1")

    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()

    assert await line.patient_of(phone) == "pt_old"


async def test_stop_is_a_signal_of_its_own_and_nothing_is_texted_until_start(line):
    phone = line.number()
    stop = line.sms(phone, "End")

    await line.say("sms_received.patient", stop)
    await line.settled()
    await line.say("sms_received.patient", line.sms(phone, "hello?"))
    await line.settled()

    (signal,) = await line.signals(stop.sid)
    assert (signal.kind, signal.urgency) == (Kind.OPTED_OUT, Urgency.URGENT)
    patient = await line.patient_of(phone)
    assert (await line.record(patient)).opted_out_at == START
    assert line.texts_to(phone) == []

    await line.say("sms_received.patient", line.sms(phone, "START"))
    await line.settled()
    assert (await line.record(patient)).opted_out_at is None
    assert line.texts_to(phone) == [FIRST_ANSWER["en"]]


async def test_a_call_is_an_urgent_signal_with_the_room_and_nothing_is_texted(line):
    phone = line.number()
    call = line.call(phone, room="room_x")

    await line.say("call_received.patient", call)
    await line.settled()

    (signal,) = await line.signals(call.sid)
    assert signal.id == f"call/{call.sid}"
    assert (signal.kind, signal.urgency) == (Kind.PATIENT_ALERT, Urgency.URGENT)
    assert (signal.room, signal.tags) == ("room_x", ("call",))
    assert line.texts_to(phone) == []


async def test_callers_who_withhold_their_number_are_two_patients(line):
    calls = [line.call("anonymous", "room_a"), line.call("anonymous", "room_b")]

    for call in calls:
        await line.say("call_received.patient", call)
    await line.settled()

    first, second = [signal for call in calls for signal in await line.signals(call.sid)]
    assert first.patient != second.patient
    assert (await line.record(first.patient)).phone is None


async def test_texts_that_were_decided_on_in_one_moment_all_go_in_that_moment(line):
    """One goes at a time to each phone; the next one's moment is then the same as that of the one before."""
    phone, patient = line.number(), "pt_at_once"
    await line.know(patient, phone)
    text = hear.Text("SMthree", 1, SEALS.seal("x"), SEALS.seal(phone), Opting.NONE, "en")
    stuck = STUCK.labels("conversations")._value.get()

    def three(draft):
        hear.text(draft, text)
        draft.to_patient(Purpose.NEWS, "Kim is here now.")
        draft.to_patient(Purpose.NEWS, "Ben is here too.")

    await decided(line, patient, "SMthree", three)
    await line.settled()

    assert line.texts_to(phone) == [FIRST_ANSWER["en"], "Kim is here now.", "Ben is here too."]
    assert STUCK.labels("conversations")._value.get() == stuck


async def test_an_answer_whose_outcome_was_lost_is_found_and_not_sent_twice(line):
    phone = line.number()
    line.carrier.then = ["take_then_500"]

    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    patient = await line.patient_of(phone)
    assert (await line.state(patient)).answer.stage is AnswerStage.UNKNOWN
    await line.clock.step(line.clock.now() + timedelta(seconds=2))
    await line.settled()

    answer = (await line.state(patient)).answer
    assert (answer.stage, answer.sid) == (AnswerStage.ACCEPTED, line.carrier.sent[0]["sid"])
    assert len(line.texts_to(phone)) == 1


async def test_an_answer_the_carrier_does_not_know_is_sent_again(line):
    phone = line.number()
    line.carrier.then = ["503", 20429]

    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    await line.clock.step(line.clock.now() + timedelta(seconds=2))
    await line.settled()
    assert line.texts_to(phone) == []
    await line.clock.step(line.clock.now() + timedelta(seconds=1))
    await line.settled()

    assert line.texts_to(phone) == [FIRST_ANSWER["en"]]
    assert line.carrier.sent[0]["StatusCallback"].endswith("/3")


async def test_a_refusal_because_of_an_opt_out_is_noted_and_not_repeated(line):
    phone = line.number()
    line.carrier.then = [21610]

    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    await line.say("sms_received.patient", line.sms(phone, "anybody?"))
    await line.settled()

    patient = await line.patient_of(phone)
    assert (await line.state(patient)).answer.code == "21610"
    assert (await line.record(patient)).opted_out_at is not None
    assert line.texts_to(phone) == []


async def test_a_refusal_that_only_ops_can_mend_is_a_fault(line):
    line.carrier.then = [20003]

    await line.say("sms_received.patient", line.sms(line.number(), "hello"))
    await line.settled()

    (fault,) = await line.signals("answers_refused/20003")
    assert (fault.kind, fault.area) == (Kind.SYSTEM_FAULT, "carrier")


async def test_a_receipt_is_noted(line):
    phone = line.number()
    sequence = await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    patient, sid = await line.patient_of(phone), line.carrier.sent[0]["sid"]

    await line.say(
        "sms_status.conversation", line.receipt(patient, f"a{sequence}", "undelivered", sid, 30005)
    )
    await line.settled()

    answer = (await line.state(patient)).answer
    assert (answer.stage, answer.code) == (AnswerStage.FAILED, "30005")


async def test_killed_after_the_signal_the_text_is_heard_again_and_answered_once(line):
    phone, patient = line.number(), "pt_kill"
    await line.know(patient, phone)
    text = line.sms(phone, "hello")
    signal = signals.of_text(text.sid, patient, 1, text.received_at, Opting.NONE, ())
    await publish_fact(line.admin, "signals.patient_alert", signal.model_dump_json().encode(), signal.id)

    await line.say("sms_received.patient", text)
    await line.say("sms_received.patient", text)
    await line.settled()

    assert len(await line.signals(text.sid)) == 1
    assert len(line.texts_to(phone)) == 1


@pytest.mark.parametrize("intended", [False, True])
async def test_killed_with_an_answer_under_way_the_next_start_sends_it(line, intended):
    await line.stop()
    phone, patient = line.number(), f"pt_killed_{intended}"
    text = hear.Text("SMk", 1, SEALS.seal("x"), SEALS.seal(phone), Opting.NONE, "en")
    await decided(line, patient, "SMk", lambda draft: hear.text(draft, text))
    if intended:
        await decided(line, patient, "send", time_reached)

    await line.start()
    await line.settled()
    if intended:
        assert line.texts_to(phone) == []
        await line.clock.step(line.clock.now() + answering.NO_OUTCOME)
        await line.settled()

    assert line.texts_to(phone) == [FIRST_ANSWER["en"]]


async def test_a_text_that_can_not_be_read_whole_still_pages_and_is_parked(line):
    phone, before = line.number(), await line.parked()
    text = line.sms(phone, "hello")
    broken = text.model_dump_json().replace('"received_at":', '"received":').encode()

    await line.say("sms_received.patient", broken)
    await line.settled()

    (signal,) = await line.signals(text.sid)
    assert (signal.kind, signal.urgency) == (Kind.PATIENT_ALERT, Urgency.URGENT)
    assert signal.patient == await line.patient_of(phone)
    assert await line.parked() == before + 1


async def test_a_text_sealed_under_a_lost_key_still_pages(line):
    phone = line.number()
    lost = SEALS.seal("x").model_copy(update={"key": "gone"})
    text = line.sms(phone, "hello").model_copy(update={"body": lost, "sender_phone": lost})

    await line.say("sms_received.patient", text)
    await line.settled()

    assert (await line.signals(text.sid))[0].patient == await line.patient_of(phone)
    assert line.texts_to(phone) == []


async def test_a_risk_in_a_staff_text_pages_others_than_its_sender(line):
    phone = line.number()
    text = line.sms(phone, "Maria just swallowed a whole bottle of tylenol", person="kim")

    sequence = await line.say("sms_received.staff", text)
    await line.settled("conversation_staff")

    (signal,) = await line.signals(text.sid)
    assert (signal.kind, signal.urgency) == (Kind.CONCERN_RAISED, Urgency.URGENT)
    assert signal.not_to == ("kim",)
    assert signal.patient == await line.patient_of(phone)
    assert signal.evidence == f"CARRIER:{sequence}"
    assert line.texts_to(phone) == []


async def test_other_words_of_staff_are_put_on_the_worklist(line):
    text = line.sms(line.number(), "Moss seemed very low in group today", person="kim")

    await line.say("sms_received.staff", text)
    await line.settled("conversation_staff")

    (signal,) = await line.signals(text.sid)
    assert (signal.kind, signal.urgency) == (Kind.CONCERN_RAISED, Urgency.ROUTINE)


async def test_commands_and_courtesies_of_staff_are_no_signal(line):
    texts = [line.sms(line.number(), body, person="kim") for body in ("1 K7", "on my way", "ok thanks!")]

    for text in texts:
        await line.say("sms_received.staff", text)
    await line.settled("conversation_staff")

    assert [await line.signals(text.sid) for text in texts] == [[], [], []]


@pytest.mark.parametrize("now_holds", ["nothing", "another"])
async def test_words_that_come_again_after_their_writer_let_go_change_nothing(line, now_holds):
    """Killed before the acknowledgement: they were sent, nothing says otherwise, nobody else gets them."""
    kim, who = line.number(), f"kim_{now_holds}"
    phones = {f"pt_again_{now_holds}": line.number(), f"pt_other_{now_holds}": line.number()}
    patient, other = phones
    await line.responder(who, kim)
    for each, phone in phones.items():
        await line.know(each, phone)
        await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    await line.escalation(patient, who)
    words = line.sms(kim, "How are you now?", person=who)
    sequence = await line.say("sms_received.talk", words)
    await line.settled("conversation_staff")
    assert line.texts_to(phones[patient])[-1] == "How are you now?"

    await line.escalation(patient, None, is_open=False)
    if now_holds == "another":
        await line.escalation(other, who, code="M3")
    await line.settled()
    await line.stop()
    await line.start()
    before = list(line.carrier.sent)
    await line.again("conversation_staff", "sms_received.talk", sequence)
    await line.settled()

    assert line.carrier.sent == before
    assert await line.signals(words.sid) == []


async def test_words_keep_their_order_when_a_copy_dies_with_the_first_of_them_in_hand(line):
    """The server gives the first to somebody else after two seconds; the others wait for it."""
    kim, phone = line.number(), line.number()
    await line.responder("kim_order", kim)
    await line.know("pt_order", phone)
    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    await line.escalation("pt_order", "kim_order")
    await line.settled()
    await line.stop()
    said = [f"These are words {number}" for number in range(3)]
    for words in said:
        await line.say("sms_received.talk", line.sms(kim, words, person="kim_order"))
    dying = await line.js.pull_subscribe_bind(consumer="conversation_staff", stream="CARRIER")
    assert len(await dying.fetch(3, timeout=1)) == 1, "and it alone is out"
    await line.start()

    async def all_sent():
        return [text for text in line.texts_to(phone) if text in said][2:]

    await line.until(all_sent, seconds=20)
    assert [text for text in line.texts_to(phone) if text in said] == said


async def test_words_that_were_asked_about_are_not_sent_when_they_come_again(line):
    """`To whom?` was the answer; that one of the two is over by now makes it no clearer."""
    kim, phones = line.number(), {"pt_whom_a": line.number(), "pt_whom_b": line.number()}
    await line.responder("kim_whom", kim)
    for (patient, phone), code in zip(phones.items(), ("A2", "B3"), strict=True):
        await line.know(patient, phone)
        await line.say("sms_received.patient", line.sms(phone, "hello"))
        await line.escalation(patient, "kim_whom", code=code)
    await line.settled()
    sequence = await line.say("sms_received.talk", line.sms(kim, "How are you?", person="kim_whom"))
    await line.settled("conversation_staff")
    assert "To whom?" in line.texts_to(kim)[-1]

    await line.escalation("pt_whom_b", None, is_open=False, code="B3")
    await line.settled()
    before = list(line.carrier.sent)
    await line.again("conversation_staff", "sms_received.talk", sequence)
    await line.settled()

    assert line.carrier.sent == before


async def test_what_the_watchdog_finds_overdue_is_looked_at(line):
    phone = line.number()
    await line.say("sms_received.patient", line.sms(phone, "hello"))
    await line.settled()
    patient = await line.patient_of(phone)
    line.service.index.feed = lambda *_: None
    text = hear.Text("SMo", 2, SEALS.seal("x"), SEALS.seal(phone), Opting.NONE, "en")
    await line.clock.step(line.clock.now() + timedelta(hours=2))
    await decided(line, patient, "SMo", lambda draft: hear.text(draft, text))

    await line.overdue(subject_of(patient))

    async def sent():
        return len(line.texts_to(phone)) == 2

    await line.until(sent)


class TestOnTheClockOfTheWall:
    """With nobody who steps it."""

    @pytest.fixture
    async def clock(self):
        clock = ScaledClock()
        yield clock
        clock.stop()

    async def test_a_text_is_answered_without_anything_further(self, line):
        phone = line.number()

        await line.say("sms_received.patient", line.sms(phone, "hello"))

        async def answered():
            return line.texts_to(phone)

        await line.until(answered, seconds=60)
