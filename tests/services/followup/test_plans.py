"""The safety plan by text: a consent of its own, a word from the patient, else a person reads it out."""

import pytest

from contracts.outreach import OutreachKind, Withheld
from services.followup.core import decide, wordings
from services.followup.core.draft import Known
from services.followup.settings import FollowupSettings
from services.paging.core.segments import gsm7_segments, is_gsm7
from tests.services.followup.case import Case, withheld

AGREED = {"has_plan": True, "plan_by_text": True}


def resources(case):
    return [text.resource for _, _, text in case.told if text is not None]


def test_the_plan_comes_after_the_word():
    case = Case("2026-11-24 12:00", **AGREED)
    assert case.asks("send_plan") == "done"
    assert resources(case) == ["plan_question/en"]
    case.until("2026-11-24 12:05")
    assert case.texted("what?") == ()
    case.texted(" Plan. ")
    assert resources(case) == ["plan_question/en", "plan"]
    assert {text.kind for _, _, text in case.told} == {OutreachKind.SAFETY_PLAN}
    assert case.state.plan is None and case.state.tasks == ()
    assert case.texted("PLAN", "SM2") == ()


@pytest.mark.parametrize(
    ("known", "answer", "why"),
    [
        ({"has_plan": True}, "no consent", "no_consent"),
        (AGREED | {"opted_out": True}, "opted out", "opted_out"),
    ],
)
def test_without_consent_a_person_reads_it_out(known, answer, why):
    case = Case("2026-11-24 12:00", **known)
    assert answer in case.asks("send_plan")
    assert case.tasks == {"read_plan": ("ben", "2026-11-24 13:00", "high")}
    assert case.state.tasks[0].why == why and case.texts == []


def test_the_site_says_how_soon_a_plan_is_read_out():
    case = Case("2026-11-24 12:00", has_plan=True)
    case.limits = FollowupSettings(followup_read_plan_hours=0.5).limits()
    case.asks("send_plan")
    assert case.tasks == {"read_plan": ("ben", "2026-11-24 12:30", "high")}


def test_without_a_plan_there_is_nothing_to_read():
    case = Case("2026-11-24 12:00", plan_by_text=True)
    assert case.asks("send_plan") == "there is no safety plan on file"
    assert case.state.tasks == ()


@pytest.mark.parametrize(("at", "sent"), [("12:30", True), ("12:31", False)])
def test_the_word_counts_for_half_an_hour(at, sent):
    case = Case("2026-11-24 12:00", **AGREED)
    case.asks("send_plan")
    case.now = case.now.replace(minute=int(at[3:]))
    case.texted("PLAN")
    assert ("plan" in resources(case)) is sent
    case.until("2026-11-24 12:40")
    assert [one.why for one in case.state.tasks] == ([] if sent else ["unconfirmed"])


def test_a_consent_taken_back_in_between_counts():
    case = Case("2026-11-24 12:00", **AGREED)
    case.asks("send_plan")
    case.known = Known(therapist="ben", has_plan=True)
    case.texted("PLAN")
    assert resources(case) == ["plan_question/en"]
    assert [one.why for one in case.state.tasks] == ["no_consent"]


def test_a_question_that_could_not_be_texted_is_a_task():
    case = Case("2026-11-24 12:00", **AGREED)
    case.answers = withheld(safety_plan="not_safe")
    case.asks("send_plan")
    assert [(str(one.kind), one.why) for one in case.state.tasks] == [("read_plan", "withheld")]
    assert case.state.plan is None


def test_it_is_asked_for_once_at_a_time():
    case = Case("2026-11-24 12:00", **AGREED)
    case.silent = True
    case.asks("send_plan")
    assert "already" in case.asks("send_plan", "a2")


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_what_asks_for_the_word_tells_a_stranger_nothing(language):
    text = wordings.question(language)
    assert gsm7_segments(text) == 1 and wordings.WORD in text
    assert not any(word in text.lower() for word in ("safety", "crisis", "suicid", "programme", "vigil"))


@pytest.mark.parametrize("text", [wordings.to_contact("+12025550199"), wordings.received()])
def test_support_contacts_are_told_nothing(text):
    assert is_gsm7(text) and gsm7_segments(text) == 1
    assert not any(word in text.lower() for word in ("patient", "program", "clinic", "therap", "vigil"))


def test_a_plan_that_did_not_arrive_after_all_is_read_out():
    case = Case("2026-11-24 12:00", **AGREED)
    case.asks("send_plan")
    case.texted("PLAN")
    sent = case.state.sent[-1]
    case.commit(decide.outreach_ended(case.state, sent.outreach, Withheld.UNDELIVERED, case.here))
    assert [(str(one.kind), one.why) for one in case.state.tasks] == [("read_plan", "undelivered")]
