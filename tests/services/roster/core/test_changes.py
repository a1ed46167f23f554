"""Timetables of what changes a roster: leave, temporary schedules, overrides, swaps, handoffs."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Change, Handoff, Leave, Override, Shift, Swap, SwapStatus, Temporary
from services.roster import core
from tests.services.roster.core.words import (
    LONG_AGO,
    compiled,
    daily,
    handoff,
    leave,
    ny,
    override,
    person,
    schedule,
    swap,
    weekly,
)


def on(shifts, *times: str) -> list[tuple[str, ...]]:
    return [shifts.on(ny(f"2026-11-{at}")) for at in times]


class TestOverrides:
    def test_one_replaces_everyone_of_the_schedule(self):
        stand_in = override("sam", "2026-11-03T18:00", "2026-11-04T18:00")
        shifts = compiled(weekly("kim"), daily("ana"), overrides=(stand_in,))

        assert on(shifts, "03T17:59", "03T18:00", "04T17:59", "04T18:00") == [
            ("kim", "ana"),
            ("sam",),
            ("sam",),
            ("kim", "ana"),
        ]

    def test_those_that_overlap_put_everybody_named_on(self):
        overrides = (
            override("sam", "2026-11-03T18:00", "2026-11-05T08:00"),
            override("lee", "2026-11-04T00:00", "2026-11-04T12:00"),
        )
        shifts = compiled(weekly("kim"), overrides=overrides)

        assert on(shifts, "04T06:00", "04T13:00", "05T08:00") == [("sam", "lee"), ("sam",), ("kim",)]

    def test_one_that_ends_before_it_starts_does_nothing(self):
        upside_down = override("sam", "2026-11-05T18:00", "2026-11-04T18:00")

        assert compiled(weekly("kim"), overrides=(upside_down,)) == compiled(weekly("kim"))

    def test_one_that_starts_after_the_window_takes_nobody_off(self):
        later = override("sam", "2026-11-11T08:00", "2026-11-12T08:00")
        shifts = compiled(weekly("kim"), overrides=(later,), days=8)

        assert on(shifts, "11T12:00") == [("kim",)]

    def test_one_that_adds_leaves_everybody_on(self):
        more = override("sam", "2026-11-03T18:00", "2026-11-04T18:00", Change.ADD)
        shifts = compiled(weekly("kim"), overrides=(more,))

        assert on(shifts, "03T18:00", "04T18:00") == [("kim", "sam"), ("kim",)]

    def test_one_that_removes_takes_them_off_whatever_put_them_on(self):
        overrides = (
            override("sam", "2026-11-03T00:00", "2026-11-06T00:00", Change.ADD),
            override("sam", "2026-11-04T00:00", "2026-11-05T00:00", Change.REMOVE),
            override("kim", "2026-11-04T12:00", "2026-11-04T13:00", Change.REMOVE),
        )
        shifts = compiled(weekly("kim"), overrides=overrides)

        assert on(shifts, "03T12:00", "04T11:00", "04T12:00", "05T12:00") == [
            ("kim", "sam"),
            ("kim",),
            (),
            ("kim", "sam"),
        ]

    def test_a_stand_in_is_on_only_when_the_other_would_be(self):
        stand_in = override("sam", "2026-11-03T00:00", "2026-11-06T00:00", instead_of="ana")
        shifts = compiled(daily("kim", "ana", "lee"), overrides=(stand_in,))

        assert on(shifts, "02T12:00", "03T12:00", "04T12:00", "06T12:00") == [
            ("kim",),
            ("sam",),
            ("lee",),
            ("ana",),
        ]

    def test_a_stand_in_may_have_a_stand_in(self):
        overrides = (
            override("sam", "2026-11-03T00:00", "2026-11-09T00:00", instead_of="kim"),
            override("lee", "2026-11-05T00:00", "2026-11-06T00:00", instead_of="sam"),
        )
        shifts = compiled(weekly("kim"), overrides=overrides)

        assert on(shifts, "04T12:00", "05T12:00", "06T12:00") == [("sam",), ("lee",), ("sam",)]

    def test_two_stand_ins_can_exchange_two_people(self):
        overrides = (
            override("ana", "2026-11-02T00:00", "2026-11-30T00:00", instead_of="kim"),
            override("kim", "2026-11-02T00:00", "2026-11-30T00:00", instead_of="ana"),
        )
        shifts = compiled(daily("kim", "ana"), overrides=overrides)

        assert on(shifts, "02T12:00", "03T12:00") == [("ana",), ("kim",)]

    def test_a_shift_never_goes_back_to_somebody_who_gave_it(self):
        span = ("2026-11-02T00:00", "2026-11-09T00:00")
        overrides = (
            override("sam", *span, instead_of="kim"),
            override("lee", *span, instead_of="sam"),
            override("sam", *span, instead_of="lee"),
        )

        assert on(compiled(weekly("kim"), overrides=overrides), "03T12:00") == [("lee",)]


class TestLeave:
    def test_nobody_on_leave_is_put_on_by_a_rotation(self):
        shifts = compiled(weekly("kim", "ana"), leaves=[leave("kim", "2026-11-03T00:00", "2026-11-04T00:00")])

        assert on(shifts, "02T23:59", "03T00:00", "03T23:59", "04T00:00") == [("kim",), (), (), ("kim",)]

    def test_the_next_in_line_who_is_there_covers(self):
        away = [
            leave("kim", "2026-11-03T00:00", "2026-11-06T00:00"),
            leave("ana", "2026-11-05T00:00", "2026-11-12T00:00"),
        ]
        shifts = compiled(weekly("kim", "ana", "lee", cover=True), leaves=away)

        assert on(shifts, "02T12:00", "03T12:00", "05T12:00", "06T00:00", "10T12:00", "12T12:00") == [
            ("kim",),
            ("ana",),
            ("lee",),
            ("kim",),
            ("lee",),
            ("ana",),
        ]

    def test_when_all_are_away_nobody_covers(self):
        away = [leave(name, "2026-11-03T00:00", "2026-11-04T00:00") for name in ("kim", "ana")]

        assert on(compiled(weekly("kim", "ana", cover=True), leaves=away), "03T12:00") == [()]

    def test_an_override_that_names_them_stands(self):
        shifts = compiled(
            weekly("kim"),
            overrides=(override("ana", "2026-11-03T00:00", "2026-11-04T00:00"),),
            leaves=[leave("ana", "2026-11-01T00:00", "2026-11-10T00:00")],
        )

        assert on(shifts, "03T12:00") == [("ana",)]

    def test_who_stands_in_for_somebody_on_leave_is_on_and_nobody_covers_as_well(self):
        shifts = compiled(
            weekly("kim", "ana", cover=True),
            overrides=(override("sam", "2026-11-03T00:00", "2026-11-04T00:00", instead_of="kim"),),
            leaves=[leave("kim", "2026-11-03T00:00", "2026-11-05T00:00")],
        )

        assert on(shifts, "03T12:00", "04T12:00", "05T12:00") == [("sam",), ("ana",), ("kim",)]

    def test_a_swap_made_because_of_leave_still_holds_once_the_leave_is_recorded(self):
        made = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        shifts = compiled(
            weekly("kim", "lee"), swaps=[made], leaves=[leave("kim", "2026-11-01T00:00", "2026-11-10T00:00")]
        )

        assert on(shifts, "02T12:00", "08T12:00", "09T12:00") == [("ana",), ("ana",), ("lee",)]

    def test_somebody_covers_when_the_one_who_took_the_shift_is_away_as_well(self):
        made = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        away = [leave(name, "2026-11-04T00:00", "2026-11-05T00:00") for name in ("kim", "ana")]
        shifts = compiled(weekly("kim", "ana", "lee", cover=True), swaps=[made], leaves=away)

        assert on(shifts, "03T12:00", "04T12:00", "05T12:00") == [("ana",), ("lee",), ("ana",)]


class TestTemporarySchedules:
    CONFERENCE = Temporary(
        id="conference",
        start=ny("2026-11-03T12:00"),
        end=ny("2026-11-05T12:00"),
        shifts=(
            Shift(person="sam", start=ny("2026-11-03T00:00"), end=ny("2026-11-04T12:00")),
            Shift(person="lee", start=ny("2026-11-04T12:00"), end=ny("2026-11-05T10:00")),
        ),
    )

    def test_its_shifts_hold_instead_of_the_rotations_while_it_lasts(self):
        shifts = compiled(weekly("kim"), daily("ana"), changes={"temporary": (self.CONFERENCE,)})

        assert on(shifts, "03T11:59", "03T12:00", "04T12:00", "05T11:00", "05T12:00") == [
            ("kim", "ana"),
            ("sam",),
            ("lee",),
            (),
            ("kim", "ana"),
        ]
        assert {s.origin for s in shifts.shifts if s.person == "sam"} == {"temporary conference"}

    def test_leave_and_overrides_count_within_it(self):
        shifts = compiled(
            weekly("kim"),
            changes={"temporary": (self.CONFERENCE,)},
            overrides=(override("ana", "2026-11-04T00:00", "2026-11-04T06:00"),),
            leaves=[leave("sam", "2026-11-04T06:00", "2026-11-04T09:00")],
        )

        assert on(shifts, "03T13:00", "04T01:00", "04T07:00", "04T10:00") == [
            ("sam",),
            ("ana",),
            (),
            ("sam",),
        ]


class TestSwaps:
    def test_an_accepted_one_gives_and_takes(self):
        made = swap(
            "kim",
            "ana",
            "2026-11-02T08:00",
            "2026-11-09T08:00",
            back=("2026-11-10T08:00", "2026-11-12T08:00"),
        )
        shifts = compiled(weekly("kim", "ana"), swaps=[made])

        assert on(shifts, "03T12:00", "09T12:00", "10T12:00", "12T12:00") == [
            ("ana",),
            ("ana",),
            ("kim",),
            ("ana",),
        ]
        assert {s.origin for s in shifts.shifts} == {"swap s1", "rotation rotation"}

    def test_one_that_is_not_accepted_or_of_another_schedule_changes_nothing(self):
        span = ("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        others = [swap(*span, status=s) for s in SwapStatus if s is not SwapStatus.ACCEPTED]

        assert compiled(weekly("kim"), swaps=[*others, swap(*span, schedule="backup")]) == compiled(
            weekly("kim")
        )

    def test_what_was_swapped_can_be_swapped_on(self):
        first = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        second = swap(
            "ana",
            "lee",
            "2026-11-04T08:00",
            "2026-11-05T08:00",
            id="s2",
            answered_at=LONG_AGO + timedelta(days=1),
        )
        shifts = compiled(weekly("kim", "ana"), swaps=[second, first])

        assert on(shifts, "03T12:00", "04T12:00", "05T12:00") == [("ana",), ("lee",), ("ana",)]

    def test_nothing_goes_to_somebody_while_they_are_on_leave(self):
        made = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        shifts = compiled(
            weekly("kim", "lee"), swaps=[made], leaves=[leave("ana", "2026-11-04T00:00", "2026-11-05T00:00")]
        )

        assert on(shifts, "03T12:00", "04T12:00", "05T12:00") == [("ana",), ("kim",), ("ana",)]

    def test_whoever_is_taken_off_stays_off(self):
        made = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
        overrides = (
            override("ana", "2026-11-04T00:00", "2026-11-05T00:00", Change.REMOVE),
            override("sam", "2026-11-06T00:00", "2026-11-07T00:00", instead_of="ana"),
        )
        shifts = compiled(weekly("kim", "lee"), overrides=overrides, swaps=[made])

        assert on(shifts, "03T12:00", "04T12:00", "06T12:00", "07T12:00") == [
            ("ana",),
            (),
            ("sam",),
            ("ana",),
        ]


class TestUnconfirmedHandoffs:
    def test_who_would_go_stays_on_as_well(self):
        told = handoff("ana", "2026-11-09T08:00", "2026-11-09T20:00", "kim", "lee")
        shifts = compiled(weekly("kim", "ana"), handoffs=[told])

        assert on(shifts, "09T07:59", "09T08:00", "09T20:00") == [("kim",), ("ana", "kim", "lee"), ("ana",)]
        assert {s.origin for s in shifts.shifts if s.person == "lee"} == {core.UNCONFIRMED}

    def test_a_confirmed_one_adds_nobody(self):
        told = handoff("ana", "2026-11-09T08:00", "2026-11-09T20:00", "kim", confirmed="2026-11-09T07:50")
        untold = Handoff(schedule="primary", person="ana", start=ny("2026-11-09T08:00"))

        assert compiled(weekly("kim", "ana"), handoffs=[told, untold]) == compiled(weekly("kim", "ana"))

    def test_one_of_another_schedule_adds_nobody(self):
        told = handoff("ana", "2026-11-09T08:00", "2026-11-09T20:00", "kim")
        other = told.model_copy(update={"schedule": "backup"})

        assert compiled(weekly("kim"), handoffs=[other]) == compiled(weekly("kim"))


NAMES = st.sampled_from(["kim", "ana", "lee", "sam"])
NOW = ny("2026-11-02T00:00")


@st.composite
def spans(draw: st.DrawFn, least: int = 1) -> tuple[datetime, datetime]:
    start = NOW + timedelta(hours=draw(st.integers(-200, 800)))
    return start, start + timedelta(hours=draw(st.integers(least, 300)))


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    start, end = draw(spans(-5))
    what = draw(st.sampled_from(Change))
    instead = draw(st.none() | NAMES) if what is Change.REPLACE else None
    return Override(what=what, person=draw(NAMES), instead_of=instead, start=start, end=end)


@st.composite
def swaps(draw: st.DrawFn) -> Swap:
    (start, end), (again, until) = draw(spans()), draw(spans())
    return swap(draw(NAMES), draw(NAMES), start.isoformat()[:16], end.isoformat()[:16]).model_copy(
        update={"return_start": again, "return_end": until} if draw(st.booleans()) else {}
    )


@st.composite
def leaves(draw: st.DrawFn) -> Leave:
    start, end = draw(spans())
    return Leave(id="l", person=draw(NAMES), start=start, end=end, recorded_at=LONG_AGO)


@st.composite
def worlds(draw: st.DrawFn) -> tuple:
    few = 3
    return (
        schedule(daily("kim", "ana", "lee", cover=True), overrides=draw(st.lists(overrides(), max_size=few))),
        draw(st.lists(leaves(), max_size=few)),
        draw(st.lists(swaps(), max_size=few)),
    )


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_shifts_are_sorted_once_each_and_within_reach_of_the_window(world):
    made, away, swapped = world
    through = NOW + timedelta(days=30)
    found = core.compile(made, NOW, through, leaves=away, swaps=swapped).shifts

    assert [s.start for s in found] == sorted(s.start for s in found)
    assert all(s.start < s.end and s.end > NOW and s.start < through for s in found)
    assert len(set(found)) == len(found)


@settings(max_examples=80, deadline=None)
@given(worlds(), st.integers(0, 29 * 24))
def test_who_is_on_does_not_depend_on_when_it_was_compiled(world, later):
    made, away, swapped = world
    at = NOW + timedelta(hours=later)
    early = core.compile(made, NOW, NOW + timedelta(days=30), leaves=away, swaps=swapped)
    late = core.compile(made, at, at + timedelta(days=30), leaves=away, swaps=swapped)

    assert set(early.on(at)) == set(late.on(at))


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_only_a_removal_or_a_leave_of_all_takes_the_last_person_off(world):
    made, away, swapped = world
    kept = [o for o in made.overrides if o.what is not Change.REMOVE]
    made = made.model_copy(update={"overrides": tuple(kept)})
    start, through = NOW + timedelta(hours=8), NOW + timedelta(days=30)
    there = [one for one in away if one.person != "lee"]
    shifts = core.compile(made, NOW, through, leaves=there, swaps=swapped)
    people = {name: person(name) for name in ("kim", "ana", "lee", "sam")}

    assert core.gaps(shifts, people, start, through) == ()
