"""Timetables of the roster: who is on, on ordinary days, odd nights and during overrides."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.people import ContactMethod, Person
from contracts.schedules import Every, Override, Rotation, Schedule, Shift, Shifts
from contracts.values import Channel, Sealed
from services.roster import core

NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Scoresbysund",
    "Europe/London",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "UTC",
)
MONDAY = date(2026, 11, 2)


def ny(text: str) -> datetime:
    """Read a wall-clock time in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def weekly(*people: str, starts_on: date = MONDAY, at: time = time(8)) -> Rotation:
    return Rotation(people=people, every=Every.WEEK, starts_on=starts_on, handoff_at=at)


def daily(*people: str, starts_on: date = MONDAY, at: time = time(8)) -> Rotation:
    return Rotation(people=people, every=Every.DAY, starts_on=starts_on, handoff_at=at)


def compiled(*rotations: Rotation, overrides: tuple[Override, ...] = (), now: str, days: int = 30) -> Shifts:
    schedule = Schedule(id="primary", rotations=rotations, overrides=overrides)
    return core.compile(schedule, ny(now), ny(now) + timedelta(days=days))


def person(name: str, *, dead: bool = False, active: bool = True, methods: int = 1) -> Person:
    method = ContactMethod(
        id="m",
        channel=Channel.SMS,
        phone=Sealed(key="k", box=""),
        phone_ref="k-" + "0" * 32,
        dead_since=ny("2026-11-01T00:00") if dead else None,
    )
    return Person(id=name, name=Sealed(key="k", box=""), methods=(method,) * methods, active=active)


def test_a_weekly_rotation_hands_over_on_the_wall_clock():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T08:00")

    assert shifts.on(ny("2026-11-02T07:59")) == ()
    assert shifts.on(ny("2026-11-02T08:00")) == ("kim",)
    assert shifts.on(ny("2026-11-09T07:59")) == ("kim",)
    assert shifts.on(ny("2026-11-09T08:00")) == ("ana",)
    assert shifts.on(ny("2026-11-16T08:00")) == ("kim",)


def test_a_daily_rotation_takes_turns_each_day():
    shifts = compiled(daily("kim", "ana", "lee"), now="2026-11-10T12:00")

    days = [shifts.on(ny(f"2026-11-{day}T12:00"))[0] for day in range(10, 15)]
    assert days == ["lee", "kim", "ana", "lee", "kim"]


def test_everybody_on_in_any_layer_is_on():
    shifts = compiled(weekly("kim"), daily("ana", "lee"), now="2026-11-02T09:00")

    assert shifts.on(ny("2026-11-02T12:00")) == ("kim", "ana")
    assert shifts.on(ny("2026-11-03T12:00")) == ("kim", "lee")


def test_the_shift_that_runs_now_is_whole():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-12T15:00")

    assert shifts.shifts[0] == Shift(person="ana", start=ny("2026-11-09T08:00"), end=ny("2026-11-16T08:00"))


def test_the_last_shift_is_not_cut_at_the_end_of_the_window():
    shifts = compiled(weekly("kim"), now="2026-11-02T09:00", days=8)

    assert shifts.shifts[-1].end == ny("2026-11-16T08:00")


def test_nobody_is_on_before_a_rotation_starts_and_without_people():
    shifts = compiled(weekly("kim"), weekly(), now="2026-10-01T00:00", days=20)

    assert shifts.shifts == ()


def test_an_override_replaces_everyone_of_the_schedule():
    stand_in = Override(person="sam", start=ny("2026-11-03T18:00"), end=ny("2026-11-04T18:00"))
    shifts = compiled(weekly("kim"), daily("ana"), overrides=(stand_in,), now="2026-11-02T09:00")

    assert shifts.on(ny("2026-11-03T17:59")) == ("kim", "ana")
    assert shifts.on(ny("2026-11-03T18:00")) == ("sam",)
    assert shifts.on(ny("2026-11-04T17:59")) == ("sam",)
    assert shifts.on(ny("2026-11-04T18:00")) == ("kim", "ana")


def test_overlapping_overrides_put_everybody_named_on():
    overrides = (
        Override(person="sam", start=ny("2026-11-03T18:00"), end=ny("2026-11-05T08:00")),
        Override(person="lee", start=ny("2026-11-04T00:00"), end=ny("2026-11-04T12:00")),
    )
    shifts = compiled(weekly("kim"), overrides=overrides, now="2026-11-02T09:00")

    assert shifts.on(ny("2026-11-04T06:00")) == ("sam", "lee")
    assert shifts.on(ny("2026-11-04T13:00")) == ("sam",)
    assert shifts.on(ny("2026-11-05T08:00")) == ("kim",)


def test_an_override_that_ends_before_it_starts_does_nothing():
    upside_down = Override(person="sam", start=ny("2026-11-05T18:00"), end=ny("2026-11-04T18:00"))

    assert compiled(weekly("kim"), overrides=(upside_down,), now="2026-11-02T09:00") == compiled(
        weekly("kim"), now="2026-11-02T09:00"
    )


def test_an_override_that_starts_after_the_window_takes_nobody_off():
    later = Override(person="sam", start=ny("2026-11-11T08:00"), end=ny("2026-11-12T08:00"))
    shifts = compiled(weekly("kim"), overrides=(later,), now="2026-11-02T09:00", days=8)

    assert shifts.on(ny("2026-11-11T12:00")) == ("kim",)


def test_two_people_are_on_in_the_hour_that_comes_twice():
    """On 1 November 2026 New York shows 01:30 twice, an hour apart."""
    shifts = compiled(
        daily("kim", "ana", starts_on=date(2026, 10, 31), at=time(1, 30)), now="2026-10-31T12:00"
    )

    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert shifts.on(first - timedelta(minutes=1)) == ("kim",)
    assert shifts.on(first) == ("kim", "ana")
    assert shifts.on(first + timedelta(minutes=59)) == ("kim", "ana")
    assert shifts.on(first + timedelta(minutes=60)) == ("ana",)


def test_two_people_are_on_around_the_hour_that_never_comes():
    """On 8 March 2026 New York goes from 02:00 to 03:00, and 02:30 never comes."""
    shifts = compiled(daily("kim", "ana", starts_on=date(2026, 3, 7), at=time(2, 30)), now="2026-03-07T12:00")

    change = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert shifts.on(change - timedelta(minutes=31)) == ("kim",)
    assert shifts.on(change) == ("kim", "ana")
    assert shifts.on(change + timedelta(minutes=30)) == ("ana",)


def test_a_handoff_stays_at_its_hour_after_the_clocks_change():
    shifts = compiled(weekly("kim", "ana", starts_on=date(2026, 10, 26)), now="2026-10-26T09:00")

    assert shifts.shifts[0].end == datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
    assert shifts.shifts[0].start == datetime(2026, 10, 26, 12, 0, tzinfo=UTC)


def test_the_next_handoff_is_when_other_people_are_on():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T09:00")

    assert core.next_handoff(shifts, ny("2026-11-02T09:00")) == ny("2026-11-09T08:00")


def test_handing_over_to_oneself_is_no_handoff():
    shifts = compiled(daily("kim"), now="2026-11-02T09:00", days=3)

    assert core.next_handoff(shifts, ny("2026-11-02T09:00")) == shifts.shifts[-1].end


def test_no_handoff_is_known_after_the_last_shift():
    shifts = compiled(weekly(), now="2026-11-02T09:00")

    assert core.next_handoff(shifts, ny("2026-11-02T09:00")) is None


def test_time_before_a_rotation_starts_is_a_gap():
    shifts = compiled(weekly("kim"), now="2026-11-01T08:00")
    found = core.gaps(shifts, {"kim": person("kim")}, ny("2026-11-01T08:00"), ny("2026-11-08T08:00"))

    assert found == (core.Gap("primary", ny("2026-11-01T08:00"), ny("2026-11-02T08:00"), core.Why.NOBODY),)


@pytest.mark.parametrize(
    "people",
    [
        {},
        {"kim": person("kim", dead=True)},
        {"kim": person("kim", active=False)},
        {"kim": person("kim", methods=0)},
    ],
    ids=["unknown", "dead phone", "inactive", "no phone"],
)
def test_somebody_who_cannot_be_paged_leaves_a_gap(people):
    shifts = compiled(daily("kim", "ana"), now="2026-11-02T08:00")
    everyone = {"ana": person("ana"), **people}
    found = core.gaps(shifts, everyone, ny("2026-11-02T08:00"), ny("2026-11-04T08:00"))

    assert [(gap.start, gap.end, gap.why, gap.people) for gap in found] == [
        (ny("2026-11-02T08:00"), ny("2026-11-03T08:00"), core.Why.UNREACHABLE, ("kim",))
    ]


def test_one_reachable_person_is_enough():
    shifts = compiled(weekly("kim"), weekly("ana"), now="2026-11-02T08:00")
    people = {"kim": person("kim", dead=True), "ana": person("ana")}

    assert core.gaps(shifts, people, ny("2026-11-02T08:00"), ny("2026-11-20T08:00")) == ()


def test_adjacent_shifts_of_one_unreachable_person_are_one_gap():
    shifts = compiled(daily("kim"), now="2026-11-02T08:00")

    assert len(core.gaps(shifts, {}, ny("2026-11-02T09:00"), ny("2026-11-12T09:00"))) == 1


def test_an_empty_span_has_no_gap():
    shifts = compiled(weekly(), now="2026-11-02T09:00")

    assert core.gaps(shifts, {}, ny("2026-11-02T09:00"), ny("2026-11-02T09:00")) == ()


def test_a_later_look_at_the_same_roster_is_not_worth_writing():
    before = compiled(daily("kim", "ana"), now="2026-11-02T09:00")

    assert not core.worth_writing(before, compiled(daily("kim", "ana"), now="2026-11-02T14:59"))
    assert core.worth_writing(before, compiled(daily("kim", "ana"), now="2026-11-02T15:00"))
    assert core.worth_writing(None, before)


def test_another_person_or_another_hour_is_worth_writing():
    before = compiled(daily("kim", "ana"), now="2026-11-02T09:00")
    stand_in = Override(person="sam", start=ny("2026-11-20T18:00"), end=ny("2026-11-21T18:00"))

    assert core.worth_writing(before, compiled(daily("kim", "lee"), now="2026-11-02T09:05"))
    assert core.worth_writing(before, compiled(daily("kim", "ana", at=time(9)), now="2026-11-02T09:05"))
    assert core.worth_writing(
        before, compiled(daily("kim", "ana"), overrides=(stand_in,), now="2026-11-02T09:05")
    )


rotations = st.builds(
    Rotation,
    people=st.lists(st.sampled_from(["kim", "ana", "lee"]), min_size=1, max_size=4).map(tuple),
    every=st.sampled_from(Every),
    starts_on=st.dates(date(2004, 1, 1), date(2005, 12, 1)),
    handoff_at=st.times().map(lambda clock: clock.replace(microsecond=0)),
)
nows = st.integers(0, 24 * 365 * 24).map(lambda h: datetime(2006, 1, 1, tzinfo=UTC) + timedelta(hours=h))
"""The years hold the nights in which Samoa skipped a day and Cairo, Beirut and Casablanca changed at will."""


@st.composite
def overrides_around(draw: st.DrawFn, now: datetime) -> tuple[Override, ...]:
    hours = st.integers(-200, 900)
    spans = draw(st.lists(st.tuples(hours, st.integers(-5, 300)), max_size=4))
    return tuple(
        Override(person=f"stand_in_{n}", start=now + timedelta(hours=h), end=now + timedelta(hours=h + long))
        for n, (h, long) in enumerate(spans)
    )


@settings(max_examples=120, deadline=None)
@given(zone=st.sampled_from(ZONES), rotation=rotations, now=nows, data=st.data())
def test_a_rotation_with_people_never_leaves_a_gap(zone, rotation, now, data):
    schedule = Schedule(id="s", zone=zone, rotations=(rotation,), overrides=data.draw(overrides_around(now)))
    through = now + timedelta(days=40)
    shifts = core.compile(schedule, now, through)
    names = {shift.person for shift in shifts.shifts}

    assert core.gaps(shifts, {name: person(name) for name in names}, now, through) == ()


@settings(max_examples=100, deadline=None)
@given(zone=st.sampled_from(ZONES), layers=st.lists(rotations, max_size=3), now=nows, data=st.data())
def test_shifts_are_sorted_whole_and_within_reach_of_the_window(zone, layers, now, data):
    overrides = data.draw(overrides_around(now))
    schedule = Schedule(id="s", zone=zone, rotations=tuple(layers), overrides=overrides)
    through = now + timedelta(days=30)
    found = core.compile(schedule, now, through).shifts

    assert [s.start for s in found] == sorted(s.start for s in found)
    assert all(s.start < s.end and now < s.end and s.start < through for s in found)
    assert len(set(found)) == len(found)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), rotations, nows, st.integers(0, 500), st.integers(1, 99))
def test_an_expired_override_has_no_effect(zone, rotation, now, ago, long):
    end = now - timedelta(hours=ago)
    expired = Override(person="sam", start=end - timedelta(hours=long), end=end)
    plain = Schedule(id="s", zone=zone, rotations=(rotation,))
    through = now + timedelta(days=30)

    assert core.compile(plain.model_copy(update={"overrides": (expired,)}), now, through) == core.compile(
        plain, now, through
    )


@settings(max_examples=80, deadline=None)
@given(zone=st.sampled_from(ZONES), rotation=rotations, now=nows, later=st.integers(0, 29 * 24))
def test_a_later_compilation_agrees_with_an_earlier_one(zone, rotation, now, later):
    schedule = Schedule(id="s", zone=zone, rotations=(rotation,))
    at = now + timedelta(hours=later)
    early = core.compile(schedule, now, now + timedelta(days=30))
    late = core.compile(schedule, at, at + timedelta(days=30))

    assert early.on(at) == late.on(at)
