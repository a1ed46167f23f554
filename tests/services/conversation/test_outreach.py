"""Texts that begin with us: when they go, when they wait, and how whoever asked is told."""

import dataclasses
import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conversations import Alarm, AnswerStage, Purpose
from contracts.outreach import OutreachAsked, OutreachDropped, OutreachEnded, OutreachKind, Withheld
from contracts.people import Patient
from contracts.privacy import Hours, NotSafe, TextConsent
from contracts.values import Urgency
from services.conversation.aggregate import subject_of
from services.conversation.core import answering, outreaching
from services.conversation.core.decide import decide
from services.conversation.core.evolve import evolve
from services.conversation.core.opting import Opting
from services.conversation.core.state import OUTREACH_KEPT, Conversation, due
from services.conversation.worlds import _reach, _texting
from tests.services.conversation.hands import SEALS
from tests.services.conversation.talk import LANGUAGES, PHONE, START, Talk, box

EN = LANGUAGES.of("en")
MISSED = "We missed you today. Reply any time and a person will read it."
"""As the requirement has it."""
DAY = timedelta(days=1)
CONSENT = TextConsent(risk_notice_version="1", accepted_at=START - 30 * DAY, by="desk")
RECORD = Patient(id="pt_a", phone=PHONE, text_consent=CONSENT)
NIGHT = Hours(start=time(22), end=time(8), zone="America/New_York")
"""The story begins at 03:10 of the wall clock."""
EIGHT = START.replace(hour=13, minute=0)
NEUTRAL_KINDS = (OutreachKind.MISSED, OutreachKind.FOLLOW_UP, OutreachKind.CARING)
PERSONAL_KINDS = (OutreachKind.REMINDER, OutreachKind.EDUCATION, OutreachKind.SAFETY_PLAN)


class Reaching(Talk):
    """A conversation, the patient's record, and what other services were told."""

    def __init__(self, **record: object) -> None:
        super().__init__()
        self.record = RECORD.model_copy(update=record)

    @property
    def world(self):
        return dataclasses.replace(
            super().world,
            reach=_reach(self.record),
            texting=_texting(self.record, self.now),
            is_quiet=self.record.is_quiet(self.now),
        )

    def ask(self, kind=OutreachKind.MISSED, outreach="o1", *, within=DAY, **more):
        if kind in (OutreachKind.EDUCATION, OutreachKind.SAFETY_PLAN):
            more.setdefault("sealed", box("three ways to breathe"))
        if kind is OutreachKind.REMINDER:
            more.setdefault("args", {"at": "2026-11-24T10:00", "time": "10:00 AM"})
        ask = OutreachAsked(
            at=self.now, outreach=outreach, patient="pt_a", kind=kind, send_by=self.now + within, **more
        )
        return self.outreach(lambda draft: outreaching.asked(draft, ask))

    def drop(self, outreach="o1"):
        drop = OutreachDropped(at=self.now, outreach=outreach, patient="pt_a", why="checked in")
        return self.outreach(lambda draft: outreaching.dropped(draft, drop))

    def outreach(self, rule):
        def act(draft):
            rule(draft)
            answering.intend(draft)

        return self.hear(act)

    def take_all(self):
        """Let the carrier take what is intended."""
        for one in self.state.outbox:
            if one.stage is AnswerStage.INTENDED:
                self.take(one)

    def ended(self) -> list[tuple[str, str | None]]:
        """Return what whoever asked was told."""
        return [(one.outreach, one.withheld) for one in self.events if isinstance(one, OutreachEnded)]


# -- what goes out -----------------------------------------------------------------------------


def test_a_missed_session_is_asked_about_in_neutral_words_at_once():
    talk = Reaching()
    talk.ask()

    assert talk.ended() == [], "intended is not taken"
    talk.take_all()
    assert talk.got("patient") == [MISSED]
    assert talk.ended() == [("o1", None)]
    assert due(talk.state) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (OutreachKind.REMINDER, "Reminder: we look forward to seeing you on Tuesday at 10:00 AM."),
        (OutreachKind.MISSED, MISSED),
        (OutreachKind.FOLLOW_UP, EN.outreach.follow_up[0]),
        (OutreachKind.CARING, EN.outreach.caring[3]),
        (OutreachKind.EDUCATION, "three ways to breathe"),
        (OutreachKind.SAFETY_PLAN, "three ways to breathe"),
    ],
)
def test_each_kind_has_its_words_and_more_variants_than_there_are_begin_anew(kind, text):
    variants = len(EN.outreach.caring)
    talk = Reaching()
    talk.ask(kind, variant=3 + 2 * variants)
    talk.take_all()

    assert talk.got("patient") == [text]


def test_nothing_of_it_stands_in_clear():
    talk = Reaching()
    talk.ask(OutreachKind.REMINDER)

    assert [one.text for one in talk.state.outbox] == [""]


def test_it_goes_to_the_phone_of_the_record_in_the_language_that_is_asked_for():
    talk = Reaching(phone=box("+1new"))
    talk.text("hello")
    talk.language = "es"
    talk.ask()

    out = talk.state.outbox[-1]
    assert (out.phone.box, out.sealed.box) == ("+1new", LANGUAGES.of("es").outreach.missed[0])


def test_asked_twice_it_is_one_text_before_and_after_it_is_over():
    talk = Reaching()
    talk.ask()
    assert talk.ask() == []
    talk.take_all()
    assert talk.ask() == []

    assert talk.got("patient") == [MISSED]
    assert talk.ended() == [("o1", None)]


# -- what is withheld --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "more", "why"),
    [
        ({"phone": None}, {}, Withheld.NO_PHONE),
        ({"opted_out_at": START}, {}, Withheld.OPTED_OUT),
        ({"text_consent": None}, {}, Withheld.NO_CONSENT),
        (
            {"text_consent": CONSENT.model_copy(update={"revoked_at": START})},
            {},
            Withheld.NO_CONSENT,
        ),
        ({"not_safe": NotSafe(when="always", since=START, by="ana")}, {}, Withheld.NOT_SAFE),
        ({}, {"within": timedelta()}, Withheld.TOO_LATE),
        ({"quiet_hours": NIGHT}, {"within": timedelta(hours=4)}, Withheld.QUIET_HOURS),
        ({"quiet_hours": Hours(start=time(1), end=time(1))}, {}, Withheld.QUIET_HOURS),
    ],
)
def test_what_may_not_be_sent_is_told_to_whoever_asked_at_once(record, more, why):
    talk = Reaching(**record)
    talk.ask(**more)

    assert talk.got("patient") == [] and talk.state.outbox == ()
    assert talk.ended() == [("o1", why)]
    assert due(talk.state) is None


def test_whoever_texts_us_first_is_still_asked_for_consent_before_we_begin():
    talk = Reaching(text_consent=None, phone=None)
    talk.text("hello")
    talk.ask()

    assert talk.ended() == [("o1", Withheld.NO_CONSENT)]


@pytest.mark.parametrize("kind", NEUTRAL_KINDS)
def test_where_only_neutral_words_may_stand_neutral_kinds_go(kind):
    talk = Reaching(not_safe=NotSafe(when="neutral", since=START, by="ana"))
    talk.ask(kind)
    talk.take_all()

    assert talk.ended() == [("o1", None)]


@pytest.mark.parametrize("kind", PERSONAL_KINDS)
def test_where_only_neutral_words_may_stand_the_others_stay(kind):
    talk = Reaching(not_safe=NotSafe(when="neutral", since=START, by="ana"))
    talk.ask(kind)

    assert talk.ended() == [("o1", Withheld.NOT_SAFE)]


def test_words_that_somebody_wrote_for_them_are_never_neutral():
    talk = Reaching(not_safe=NotSafe(when="neutral", since=START, by="ana"))
    talk.ask(OutreachKind.CARING, sealed=box("how was group?"))

    assert talk.ended() == [("o1", Withheld.NOT_SAFE)]


@pytest.mark.parametrize(
    "more", [{"kind": OutreachKind.EDUCATION, "sealed": None}, {"kind": OutreachKind.REMINDER, "args": {}}]
)
def test_an_ask_without_anything_to_send_is_refused(more):
    talk = Reaching()
    talk.ask(**more)

    assert talk.ended() == [("o1", Withheld.REFUSED)]


def test_more_than_anybody_should_be_sent_is_withheld():
    talk = Reaching(quiet_hours=NIGHT)
    for number in range(OUTREACH_KEPT + 1):
        talk.ask(OutreachKind.CARING, f"o{number}")

    assert talk.ended() == [(f"o{OUTREACH_KEPT}", Withheld.TOO_MANY)]


# -- a crisis ----------------------------------------------------------------------------------


@pytest.mark.parametrize("holder", [None, "ana"])
def test_while_an_escalation_is_open_a_caring_contact_is_withheld(holder):
    talk = Reaching()
    talk.text("I can't")
    talk.escalation(holder)
    talk.ask(OutreachKind.CARING)

    assert talk.ended() == [("o1", Withheld.CRISIS_OPEN)]


def test_the_text_about_a_missed_session_goes_although_its_own_signal_opened_an_escalation():
    talk = Reaching()
    talk.escalation(urgency=Urgency.SOON)
    talk.ask(during_crisis=True)
    talk.ask(outreach="o2")
    talk.take_all()

    assert talk.got("patient") == [MISSED]
    assert talk.ended() == [("o2", Withheld.CRISIS_OPEN), ("o1", None)]


def test_a_line_in_a_worklist_is_no_crisis_and_a_closed_one_neither():
    talk = Reaching()
    talk.escalation("ana", urgency=Urgency.ROUTINE)
    talk.ask(OutreachKind.CARING)
    talk.escalation("ana", urgency=Urgency.URGENT)
    talk.closed(urgency=Urgency.URGENT)
    talk.ask(OutreachKind.CARING, "o2")
    talk.until(minutes=1)
    talk.take_all()

    assert talk.ended() == [("o1", None), ("o2", None)]


def test_a_crisis_that_opens_while_it_waits_withholds_it():
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING)
    talk.at(minutes=30).text("I can't")
    talk.escalation()
    talk.until(minutes=31)

    assert talk.ended() == [("o1", Withheld.CRISIS_OPEN)]


# -- waiting -----------------------------------------------------------------------------------


def test_in_quiet_hours_it_waits_for_their_end_and_an_alarm_stands_for_it():
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING)

    assert talk.state.alarms == {Alarm.OUTREACH: EIGHT} and due(talk.state) == EIGHT
    talk.until(minutes=289)
    assert talk.got("patient") == []
    talk.until(minutes=290)
    assert talk.got("patient") == [EN.outreach.caring[0]]
    assert talk.ended() == [("o1", None)]
    assert due(talk.state) is None


def test_in_hours_that_are_not_safe_it_waits_too_for_whichever_ends_last():
    dad = Hours(start=time(7), end=time(9, 30), zone="America/New_York")
    talk = Reaching(quiet_hours=NIGHT, not_safe=NotSafe(when="hours", hours=dad, since=START, by="ana"))
    talk.ask(OutreachKind.EDUCATION)

    assert due(talk.state) == EIGHT + timedelta(minutes=90)


def test_what_waits_is_judged_again_at_its_hour():
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING)
    talk.record = talk.record.model_copy(
        update={"text_consent": CONSENT.model_copy(update={"revoked_at": talk.now})}
    )
    talk.until(minutes=300)

    assert talk.got("patient") == []
    assert talk.ended() == [("o1", Withheld.NO_CONSENT)]


def test_found_too_late_it_is_not_sent():
    """All copies were down from before eight until after the hour it made sense."""
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING, within=timedelta(hours=6))
    talk.at(minutes=600).step()

    assert talk.got("patient") == []
    assert talk.ended() == [("o1", Withheld.TOO_LATE)]


def test_whoever_asks_for_quiet_in_a_sentence_hears_nothing_of_us_for_a_day():
    talk = Reaching()
    talk.text("please stop texting me")
    talk.escalation("ana")
    talk.closed()
    talk.until(minutes=1)
    talk.got("patient")
    talk.ask(OutreachKind.CARING, within=timedelta(hours=12))
    talk.ask(OutreachKind.CARING, "o2", within=2 * DAY)
    assert talk.ended() == [("o1", Withheld.PAUSED)]
    talk.until(minutes=24 * 60 + 1)

    assert talk.got("patient") == [EN.outreach.caring[0]]


def test_stop_ends_what_waits():
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING)
    talk.at(minutes=30).text("STOP", opting=Opting.OUT)
    talk.until(minutes=31)

    assert talk.ended() == [("o1", Withheld.OPTED_OUT)]
    assert Alarm.OUTREACH not in talk.state.alarms


# -- dropped -----------------------------------------------------------------------------------


def test_dropped_while_it_waits_it_is_not_sent():
    talk = Reaching(quiet_hours=NIGHT)
    talk.ask(OutreachKind.CARING)
    talk.drop()
    assert talk.drop() == []
    talk.until(minutes=300)

    assert talk.got("patient") == []
    assert talk.ended() == [("o1", Withheld.DROPPED)]


def test_dropped_before_it_was_heard_of_it_is_never_sent():
    talk = Reaching()
    talk.drop()
    assert talk.ask() == []

    assert talk.ended() == [("o1", Withheld.DROPPED)]


def test_dropped_on_its_way_the_carrier_decides_and_what_it_does_not_know_is_not_sent_again():
    talk = Reaching()
    talk.ask()
    talk.drop()
    assert talk.ended() == []
    name = talk.state.outbox[0].id
    talk.hear(lambda draft: answering.unknown(draft, name, 1, "timeout"))
    talk.now += timedelta(seconds=2)
    talk.hear(lambda draft: answering.not_found(draft, name, 1))

    assert talk.ended() == [("o1", Withheld.DROPPED)]
    assert talk.drop() == [] and due(talk.state) is None


def test_dropped_after_it_was_sent_changes_nothing():
    talk = Reaching()
    talk.ask()
    talk.take_all()
    assert talk.drop() == []


# -- the carrier -------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "why"), [(30007, Withheld.REFUSED), (21610, Withheld.OPTED_OUT)])
def test_what_the_carrier_refuses_is_told_to_whoever_asked(code, why):
    talk = Reaching()
    talk.ask()
    name = talk.state.outbox[0].id
    talk.hear(lambda draft: answering.refused(draft, name, 1, code, 400))

    assert talk.ended() == [("o1", why)]
    assert talk.state.opted_out is (code == 21610)


def test_what_the_carrier_took_and_could_not_deliver_is_told_once_more():
    talk = Reaching()
    talk.ask()
    talk.take_all()
    talk.fails(Purpose.OUTREACH)
    talk.fails(Purpose.OUTREACH)

    assert talk.ended() == [("o1", None), ("o1", Withheld.UNDELIVERED)]


def test_a_receipt_that_overtakes_the_carriers_answer_ends_it_once():
    talk = Reaching()
    talk.ask()
    talk.fails(Purpose.OUTREACH)
    name = talk.state.outbox[0].id
    talk.hear(lambda draft: answering.accepted(draft, name, 1, "SMx"))

    assert talk.ended() == [("o1", Withheld.REFUSED)]


def test_a_carrier_that_is_busy_until_the_quiet_hours_gets_it_when_they_end():
    talk = Reaching(quiet_hours=Hours(start=time(3, 10, 1), end=time(8), zone="America/New_York"))
    talk.ask(OutreachKind.CARING)
    name = talk.state.outbox[0].id
    talk.hear(lambda draft: answering.refused(draft, name, 1, 20429, 429))
    talk.until(minutes=200)
    assert talk.got("patient") == [] and talk.ended() == []
    talk.until(minutes=291)

    assert talk.got("patient") == [EN.outreach.caring[0]]
    assert talk.ended() == [("o1", None)]


def test_killed_before_the_carrier_answered_the_intention_stands_and_is_asked_about():
    talk = Reaching()
    talk.ask()
    assert due(talk.state) == talk.now + answering.NO_OUTCOME
    talk.now += answering.NO_OUTCOME
    (lost,) = answering.lost(talk.state, talk.now)
    talk.hear(lambda draft: answering.not_found(draft, lost.id, 1))
    talk.take_all()

    assert talk.got("patient") == [MISSED] and talk.ended() == [("o1", None)]


# -- beside the crisis line --------------------------------------------------------------------


def test_no_answer_to_a_patient_waits_behind_a_text_that_begins_with_us():
    talk = Reaching()
    talk.ask()
    name = talk.state.outbox[0].id
    talk.hear(lambda draft: answering.unknown(draft, name, 1, "timeout"))
    talk.text("help me please")
    talk.hear(answering.intend)

    assert [one.purpose for one in talk.state.outbox if one.stage is AnswerStage.INTENDED] == [Purpose.FIRST]


def test_a_reply_is_answered_like_any_text_and_the_patient_waits_for_a_person():
    talk = Reaching()
    talk.ask()
    talk.take_all()
    talk.got("patient")
    talk.at(minutes=5).text("I am fine")
    talk.escalation()
    talk.until(minutes=9)

    assert talk.got("patient") == [EN.first, EN.waiting]
    assert talk.state.waiting_since is not None


def test_whoever_takes_it_can_read_what_the_patient_was_answering():
    talk = Reaching()
    talk.ask()
    talk.take_all()
    talk.ask(OutreachKind.SAFETY_PLAN, "o2")
    talk.take_all()
    talk.at(minutes=5).text("I could not get out of bed")
    talk.escalation("ana")
    talk.says("ana", "last K7")
    talk.until(minutes=6)

    (read,) = [text for text in talk.got("ana") if "last:" in text]
    assert read.splitlines()[1:] == [
        f"08:10 Vigil: {MISSED}",
        "08:10 Vigil: [safety_plan]",
        "08:15 patient: I could not get out of bed",
    ]


def test_a_machine_that_answers_everything_ends_in_a_pause_and_not_in_a_loop():
    talk = Reaching()
    talk.escalation()
    talk.ask(during_crisis=True)
    for minute in range(180):
        talk.until(minutes=minute)
        if texts := talk.got("patient"):
            talk.sent += [("seen", text) for text in texts]
            talk.text("I am driving and can't read this")
        if minute == 90:
            talk.ask(OutreachKind.MISSED, "o2", during_crisis=True)
            talk.ask(OutreachKind.MISSED, "o3", during_crisis=True, within=timedelta(minutes=5))

    assert len(talk.got("seen")) <= 1 + 3 * 8, "no more than the guard lets pass in an hour"


def test_texts_that_begin_with_us_take_none_of_the_room_for_answers():
    talk = Reaching()
    talk.with_times(most_automatic=1)
    for number in range(3):
        talk.ask(outreach=f"o{number}")
        talk.take_all()
        talk.hear(answering.intend)
    talk.take_all()
    talk.text("hello")
    talk.hear(answering.intend)
    talk.take_all()

    assert talk.got("patient") == [MISSED] * 3 + [EN.first]


def test_a_patient_of_whom_nothing_else_is_known_has_no_conversation_for_it():
    talk = Reaching()
    talk.ask()
    talk.take_all()
    talk.escalation("ana")
    talk.until(minutes=60)

    assert talk.got("ana") == [] and talk.got("patient") == [MISSED]


# -- laws --------------------------------------------------------------------------------------

MOVES = ["ask", "ask", "again", "drop", "early drop", "text", "stop", "start", "crisis", "close", "consent"]
CARRIER = ["takes", "takes", "refuses", "busy", "down", "silent"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            st.sampled_from(list(OutreachKind)),
            st.sampled_from(["free", "night", "neutral", "hours", "always"]),
            st.sampled_from([0, 3, 40, 4000, 15_000]),
            st.sampled_from(CARRIER),
        ),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_each_ask_ends_once_is_due_until_then_and_is_sent_at_most_once(plan):
    talk = Reaching()
    asked = 0
    for move, kind, marked, seconds, carrier in plan:
        talk.record = RECORD.model_copy(update=_marks(marked))
        match move:
            case "ask" | "early drop":
                asked += 1
                if move == "early drop":
                    talk.drop(f"o{asked}")
                talk.ask(kind, f"o{asked}", during_crisis=asked % 2 == 0, within=timedelta(hours=9))
            case "again" if asked:
                assert talk.ask(kind, f"o{asked}") == []
            case "drop" if asked:
                talk.drop(f"o{asked}")
            case "text" | "stop" | "start":
                opting = {"stop": Opting.OUT, "start": Opting.IN}.get(move, Opting.NONE)
                talk.text(move, opting=opting, carried=False)
            case "crisis" if talk.hold is None:
                talk.escalation("ana")
            case "close" if talk.hold is not None and talk.hold.open:
                talk.closed()
            case "consent":
                talk.record = talk.record.model_copy(update={"text_consent": None})
            case _:
                pass
        _hand_over(talk, carrier)
        talk.now += timedelta(seconds=seconds)
        for _ in range(400):
            moment = due(talk.state)
            if moment is None or moment > talk.now:
                break
            _look(talk, carrier)
        assert due(talk.state) is None or due(talk.state) > talk.now
        assert len(talk.state.outreach) <= OUTREACH_KEPT
        if talk.state.outreach:
            assert due(talk.state) is not None
    talk.now += timedelta(hours=10)
    for _ in range(80):
        if not talk.state.outreach:
            break
        _look(talk, "takes")
        talk.now += timedelta(seconds=31)

    firsts = [name for name, why in talk.ended() if why != Withheld.UNDELIVERED]
    assert sorted(firsts) == sorted({f"o{number + 1}" for number in range(asked)})
    intended = [one.outreach for one in talk.events if getattr(one, "purpose", "") == Purpose.OUTREACH]
    taken = [name for name, why in talk.ended() if why is None]
    assert set(taken) <= set(intended) and len(taken) == len(set(taken))
    state = Conversation.empty("conversations.pt_a")
    for event in talk.events:
        state = evolve(state, event)
    assert state == talk.state
    assert Conversation.model_validate_json(state.model_dump_json()) == state


def _marks(marked: str) -> dict[str, object]:
    noon = Hours(start=time(11), end=time(14), zone="America/New_York")
    match marked:
        case "night":
            return {"quiet_hours": NIGHT}
        case "neutral" | "always":
            return {"not_safe": NotSafe(when=marked, since=START, by="ana")}
        case "hours":
            return {"quiet_hours": NIGHT, "not_safe": NotSafe(when="hours", hours=noon, since=START, by="a")}
        case _:
            return {}


def _look(talk: Reaching, carrier: str) -> None:
    for one in answering.lost(talk.state, talk.now):
        match carrier:
            case "down" | "silent":
                talk.hear(lambda d, o=one: answering.unknown(d, o.id, o.attempt, "unreachable"))
            case "takes":
                talk.hear(lambda d, o=one: answering.accepted(d, o.id, o.attempt, "SMx", reconciled=True))
            case _:
                talk.hear(lambda d, o=one: answering.not_found(d, o.id, o.attempt))
    talk.step(carrier=False)
    _hand_over(talk, carrier)


def _hand_over(talk: Reaching, carrier: str) -> None:
    for one in talk.state.outbox:
        if one.stage is not AnswerStage.INTENDED:
            continue
        match carrier:
            case "takes":
                talk.hear(lambda d, o=one: answering.accepted(d, o.id, o.attempt, f"SM{o.id}"))
            case "refuses":
                talk.hear(lambda d, o=one: answering.refused(d, o.id, o.attempt, 30007, 400))
            case "busy":
                talk.hear(lambda d, o=one: answering.refused(d, o.id, o.attempt, 20429, 429))
            case "down":
                talk.hear(lambda d, o=one: answering.unknown(d, o.id, o.attempt, "timeout"))
            case _silent:
                pass


def test_a_state_that_knows_nothing_of_outreach_is_read_on():
    stored = Reaching().state.model_dump(mode="json")
    for name in ("outreach", "outreach_over"):
        del stored[name]

    assert Conversation.model_validate(stored).outreach == ()


def test_the_example_of_the_chapter_is_sent():
    chapter = (Path(outreaching.__file__).parents[1] / "README.md").read_text()
    (example,) = re.findall(r"```json\n(.*?)```", chapter, re.DOTALL)
    ask = OutreachAsked.model_validate_json(example)
    talk = Reaching()
    talk.now = ask.at
    talk.outreach(lambda draft: outreaching.asked(draft, ask))
    talk.take_all()

    assert talk.got("patient") == [MISSED] and talk.ended() == [("missed-1", None)]


# -- on a real server --------------------------------------------------------------------------


async def test_what_was_asked_for_is_sent_once_however_often_it_is_heard_and_by_whom(line):
    phone = line.number()
    await line.know("pt_reach", phone, text_consent=CONSENT, language="es")
    ask = OutreachAsked(
        at=START, outreach="o1", patient="pt_reach", kind=OutreachKind.MISSED, send_by=START + DAY
    )
    for _ in range(3):
        await line.js.publish("outreach.pt_reach", ask.model_dump_json().encode())
    missed = LANGUAGES.of("es").outreach.missed[0]

    async def taken():
        return line.texts_to(phone) == [missed] and not (await line.state("pt_reach")).outreach

    await line.until(taken)
    await line.stop()
    # Another copy dies after it has stored the intention: whoever starts next finds it, and asks the carrier.
    again = ask.model_copy(update={"outreach": "o2", "kind": OutreachKind.CARING})
    seen = Reaching(phone=SEALS.seal(phone))
    await line.conversations().decide(
        subject_of("pt_reach"),
        "o2",
        lambda state, now: decide(
            state,
            now,
            dataclasses.replace(seen.world, seal=SEALS.seal),
            lambda draft: (outreaching.asked(draft, again), answering.intend(draft)),
        ),
    )
    assert line.texts_to(phone) == [missed]
    await line.start()
    await line.clock.step(line.clock.now() + answering.NO_OUTCOME)

    async def both():
        return (await line.state("pt_reach")).outreach_over == ("o1", "o2")

    await line.until(both)
    assert line.texts_to(phone) == [missed, EN.outreach.caring[0]]


async def test_an_ask_for_another_patient_than_its_subject_says_is_parked(line):
    ask = OutreachAsked(
        at=START, outreach="o1", patient="pt_x", kind=OutreachKind.MISSED, send_by=START + DAY
    )
    before = await line.parked()
    await line.js.publish("outreach.pt_y", ask.model_dump_json().encode())

    async def parked():
        return await line.parked() > before

    await line.until(parked)
    assert (await line.state("pt_x")).outreach_over == ()
