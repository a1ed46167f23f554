"""The load report: hours once, pages by month, nights by the person's own clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.schedules import Shift, Shifts
from services.roster.load import fairness, is_night, loads, month_of, month_span

ZONES = {"kim": "America/New_York", "ana": "Europe/Berlin", "lee": "America/New_York"}
NOVEMBER = month_span(2026, 11, "America/New_York")


def compiled(*shifts: Shift, name: str = "primary") -> Shifts:
    return Shifts(schedule=name, compiled_at=NOVEMBER[0], through=NOVEMBER[1], shifts=shifts)


def test_a_month_is_that_of_the_persons_own_clock_and_has_the_hour_that_came_twice() -> None:
    whole = Shift(person="kim", start=NOVEMBER[0] - timedelta(days=9), end=NOVEMBER[1] + timedelta(days=9))

    found = loads([compiled(whole)], [], ZONES, 2026, 11)

    assert [(one.person, one.hours) for one in found] == [("kim", 721.0)]
    assert month_span(2026, 12, "UTC")[1] == datetime(2027, 1, 1, tzinfo=UTC)


def test_hours_on_two_schedules_at_once_count_once() -> None:
    start = NOVEMBER[0] + timedelta(days=3)
    one = Shift(person="kim", start=start, end=start + timedelta(hours=12))
    other = Shift(person="kim", start=start + timedelta(hours=6), end=start + timedelta(hours=18))

    found = loads([compiled(one), compiled(other, name="backup")], [], ZONES, 2026, 11)

    assert found[0].hours == 18


def test_pages_count_in_their_month_and_nights_by_the_persons_clock() -> None:
    at = datetime(2026, 11, 10, 5, 30, tzinfo=UTC)  # 00:30 in New York, 06:30 in Berlin
    late = datetime(2026, 11, 10, 7, 30, tzinfo=UTC)  # 02:30 in New York, 08:30 in Berlin
    pages = [(person, moment) for person in ("kim", "ana") for moment in (at, late)]
    pages += [("kim", NOVEMBER[0] - timedelta(seconds=1)), ("kim", NOVEMBER[1]), ("gone", at)]

    found = {one.person: one for one in loads([], pages, ZONES, 2026, 11)}

    assert (found["kim"].pages, found["kim"].night_pages) == (2, 2)
    assert (found["ana"].pages, found["ana"].night_pages) == (2, 1)
    assert set(found) == {"kim", "ana"}


@pytest.mark.parametrize(
    ("clock", "night"), [("21:59", False), ("22:00", True), ("06:59", True), ("07:00", False)]
)
def test_the_night_is_from_22_to_7(clock: str, night: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-10T{clock}:00-05:00")

    assert is_night(at, "America/New_York") is night


def test_months_are_read_as_people_write_them() -> None:
    assert month_of("2026-02") == (2026, 2)
    for wrong in ("2026-13", "02/2026", "now"):
        with pytest.raises(ValueError):
            month_of(wrong)


def test_fairness_of_nobody_is_even() -> None:
    assert fairness([]).share(3.0) == 1.0
    assert fairness([10.0, 30.0]).share(30.0) == 1.5


@settings(max_examples=40, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.sampled_from(["kim", "lee"]), st.integers(-100, 800), st.integers(1, 200)), max_size=12
    )
)
def test_nobody_is_on_longer_than_the_month_and_no_hour_is_lost(spans: list[tuple[str, int, int]]) -> None:
    shifts = [
        Shift(person=p, start=NOVEMBER[0] + timedelta(hours=a), end=NOVEMBER[0] + timedelta(hours=a + n))
        for p, a, n in spans
    ]
    hours = {
        p: {h for q, a, n in spans if q == p for h in range(a, a + n) if 0 <= h < 721} for p in ("kim", "lee")
    }

    found = {one.person: one.hours for one in loads([compiled(*shifts)], [], ZONES, 2026, 11)}

    assert found == {person: len(held) for person, held in hours.items() if held}
