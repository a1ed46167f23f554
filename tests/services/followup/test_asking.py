"""What is asked at a desk: tasks by hand, resources."""

import pytest

from contracts.followups import FollowupAsked, Priority
from contracts.values import Sealed
from services.followup.core import asking, wordings
from services.followup.core.state import Debt
from services.followup.resources import choose, shipped
from services.paging.core.segments import gsm7_segments, is_gsm7
from tests.services.followup.case import Case, wall

NOTE = Sealed(key="p:pt_a", box="eA==")
RESOURCES = shipped()


def test_a_task_by_hand_is_added_taken_noted_and_done():
    case = Case("2026-11-24 12:00")
    assert (
        case.asks("add_task", "a1", due=wall("2026-11-26 17:00"), priority=Priority.LOW, note=NOTE) == "done"
    )
    (task,) = case.state.tasks
    assert (str(task.kind), task.owner, task.notes[0].text) == ("case", "ben", NOTE)
    assert case.asks("assign_task", "a2", task=task.id, owner="cal") == "done"
    assert case.asks("note_task", "a3", task=task.id, note=NOTE) == "done"
    assert case.state.tasks[0].owner == "cal" and len(case.state.tasks[0].notes) == 2
    assert case.asks("done_task", "a4", task=task.id, note=NOTE) == "done"
    assert case.state.tasks == () and case.told_of(Debt.FOLLOWED) == []


def test_a_request_counts_once():
    case = Case("2026-11-24 12:00")
    case.asks("add_task", "a1")
    case.asks("add_task", "a1")
    assert len(case.state.tasks) == 1


def test_a_task_that_is_not_open_is_said_so():
    case = Case("2026-11-24 12:00")
    assert case.asks("done_task", task="TXXXXXX") == "there is no such open task"


@pytest.mark.parametrize(
    ("known", "resource", "outcome"),
    [
        ({"education": True}, "en/grounding", "done"),
        ({"education": True}, None, "there is no resource"),
        ({}, "en/grounding", "has not asked"),
        ({"education": True, "opted_out": True}, "en/grounding", "opted out"),
    ],
)
def test_resources_are_sent_to_who_wants_them(known, resource, outcome):
    case = Case("2026-11-24 12:00", **known)
    assert outcome in case.asks("send_education", resource=resource, topic="grounding")
    assert bool(case.texts) is (outcome == "done")


def test_a_resource_that_could_not_be_sent_is_a_task_of_low_priority():
    case = Case("2026-11-24 12:00", education=True)
    case.silent = True
    case.asks("send_education", resource="en/sleep", topic="sleep")
    case.until("2026-11-26 12:00")
    assert [str(one.priority) for one in case.state.tasks] == ["low"]


def test_who_asks_for_what_is_not_there_is_told_what_is():
    case = Case("2026-11-24 12:00")
    ask = FollowupAsked(id="a1", patient="pt_a", at=case.now, by="ana", what="send_education", topic="chess")
    *_, answer = asking.asked(case.state, ask, None, case.here, ["grounding", "sleep"])
    assert answer.outcome == "there is no resource on that topic; there are: grounding sleep"
    assert (answer.type, answer.by) == ("ask_answered", "ana")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("SKILL sleep", "sleep"),
        ("skills: cold water!", "cold_water"),
        ("Habilidad respiración", "respiracion"),
        ("skill", ""),
        ("skill me or i die tonight", None),
        ("i need a skill", None),
        ("", None),
    ],
)
def test_only_the_word_and_a_topic_ask_for_a_resource(text, topic):
    assert wordings.skill_wanted(text) == topic


@pytest.mark.parametrize("key", RESOURCES)
def test_each_resource_is_one_plain_segment_in_both_languages(key):
    resource = RESOURCES[key]
    assert is_gsm7(resource.text) and gsm7_segments(resource.text) == 1
    assert {f"en/{resource.name}", f"es/{resource.name}"} <= set(RESOURCES)


@pytest.mark.parametrize(
    ("topic", "language", "level", "found"),
    [
        ("grounding", "es", "", "es/grounding"),
        ("grounding", "fr", "", "en/grounding"),
        ("coping", "en", "fuller", "en/thoughts"),
        ("sleep", "en", "fuller", "en/sleep"),
        ("Sleep", "en", "", "en/sleep"),
        ("slow_breathing", "en", "", "en/breathing"),
        ("chess", "en", "", None),
    ],
)
def test_a_resource_is_chosen_by_topic_language_and_level(topic, language, level, found):
    chosen = choose(RESOURCES, topic, language, level)
    assert (chosen.key if chosen is not None else None) == found
