"""Keys of a conversation beside words: a second person, the last texts, contacts, 911, DELETE."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conversations import (
    ContactRevoked,
    ContactsRead,
    EmergencyCalled,
    EmergencyStarted,
    InvitationOver,
    JoinAsked,
    PersonJoined,
    Purpose,
    TextReceived,
    TranscriptRead,
)
from contracts.escalations import EscalationStatus
from contracts.followups import AskAnswered
from contracts.people import Patient
from contracts.privacy import ContactScope, Hours, SupportContact, Texting
from contracts.replies import Key
from contracts.values import Urgency
from services.conversation.core import asked_texts, emergency_texts, skills, staff_texts
from services.conversation.core.choosing import Ask, choose
from services.conversation.core.opting import Opting
from services.conversation.core.showing import MOST_PIECES, PIECE, pieces
from services.conversation.core.world import Speakers
from tests.services.conversation.talk import LANGUAGES, NAMES, START, Talk, box

EN, ES = LANGUAGES.of("en"), LANGUAGES.of("es")


@pytest.fixture
def held():
    """The patient wrote at 08:10; ana took it at 08:11 and was told what they wrote."""
    return taken("en")


def taken(language):
    talk = Talk(language=language)
    talk.text("I can't do this")
    talk.escalation()
    talk.until(minutes=1)
    talk.escalation("ana")
    talk.until(minutes=1, seconds=5)
    talk.sent.clear()
    return talk


# -- who joins ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "role", "told"),
    [
        ("en", "peer", "Kim (peer supporter) joins us and reads what you write from now on."),
        ("es", "Peer", "Kim (apoyo entre pares) se une y lee desde ahora lo que escriba."),
        ("es", "", "Kim (de nuestro equipo) se une y lee desde ahora lo que escriba."),
        ("en", "Art therapist", "Kim (Art therapist) joins us and reads what you write from now on."),
    ],
)
def test_the_patient_is_told_who_joins_by_first_name_and_role_in_their_language(language, role, told):
    held = taken(language)
    held.more = {"role_of": {"kim": role}.get}
    held.says("ana", "join kim")
    held.says("kim", "join K7")
    held.until(minutes=2)
    assert held.got("patient") == [told]


def test_of_those_on_call_who_speak_a_language_the_first_who_comes_is_in(held):
    held.more = {
        "speakers": lambda language: Speakers(("ben", "kim"), ()) if language == "es" else Speakers()
    }
    assert [kind for kind in held.says("ana", "join es") if kind is JoinAsked] == [JoinAsked] * 2
    held.until(minutes=2)
    assert held.got("ana") == [asked_texts.speakers_asked("K7", "es", ["Ben", "Kim"], more=False)]
    (question,) = held.got("ben")
    assert "needs somebody who speaks es. JOIN K7 joins" in question and "can't" not in question
    assert held.got("kim") == [question]
    assert held.got("patient") == []

    kinds = held.says("kim", "join K7")
    assert PersonJoined in kinds and kinds.count(InvitationOver) == 1
    held.until(minutes=3)
    assert held.got("ben") == [asked_texts.came_first("K7", "Kim")]
    held.says("ben", "join K7")
    held.until(minutes=4)
    assert held.got("ben") == [asked_texts.join_nothing("K7")]
    assert [one.responder for one in held.state.beside] == ["ana", "kim"]


def test_somebody_asked_by_name_stays_asked_when_a_speaker_comes(held):
    held.more = {"speakers": lambda _language: Speakers(("ben",), ())}
    held.says("ana", "join kim")
    held.says("ana", "join spanish K7")
    held.says("ben", "join K7")
    assert held.state.invited == ("kim",)


def test_when_nobody_on_call_speaks_it_the_holder_is_told_and_can_ask_everybody(held):
    held.more = {"speakers": lambda _language: Speakers((), ("ben", "kim"))}
    held.says("ana", "join es")
    held.until(minutes=2)
    assert held.got("ana") == ["VIGIL K7: nobody on call speaks es. 2 off call do: JOIN ES ALL K7 asks them."]
    assert held.got("ben") == []
    held.says("ana", "join es all K7")
    held.until(minutes=3)
    assert held.state.called_in == ("ben", "kim")

    held.more = {"speakers": lambda _language: Speakers(("ana",), ())}
    held.says("ana", "join tl all")
    held.until(minutes=4)
    assert any("nobody else on the roster is known to speak tl" in text for text in held.got("ana"))


def test_nobody_but_the_holder_asks_speakers_and_a_name_goes_before_a_language(held):
    held.more = {"speakers": lambda _language: Speakers(("kim",), ())}
    held.says("ben", "K7 join es")
    assert held.state.invited == ()
    held.says("ana", "join ben")
    assert held.state.invited == ("ben",)


def test_the_next_holder_in_mid_conversation_is_told_the_language_and_how_to_see_what_was_written():
    held = taken("es")
    held.says("ana", "K7 hola, soy Ana")
    held.escalation("ben")
    held.until(minutes=3)
    (goes_on,) = [text for text in held.got("ben") if "you go on with them" in text]
    assert "They write es. JOIN ES asks for a speaker." in goes_on and "LAST K7" in goes_on


# -- the last texts -------------------------------------------------------------------------


def test_the_last_texts_of_both_sides_come_in_order_with_who_and_when(held):
    held.says("ana", "K7 I am Ana. What happened?")
    held.until(minutes=2).text("we had a fight", media=1)
    held.until(minutes=3)
    held.says("ana", "That sounds hard")
    held.until(minutes=4)
    held.fails(Purpose.WORDS)
    held.escalation("ben")
    held.until(minutes=5)
    held.sent.clear()

    assert TranscriptRead in held.says("ben", "last K7")
    held.until(minutes=6)
    assert held.got("ben") == [
        "K7 last:\n"
        "08:10 patient: I can't do this\n"
        "08:11 Ana: I am Ana. What happened?\n"
        "08:12 patient: we had a fight [1 picture or file, being kept]\n"
        "08:13 Ana: That sounds hard [did not arrive]"
    ]
    read = next(event for event in reversed(held.events) if isinstance(event, TranscriptRead))
    assert (read.responder, read.texts, read.since) == ("ben", 4, START)

    held.says("ben", "last 2 K7")
    held.until(minutes=7)
    assert held.got("ben")[0].count("\n") == 2


def test_who_joined_reads_what_was_written_since_and_nobody_else_reads_anything(held):
    held.until(minutes=2)
    held.says("ana", "join kim")
    held.says("kim", "join K7")
    held.until(minutes=3)
    held.sent.clear()
    held.says("kim", "last K7")
    held.says("ben", "last K7")
    held.until(minutes=4)
    assert held.got("kim") == [asked_texts.last_nothing("K7")]
    assert held.got("ben") == ["VIGIL K7: not done, only whoever holds K7 can."]
    held.text("hello both")
    held.says("kim", "K7 hello, I am Kim")
    held.until(minutes=5)
    held.sent.clear()
    held.says("kim", "K7 last")
    held.until(minutes=6)
    assert held.got("kim") == ["K7 last:\n08:14 patient: hello both\n08:14 Kim: hello, I am Kim"]


def test_where_words_may_not_stand_in_a_text_the_last_ones_are_not_sent(held):
    held.more = {"relay_words": False}
    assert TranscriptRead not in held.says("ana", "last")
    held.until(minutes=2)
    assert held.got("ana") == [asked_texts.last_elsewhere("K7")]


def test_a_long_conversation_is_a_few_texts_the_latest_lines_of_it(held):
    for number in range(30):
        held.at(minutes=2, seconds=number).text(f"{number} " + "word " * 80)
    held.until(minutes=4)
    held.sent.clear()
    held.says("ana", "last 25 K7")
    held.until(minutes=5)
    texts = held.got("ana")
    assert 2 <= len(texts) <= MOST_PIECES
    assert texts[0].startswith(f"K7 last 1/{len(texts)}:\n") and "29 word" in "".join(texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab é\n", max_size=900), max_size=6))
def test_pieces_lose_no_letter_and_none_is_longer_than_allowed(lines):
    found = pieces("K7", lines) if any(lines) else ()
    bodies = [text.split(":\n", 1)[1] for text in found]
    assert all(len(body) <= PIECE for body in bodies)
    assert "".join("".join(bodies).split()) == "".join("".join(lines).split())


# -- whom to call ---------------------------------------------------------------------------


def contact(relation, scope, until, **more):
    return SupportContact(
        id=f"sc_{relation}",
        name=box("Maria Secret"),
        relation=box(relation),
        phone=more.pop("phone", box("+12025550188")),
        scope=scope,
        given_at=START,
        expires_on=until,
        by="x",
        **more,
    )


TODAY = date(2026, 11, 24)
CONTACTS = (
    contact("sister", ContactScope.CLINICAL, TODAY - timedelta(days=1)),
    contact("neighbour", ContactScope.WELFARE_ONLY, TODAY),
    contact("father", ContactScope.CLINICAL, TODAY, revoked_at=START),
    contact("sponsor", ContactScope.ENROLLED, TODAY, phone=None),
)


def test_contacts_valid_at_this_moment_are_listed_by_number_relation_and_scope_alone(held):
    held.more = {"contacts": CONTACTS, "today": TODAY}
    assert ContactsRead in held.says("ana", "contacts K7")
    held.says("ben", "contacts K7")
    held.until(minutes=2)
    (told,) = held.got("ana")
    assert told == (
        "VIGIL K7: 2 neighbour (say only: please ask them to call us); 4 sponsor (may know they are with us, "
        "not how they are, no phone on file). CALL K7 2 connects you by phone, numbers hidden."
    )
    assert held.got("ben") == ["VIGIL K7: not done, only whoever holds K7 can."]
    read = next(event for event in held.events if isinstance(event, ContactsRead))
    assert read.contacts == ("sc_neighbour", "sc_sponsor")

    held.more = {"contacts": CONTACTS, "today": TODAY + timedelta(days=1)}
    held.says("ana", "contacts")
    held.until(minutes=3)
    assert held.got("ana") == [asked_texts.no_contacts("K7")]


def test_what_the_patient_takes_back_by_text_or_phone_the_holder_puts_on_record(held):
    held.more = {"contacts": CONTACTS, "today": TODAY}
    assert ContactRevoked in held.says("ana", "contacts K7 end 2")
    assert held.says("ben", "contacts K7 end 4") and held.says("ana", "contacts end 9 K7")
    held.until(minutes=2)
    assert held.got("ana") == [asked_texts.contact_ended("K7", 2), asked_texts.no_contact("K7", 9)]
    assert held.got("ben") == [staff_texts.only_holder("K7")]
    (event,) = [one for one in held.events if isinstance(one, ContactRevoked)]
    assert (event.contact, event.responder) == ("sc_neighbour", "ana")
    assert held.got("patient") == []


def test_a_resource_is_asked_for_by_the_holder_and_what_came_of_it_told_once(held):
    ask = skills.asking("SM9", "cold water fuller", "pt_a", "ana", START)
    assert (ask.topic, ask.level, ask.what) == ("cold_water", "fuller", "send_education")
    assert [skills.asking("SM9", name, "pt_a", "ana", START).topic for name in ("", "plain", "sleep")] == [
        "",
        "plain",
        "sleep",
    ]
    held.says("ana", "/skill grounding")
    held.says("ben", "K7 /skill grounding")
    for outcome in ("done", "done"):
        event = AskAnswered(at=START, ask=ask.id, outcome=outcome, by="ana")
        held.hear(lambda draft, event=event: skills.answered(draft, event))
    other = AskAnswered(at=START, ask="a1", outcome="done", by="ana")
    held.hear(lambda draft: skills.answered(draft, other))
    held.until(minutes=2)
    assert held.got("ana") == [asked_texts.skill("K7", "done")]
    assert held.got("ben") == [staff_texts.only_holder("K7")]
    assert held.got("patient") == [], "followup asks for it to be sent"


def test_a_consent_ends_with_the_day_on_the_patients_clock():
    night = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    assert Patient(id="pt_a").today(night) == TODAY
    berlin = Hours(start="22:00", end="07:00", zone="Europe/Berlin")
    assert Patient(id="pt_a", quiet_hours=berlin).today(night) == TODAY + timedelta(days=1)


# -- 911 ------------------------------------------------------------------------------------


def test_each_step_of_the_hand_off_says_the_next_key_and_the_time_on_the_holders_clock(held):
    held.clock_of = lambda moment, who: f"{moment:%H:%M}/{who}"
    held.says("ana", "K7 I am here")
    held.says("ana", "911")
    held.until(minutes=2)
    assert held.got("ana") == [emergency_texts.begin("K7")]

    # Who answered is asked for; the moment of the call is kept already.
    held.says("ana", "911 K7 called")
    held.until(minutes=3)
    assert held.got("ana") == [emergency_texts.called_whom("K7", "08:12/ana")]
    assert (held.state.emergency.called_at, held.state.emergency.who) == (START + timedelta(minutes=2), None)
    held.says("ana", "911 K7 called dispatch 7")
    held.until(minutes=4)
    assert held.got("ana") == [emergency_texts.called("K7", "08:13/ana", imminent=False)]
    held.says("ana", "911")
    held.until(minutes=5)
    assert (
        "Ana called 911 at 08:13/ana (dispatch 7). Open until contact is made: 4 K7 911" in held.got("ana")[0]
    )

    # The next holder goes on where the first one was.
    held.says("ana", "K7 help is being sent")
    held.escalation("ben")
    held.until(minutes=6)
    told = [text for text in held.got("ben") if "911" in text]
    assert told == [emergency_texts.called_by("K7", "Ana", "08:13/ben", "dispatch 7", handed_off=False)]


def test_the_steps_in_another_order_leave_nobody_stuck(held):
    """Handed off first, told afterwards: who was called is asked for, and noted."""
    held.says("ana", "911")
    held.escalation("ana", EscalationStatus.HANDED_OFF)
    held.until(minutes=2)
    assert held.got("ana") == [emergency_texts.begin("K7"), emergency_texts.not_on_record("K7")]
    held.says("ana", "911 K7 called dispatch 7")
    held.until(minutes=3)
    assert held.got("ana") == [emergency_texts.called_after("K7", "08:12")]
    held.escalation("ana", EscalationStatus.HANDED_OFF, Urgency.IMMINENT)
    held.until(minutes=4)
    assert not any("911" in text for text in held.got("ana")), "it is asked once"


def test_a_pin_is_asked_for_only_where_one_is_needed(held):
    held.escalation("ana", urgency=Urgency.IMMINENT)
    held.says("ana", "911 K7 called dispatch 7")
    held.until(minutes=2)
    assert "Text 4 K7 911 and your PIN:" in held.got("ana")[-1]


@pytest.mark.parametrize("body", ["911 K7 dispatch 7 is coming", "called 911, officer lee", "K7 called 911"])
def test_what_is_nearly_a_step_of_the_hand_off_never_goes_to_the_patient(held, body):
    kinds = held.says("ana", body)
    assert EmergencyCalled not in kinds and EmergencyStarted not in kinds
    held.until(minutes=2)
    assert held.got("patient") == []
    assert held.got("ana") == [emergency_texts.unclear("K7")]


def test_somebody_beside_the_holder_may_call_911_and_the_holder_knows(held):
    held.says("ana", "join kim")
    held.says("kim", "join K7")
    held.until(minutes=2)
    held.sent.clear()
    held.says("kim", "911 K7")
    held.says("kim", "911 K7 called dispatch 7")
    held.until(minutes=3)
    assert held.got("ana") == [
        emergency_texts.begun_by("K7", "Kim"),
        emergency_texts.called_by("K7", "Kim", "08:12", "dispatch 7", handed_off=False),
    ]


# -- DELETE ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "body"),
    [("en", "DELETE"), ("es", "Borrar mis datos"), ("en", "eliminar mis datos"), ("es", "delete my data!")],
)
def test_who_texts_delete_is_told_of_their_rights_and_is_heard_like_anybody(language, body):
    talk = Talk(language=language)
    talk.text(body)
    talk.escalation()
    talk.until(minutes=1)
    phrases = LANGUAGES.of(language)
    assert talk.got("patient") == [phrases.first, phrases.rights]
    assert next(one for one in talk.events if isinstance(one, TextReceived)).asks_record
    talk.escalation("ana")
    talk.until(minutes=2)
    assert any("They ask to have what is kept about them deleted" in text for text in talk.got("ana"))

    talk.text(body)
    talk.until(minutes=3)
    assert talk.got("patient") == [], "once an hour"


@pytest.mark.parametrize(
    "body", ["delete me", "I want to delete my life", "delete this feeling", "quiero borrar todo"]
)
def test_the_word_within_a_sentence_is_an_ordinary_text(held, body):
    held.text(body)
    held.until(minutes=2)
    assert held.got("patient") == []
    assert held.got("ana") == [f"K7: {body}"]


def test_where_only_neutral_words_or_none_may_be_sent_a_person_tells_them(held):
    held.more = {"texting": Texting.NEUTRAL}
    held.text("DELETE")
    held.more = {"relay_words": False}
    held.until(minutes=2)
    assert held.got("patient") == []
    (told,) = held.got("ana")
    assert "DELETE" not in told and "They ask to have what is kept about them deleted" in told
    held.text("STOP", opting=Opting.OUT)
    held.text("DELETE")
    held.until(minutes=3)
    assert held.got("patient") == []


# -- laws -----------------------------------------------------------------------------------


BODIES = [
    *("911", "911 K7 called", "911 K7 called x", "join es", "join es all", "join kim", "join K7", "leave K7"),
    *("last 25 K7", "contacts K7", "K7 hello", "note K7 x", "called 911"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from(BODIES)), max_size=12))
def test_nobody_reads_or_writes_who_neither_holds_it_nor_joined(steps):
    held = taken("en")
    held.more = {
        "speakers": lambda _language: Speakers(("ben",), ("kim",)),
        "contacts": CONTACTS,
        "today": TODAY,
    }
    for minute, (who, body) in enumerate(steps):
        beside = {one.responder for one in held.state.beside}
        before = len(held.events)
        held.says(who, body)
        read = [one for one in held.events[before:] if isinstance(one, TranscriptRead | ContactsRead)]
        assert not read or who in beside
        held.until(minutes=2, seconds=10 * minute)
        if who not in beside:
            shown = [text for text in held.got(who) if "I can't do this" in text]
            assert not shown
    assert len(held.state.invited) <= 2 and set(held.state.called_in) <= set(held.state.invited)


def test_each_step_is_one_segment():
    code, name, clock = "K7M", "Alexandra", "Wed 03:10"
    texts = [
        emergency_texts.begin(code),
        emergency_texts.called(code, clock, imminent=True),
        emergency_texts.called_whom(code, clock),
        emergency_texts.called_by(code, name, clock, "county dispatch 7", handed_off=False),
        emergency_texts.begun(code, name),
        emergency_texts.was_reached(code, clock),
        emergency_texts.unclear(code),
        emergency_texts.nobody_held((code,)),
        asked_texts.speaker_invitation(code, name, "es"),
        asked_texts.speakers_asked(code, "es", [name, "Ben", "Kim"], more=True),
        asked_texts.nobody_speaks(code, "es", 0),
        asked_texts.no_contacts(code),
        staff_texts.how_to(code, "intro", "es", neutral=False),
        staff_texts.goes_on(code, "es"),
    ]
    assert [text for text in texts if len(text) > 160 or not text.isascii()] == []


@pytest.mark.parametrize(
    ("key", "told"), [(Key.TALK_911, "Which? 911 K7 or 911 M3"), (Key.TALK_LAST, "Which? LAST K7 or LAST M3")]
)
def test_a_key_without_a_code_is_asked_about_with_the_key_when_several_are_held(key, told):
    found = choose(key, False, "", {"K7": "pt_a", "M3": "pt_b"}, (), {}, ())
    assert isinstance(found, Ask) and told in found.text
    found = choose(Key.TALK_911, False, "", {}, (), {}, ("K7",))
    assert isinstance(found, Ask) and "Call 911 from your own phone now. Then 1 K7" in found.text
