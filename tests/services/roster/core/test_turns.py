"""Turns and handoffs: who comes, until when, and who goes."""

from datetime import UTC, date, datetime, time

from contracts.schedules import Shift, Shifts
from services.roster import core
from services.roster.core import Turn
from tests.services.roster.core.words import compiled, daily, handoff, hourly, ny, override, weekly


def turns(shifts: Shifts, start: str, end: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return who comes, when in UTC, and who goes."""
    return [
        (turn.person, f"{turn.start:%m-%dT%H:%M}", turn.outgoing)
        for turn in core.turns(shifts, ny(start), ny(end))
    ]


def test_each_turn_names_who_goes():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T09:00")

    assert core.turns(shifts, ny("2026-11-03T00:00"), ny("2026-11-10T00:00")) == (
        Turn("primary", "ana", ny("2026-11-09T08:00"), ny("2026-11-16T08:00"), ("kim",)),
    )


def test_the_span_holds_its_start_and_not_its_end():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T09:00")

    assert len(core.turns(shifts, ny("2026-11-09T08:00"), ny("2026-11-16T08:00"))) == 1


def test_handing_over_to_oneself_is_no_handoff():
    shifts = compiled(daily("kim", "kim", "ana"), now="2026-11-02T09:00")

    assert turns(shifts, "2026-11-03T00:00", "2026-11-07T00:00") == [
        ("ana", "11-04T13:00", ("kim",)),
        ("kim", "11-05T13:00", ("ana",)),
    ]


def test_somebody_who_is_on_in_another_layer_before_and_after_has_none():
    shifts = compiled(daily("kim", "ana"), weekly("kim"), now="2026-11-02T09:00")

    assert turns(shifts, "2026-11-03T00:00", "2026-11-06T00:00") == [
        ("ana", "11-03T13:00", ()),
        ("ana", "11-05T13:00", ()),
    ]


def test_each_layer_hands_over_within_itself():
    shifts = compiled(
        daily("kim", "ana", id="first"), daily("lee", "sam", id="second"), now="2026-11-02T09:00"
    )

    assert turns(shifts, "2026-11-03T00:00", "2026-11-04T00:00") == [
        ("ana", "11-03T13:00", ("kim",)),
        ("sam", "11-03T13:00", ("lee",)),
    ]


def test_a_stand_in_takes_over_from_everybody_who_goes():
    stand_in = override("sam", "2026-11-03T18:00", "2026-11-03T22:00")
    shifts = compiled(weekly("kim"), weekly("ana", id="second"), overrides=(stand_in,))

    assert turns(shifts, "2026-11-03T12:00", "2026-11-04T12:00") == [
        ("sam", "11-03T23:00", ("kim", "ana")),
        ("kim", "11-04T03:00", ("sam",)),
        ("ana", "11-04T03:00", ("sam",)),
    ]


def test_at_an_hour_that_comes_twice_who_goes_is_still_on():
    shifts = compiled(
        daily("kim", "ana", starts_on=date(2026, 10, 31), at=time(1, 30)), now="2026-10-31T12:00"
    )

    assert core.turns(shifts, ny("2026-10-31T12:00"), ny("2026-11-01T12:00")) == (
        Turn(
            "primary",
            "ana",
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            datetime(2026, 11, 2, 6, 30, tzinfo=UTC),
            ("kim",),
        ),
    )


def test_short_turns_take_over_only_from_the_one_before():
    shifts = compiled(hourly("kim", "ana", "lee"), now="2026-11-03T08:00", days=1)

    assert turns(shifts, "2026-11-03T12:00", "2026-11-03T14:00") == [
        ("ana", "11-03T17:00", ("kim",)),
        ("lee", "11-03T18:00", ("ana",)),
    ]


def test_a_minute_between_two_shifts_is_a_handoff_all_the_same():
    held = (
        Shift(person="kim", start=ny("2026-11-03T00:00"), end=ny("2026-11-03T07:59")),
        Shift(person="ana", start=ny("2026-11-03T08:00"), end=ny("2026-11-03T18:00")),
        Shift(person="lee", start=ny("2026-11-03T20:00"), end=ny("2026-11-04T00:00")),
    )
    at = ny("2026-11-03T00:00")
    shifts = Shifts(schedule="s", compiled_at=at, through=ny("2026-11-05T00:00"), shifts=held)

    assert turns(shifts, "2026-11-03T07:00", "2026-11-04T00:00") == [
        ("ana", "11-03T13:00", ("kim",)),
        ("lee", "11-04T01:00", ()),
    ]


def test_staying_on_until_somebody_confirms_changes_no_turn():
    told = handoff("ana", "2026-11-09T08:00", "2026-11-09T20:00", "kim")
    before = compiled(weekly("kim", "ana"), now="2026-11-02T09:00")
    after = compiled(weekly("kim", "ana"), now="2026-11-02T09:00", handoffs=[told])

    span = ny("2026-11-03T00:00"), ny("2026-11-30T00:00")
    assert core.turns(after, *span) == core.turns(before, *span)


def test_the_next_handoff_is_when_other_people_are_on():
    shifts = compiled(weekly("kim", "ana"), now="2026-11-02T09:00")

    assert core.next_handoff(shifts, ny("2026-11-02T09:00")) == ny("2026-11-09T08:00")
    assert core.next_handoff(compiled(weekly()), ny("2026-11-02T09:00")) is None


def test_the_end_of_what_is_compiled_is_the_last_handoff_known():
    shifts = compiled(daily("kim"), now="2026-11-02T09:00", days=3)

    assert core.next_handoff(shifts, ny("2026-11-02T09:00")) == shifts.shifts[-1].end
