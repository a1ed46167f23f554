"""What is worth writing, and how much fits."""

from datetime import date, time

import pytest

from contracts.schedules import Rotation
from services.roster import core
from tests.services.roster.core.words import compiled, daily, hourly, ny, override


def test_a_later_look_at_the_same_roster_is_not_worth_writing():
    before = compiled(daily("kim", "ana"), now="2026-11-02T09:00")

    assert not core.worth_writing(before, compiled(daily("kim", "ana"), now="2026-11-02T14:59"))
    assert core.worth_writing(before, compiled(daily("kim", "ana"), now="2026-11-02T15:00"))
    assert core.worth_writing(None, before)


def test_another_person_or_another_hour_is_worth_writing():
    before = compiled(daily("kim", "ana"), now="2026-11-02T09:00")
    stand_in = override("sam", "2026-11-20T18:00", "2026-11-21T18:00")

    assert core.worth_writing(before, compiled(daily("kim", "lee"), now="2026-11-02T09:05"))
    assert core.worth_writing(before, compiled(daily("kim", "ana", at=time(9)), now="2026-11-02T09:05"))
    assert core.worth_writing(
        before, compiled(daily("kim", "ana"), overrides=(stand_in,), now="2026-11-02T09:05")
    )


def test_more_shifts_than_a_message_holds_end_earlier_and_say_so():
    layers = [hourly(f"kim_{n}", f"ana_{n}", id=f"layer_{n}") for n in range(3)]
    whole = compiled(*layers, now="2026-11-03T00:00", days=91)

    assert len(whole.shifts) <= core.MOST_SHIFTS
    assert ny("2026-12-01T00:00") < whole.through < ny("2027-02-02T00:00")
    assert {len(whole.on(shift.start)) for shift in whole.shifts[::50]} == {3}
    assert len(compiled(*layers, now="2026-11-03T00:00", days=30).shifts) == 3 * 30 * 24


def test_long_names_count_too():
    name = "n" * 80
    layers = [hourly(name, "o" * 80, id=f"{n}{name}"[:80]) for n in range(2)]
    shifts = compiled(*layers, now="2026-11-03T00:00", days=91)

    assert len(shifts.model_dump_json()) < 512 * 1024
    assert len(shifts.shifts) < core.MOST_SHIFTS


def test_more_people_at_once_than_a_message_holds_are_refused():
    layers = [
        Rotation(id=f"r{n}", people=(f"p{n}",), starts_on=date(2026, 1, 5))
        for n in range(core.MOST_SHIFTS + 1)
    ]
    with pytest.raises(ValueError, match="too many people"):
        compiled(*layers, now="2026-11-03T00:00", days=1)


def test_who_looks_at_turns_is_given_all_of_them_however_many_they_are():
    """Three people an hour are 3,096 shifts in 43 days: the last days are those that are to come."""
    many = [hourly(f"kim_{n}", f"ana_{n}", id=f"layer_{n}") for n in range(3)]
    cut = compiled(*many, now="2026-11-03T08:00", days=43)
    whole = compiled(*many, now="2026-11-03T08:00", days=43, whole=True)
    assert cut.through < whole.through
    assert len(whole.shifts) > core.MOST_SHIFTS
