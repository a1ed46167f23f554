"""The morning's text: counts and ids, at eight on the person's own clock, only to who has tasks."""

import pytest

from contracts.followups import TaskBrief, TaskKind
from contracts.people import Person
from contracts.values import Sealed
from services.followup.core.digest import digest, next_at
from services.paging.core.notice_texts import notice_text
from services.paging.core.segments import gsm7_segments
from tests.services.followup.case import clock, wall

EIGHT = clock("08:00")


def person(name="ben", zone="America/New_York", **more):
    return Person(id=name, name=Sealed(key="k1", box="eA=="), zone=zone, **more)


def task(name, due, owner="ben"):
    return TaskBrief(task=name, kind=TaskKind.CONTACT, due=wall(due), owner=owner)


TASKS = (
    task("TAAAAAA", "2026-11-25 07:00"),
    task("TBBBBBB", "2026-11-25 12:00"),
    task("TCCCCCC", "2026-11-25 13:00"),
    task("TDDDDDD", "2026-12-02 12:00"),
    task("TEEEEEE", "2026-11-25 12:00", owner="cal"),
)


def test_it_counts_and_names_the_first():
    told = digest(person(), TASKS, wall("2026-11-25 08:00"), EIGHT)
    assert told.args == {"open": "4", "today": "2", "overdue": "1", "tasks": "TAAAAAA TBBBBBB TCCCCCC"}
    assert (told.responder, told.message) == ("ben", "digest-ben-20261125")
    text = notice_text(told, {})
    assert text == (
        "VIGIL tasks: 4 open, 2 due today, 1 overdue: TAAAAAA TBBBBBB TCCCCCC and 1 more. See vigil tasks."
    )
    assert gsm7_segments(text) == 1


@pytest.mark.parametrize(
    ("at", "told"), [("07:59", False), ("08:00", True), ("11:59", True), ("12:00", False), ("23:00", False)]
)
def test_it_comes_at_eight_or_after_a_stop_until_noon(at, told):
    assert (digest(person(), TASKS, wall(f"2026-11-25 {at}"), EIGHT) is not None) is told


def test_who_has_none_or_is_away_for_good_gets_none():
    now = wall("2026-11-25 08:00")
    assert digest(person("dee"), TASKS, now, EIGHT) is None
    assert digest(person(active=False), TASKS, now, EIGHT) is None


def test_each_has_their_own_morning():
    people = (person(), person("cal", "America/Los_Angeles"))
    assert next_at(people, wall("2026-11-25 07:00"), EIGHT) == wall("2026-11-25 08:00")
    assert next_at(people, wall("2026-11-25 08:00"), EIGHT) == wall("2026-11-25 11:00")
    assert next_at(people, wall("2026-11-25 11:00"), EIGHT) == wall("2026-11-26 08:00")
    assert next_at((), wall("2026-11-25 11:00"), EIGHT) is None


def test_the_morning_follows_the_wall_clock_into_summer():
    assert next_at((person(),), wall("2027-03-13 08:00"), EIGHT) == wall("2027-03-14 08:00")
