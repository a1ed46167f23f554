"""What ops are told of a roster that is no gap yet."""

from datetime import timedelta

import pytest

from contracts.schedules import Change, Holidays, Schedule
from services.roster import core
from tests.services.roster.core.words import (
    calendar,
    daily,
    hourly,
    leave,
    ny,
    override,
    schedule,
    swap,
    weekly,
)

NOW = ny("2026-11-02T09:00")


def found(made: Schedule, **more: object) -> list[str]:
    return [str(one) for one in core.findings(made, NOW, NOW + timedelta(days=91), **more)]


def test_a_plain_roster_has_none():
    assert found(schedule(weekly("kim", "ana"))) == []


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            schedule(weekly("kim", "ana", "kim")),
            "person_twice: schedule primary: the rotation has kim more than once; keep one, or mean it",
        ),
        (
            schedule(weekly(id="nights")),
            "rotation_empty: schedule primary: rotation nights has nobody in it; name people or remove it",
        ),
        (
            schedule(weekly("kim", zone="America/New_Yrok")),
            "zone_unknown: schedule primary: 'America/New_Yrok' of the rotation is no time zone "
            "known here; write one such as America/New_York",
        ),
        (
            schedule(weekly("kim", length=0)),
            "not_compiled: schedule primary: can't be compiled: "
            "rotation rotation has turns of length 0; write 1 or more",
        ),
        (
            schedule(weekly("kim", holidays=Holidays.NEVER), calendar="us"),
            "no_calendar: schedule primary: the rotation asks for holidays, but calendar us is not "
            "there, so no day counts as one; apply holidays.yaml",
        ),
        (
            schedule(
                weekly("kim"),
                overrides=(override("sam", "2026-11-03T18:00", "2026-11-04T18:00", instead_of="ana"),),
            ),
            "override_without_effect: schedule primary: override override is about ana, who is not on then; "
            "correct the person or times",
        ),
        (
            schedule(
                weekly("kim"),
                overrides=(
                    override("sam", "2026-11-03T18:00", "2026-11-04T18:00", id="one"),
                    override("sam", "2026-11-04T12:00", "2026-11-05T18:00", Change.REMOVE, id="two"),
                ),
            ),
            "put_on_and_off: schedule primary: override two takes sam off whom override one puts on, "
            "from 2026-11-04 12:00 EST to 2026-11-04 18:00 EST; they are off, so remove one",
        ),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
def test_each_oddity_is_a_sentence_with_its_remedy(made, sentence):
    assert found(made) == [sentence]


def test_a_calendar_that_ran_out_is_told():
    made = schedule(weekly("kim", holidays=Holidays.ONLY), calendar="us")

    assert found(made, calendar=calendar("2026-11-26")) == []
    assert found(made, calendar=calendar("2026-07-04")) == [
        "calendar_over: schedule primary: the rotation asks for holidays, and no day of calendar us "
        "lies ahead; add the coming ones"
    ]


def test_an_override_that_names_somebody_on_leave_is_told():
    made = schedule(weekly("kim"), overrides=(override("ana", "2026-11-03T00:00", "2026-11-05T00:00"),))
    away = leave("ana", "2026-11-04T00:00", "2026-11-10T00:00")

    assert found(made, leaves=[away]) == [
        "override_on_leave: schedule primary: override override puts ana on from 2026-11-04 00:00 EST to "
        "2026-11-05 00:00 EST, while they are on leave; it stands, so make sure that they know"
    ]


def test_a_swap_of_shifts_that_are_not_there_is_told():
    made = swap(
        "kim", "ana", "2026-11-09T08:00", "2026-11-16T08:00", back=("2026-11-16T08:00", "2026-11-23T08:00")
    )

    assert found(schedule(weekly("kim", "ana")), swaps=[made]) == [
        "swap_without_shift: schedule primary: swap 1 gives kim's shifts from 2026-11-09 08:00 EST to "
        "2026-11-16 08:00 EST, and there are none; offer it anew with other times",
        "swap_without_shift: schedule primary: swap 1 gives ana's shifts from 2026-11-16 08:00 EST to "
        "2026-11-23 08:00 EST, and there are none; offer it anew with other times",
    ]


def test_a_swap_to_somebody_on_leave_is_told_and_one_from_them_is_not():
    made = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
    spans = ("2026-11-04T00:00", "2026-11-05T00:00")

    assert found(schedule(weekly("kim", "lee")), swaps=[made], leaves=[leave("ana", *spans)]) == [
        "swap_to_leave: schedule primary: swap 1 gives to ana, who is on leave from 2026-11-04 00:00 EST; "
        "what falls into it stays with kim"
    ]
    assert found(schedule(weekly("kim", "lee")), swaps=[made], leaves=[leave("kim", *spans)]) == []


def test_a_swap_on_of_what_was_swapped_is_in_order():
    first = swap("kim", "ana", "2026-11-02T08:00", "2026-11-09T08:00")
    second = swap("ana", "lee", "2026-11-04T08:00", "2026-11-05T08:00", id="s2", answered_at=NOW)

    assert found(schedule(weekly("kim", "sam")), swaps=[second, first]) == []


def test_a_window_drawn_nearer_is_told():
    (sentence,) = found(schedule(hourly("kim", "ana"), hourly("lee", "sam", id="second")))

    assert sentence.startswith(
        "window_short: schedule primary: has more shifts than one message holds; compiled "
    )


def test_what_is_over_is_told_no_more():
    old = override("sam", "2026-10-03T18:00", "2026-10-04T18:00", instead_of="nobody")

    assert found(schedule(daily("kim"), overrides=(old,))) == []
