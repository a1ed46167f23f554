"""When a page to a schedule would reach nobody, and why."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Shift, Shifts
from services.roster import core
from services.roster.core import Why
from tests.services.roster.core.words import compiled, daily, hourly, ny, person, weekly

START, END = ny("2026-11-02T08:00"), ny("2026-11-20T08:00")


def test_time_before_a_rotation_starts_is_a_gap():
    shifts = compiled(weekly("kim"), now="2026-11-01T08:00")
    found = core.gaps(shifts, {"kim": person("kim")}, ny("2026-11-01T08:00"), ny("2026-11-08T08:00"))

    assert found == (core.Gap("primary", ny("2026-11-01T08:00"), ny("2026-11-02T08:00"), Why.NOBODY),)


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ({}, Why.UNREACHABLE),
        ({"kim": person("kim", dead=True)}, Why.UNREACHABLE),
        ({"kim": person("kim", active=False)}, Why.UNREACHABLE),
        ({"kim": person("kim", methods=0)}, Why.UNREACHABLE),
        ({"kim": person("kim", verified=False)}, Why.UNVERIFIED),
        ({"kim": person("kim", verified=False, failing=True)}, Why.UNVERIFIED),
        ({"kim": person("kim", failing=True)}, Why.FAILING),
    ],
    ids=["unknown", "dead phone", "inactive", "no phone", "unverified", "unverified and failing", "failing"],
)
def test_somebody_whom_a_page_may_not_reach_leaves_a_gap(people, why):
    shifts = compiled(daily("kim", "ana"), now="2026-11-02T08:00")
    found = core.gaps(shifts, {"ana": person("ana"), **people}, START, ny("2026-11-04T08:00"))

    assert found == (core.Gap("primary", START, ny("2026-11-03T08:00"), why, ("kim",)),)


def test_one_person_without_trouble_is_enough():
    shifts = compiled(weekly("kim"), weekly("ana"), now="2026-11-02T08:00")
    people = {"kim": person("kim", dead=True), "ana": person("ana")}

    assert core.gaps(shifts, people, START, END) == ()


def test_one_method_without_trouble_is_enough():
    sound, dead = person("kim"), person("kim", dead=True)
    kim = sound.model_copy(update={"methods": (*dead.methods, *sound.methods)})

    assert core.gaps(compiled(weekly("kim")), {"kim": kim}, START, END) == ()


def test_of_several_people_the_gap_names_all_and_the_lesser_trouble():
    shifts = compiled(weekly("kim"), weekly("ana"), weekly("lee"), now="2026-11-02T08:00")
    people = {"ana": person("ana", verified=False), "lee": person("lee", failing=True)}

    assert [(gap.why, gap.people) for gap in core.gaps(shifts, people, START, END)] == [
        (Why.FAILING, ("kim", "ana", "lee"))
    ]


def test_adjacent_shifts_of_one_person_are_one_gap():
    shifts = compiled(daily("kim"), now="2026-11-02T08:00")

    assert len(core.gaps(shifts, {}, ny("2026-11-02T09:00"), ny("2026-11-12T09:00"))) == 1


def test_what_is_not_compiled_is_a_gap():
    shifts = compiled(daily("kim"), now="2026-11-02T08:00", days=3)
    (gap,) = core.gaps(shifts, {"kim": person("kim")}, START, END)

    assert (gap.start, gap.end, gap.why) == (ny("2026-11-05T08:00"), END, Why.NOBODY)


def test_an_empty_span_has_no_gap():
    assert core.gaps(compiled(weekly()), {}, START, START) == ()


def test_ten_schedules_of_a_quarter_are_looked_through_at_once():
    names = [f"p{n}" for n in range(10)]
    people = {name: person(name, verified=name != "p3") for name in names}
    turning = [hourly(*names, starts_on=date(2026, 1, 5), length=length) for length in (3, 12)]
    began = time.process_time()
    for _ in range(10):
        shifts = compiled(*turning, daily(*names), weekly(*names), days=91)
        core.gaps(shifts, people, START, START + timedelta(days=28))
        core.turns(shifts, START, START + timedelta(days=28))

    # 0.5 s on the slowest machine seen; ten times that would be felt at every change.
    assert time.process_time() - began < 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["kim", "ana", "lee", "sam"]), st.integers(-20, 60), st.integers(1, 30)),
        max_size=8,
    )
)
def test_each_hour_is_in_the_gap_that_looking_at_it_alone_would_find(held):
    hour = timedelta(hours=1)
    shifts = Shifts(
        schedule="s",
        compiled_at=START,
        through=START + 48 * hour,
        shifts=tuple(
            Shift(person=name, start=START + at * hour, end=START + (at + long) * hour)
            for name, at, long in held
        ),
    )
    people = {
        "kim": person("kim"),
        "ana": person("ana", verified=False),
        "lee": person("lee", failing=True),
    }
    found = core.gaps(shifts, people, START, START + 48 * hour)

    for number in range(48):
        at = START + number * hour
        on = shifts.on(at)
        why = core.why_not(people.get(name) for name in on) if on else Why.NOBODY
        assert [(gap.why, gap.people) for gap in found if gap.start <= at < gap.end] == [(why, on)] * (
            why is not None
        )
