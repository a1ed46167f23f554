"""The worst minute is the worst of all minutes, tried one by one."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values import Urgency
from services.escalation.rehearsal.behaviours import NobodyAnswers
from services.escalation.rehearsal.engine import rehearse
from services.escalation.rehearsal.silence import Silence
from services.escalation.rehearsal.worst import Worst, worst
from tests.services.escalation.rehearsal.programme import always, shifts, signal, wall, world
from tests.services.escalation.rehearsal.random_programmes import (
    SHORT,
    START,
    Given,
    every_minute,
    programmes,
)

SPAN = timedelta(hours=3)
CAP = timedelta(hours=2)


@settings(max_examples=8, deadline=None)
@given(programmes(), st.integers(0, 12))
def test_it_is_the_worst_of_all_minutes(programme: Given, hours: int) -> None:
    start = START + timedelta(hours=hours)
    of_signal = signal(start, programme.urgency)

    found = worst(Silence(of_signal, programme.world, start, start + SPAN), start, start + SPAN, CAP)

    by_hand = [_tried(programme, at) for at in every_minute(start, start + SPAN)]
    assert found.first_page.after == _longest([first for first, _ in by_hand])
    assert found.second_person.after == _longest([second for _, second in by_hand])
    for figure, which in ((found.first_page, 0), (found.second_person, 1)):
        assert _tried(programme, figure.opened_at)[which] == figure.after


@settings(max_examples=25, deadline=None)
@given(programmes(), st.integers(0, 30 * 60))
def test_a_walk_pages_whom_a_rehearsal_pages(programme: Given, minute: int) -> None:
    end = START + timedelta(hours=30)
    silence = Silence(signal(START, programme.urgency), programme.world, START, end)
    for at in (START, START + timedelta(hours=1), START + timedelta(minutes=minute)):
        walked = _walked(silence, at, at + CAP)

        rehearsal = rehearse(
            [signal(at, programme.urgency)], lambda _: programme.world, NobodyAnswers(), at + CAP
        )

        assert walked == [(page.at, page.responder) for page in rehearsal.pages]


@settings(max_examples=25, deadline=None)
@given(programmes(urgencies=(Urgency.SOON,)), st.integers(0, 8))
def test_it_is_the_worst_of_all_minutes_where_a_night_falls_into_it(programme: Given, hours: int) -> None:
    start = START + timedelta(hours=hours)
    end, cap = start + SPAN, timedelta(hours=12)
    silence = Silence(signal(start, programme.urgency), programme.world, start, end)

    found = worst(silence, start, end, cap)

    by_hand = [_first_two(silence, at, cap) for at in every_minute(start, end)]
    assert found.first_page.after == _longest([first for first, _ in by_hand])
    assert found.second_person.after == _longest([second for _, second in by_hand])


@settings(max_examples=12, deadline=None)
@given(programmes(SHORT, (Urgency.SOON,)), st.integers(0, 12 * 60), st.integers(0, 59))
def test_a_walk_through_a_night_pages_whom_a_rehearsal_pages(
    programme: Given, minute: int, second: int
) -> None:
    silence = Silence(signal(START, programme.urgency), programme.world, START, START + timedelta(hours=14))
    for at in (START, START + timedelta(minutes=minute, seconds=second), START + timedelta(hours=3)):
        walked = _walked(silence, at, at + timedelta(hours=13), most=60)

        rehearsal = rehearse(
            [signal(at, programme.urgency)],
            lambda _: programme.world,
            NobodyAnswers(),
            walked[-1][0] if len(walked) >= 60 else at + timedelta(hours=13),
        )

        assert walked == [(page.at, page.responder) for page in rehearsal.pages]


def test_a_run_that_begins_in_the_evening_goes_on_in_the_morning() -> None:
    opened = wall("2026-11-24 20:30")
    found = Silence(signal(opened, Urgency.SOON), world(), opened, opened + timedelta(hours=1))

    walked = _walked(found, opened, opened + timedelta(hours=12))

    assert walked == [
        (opened, "ana"),
        (wall("2026-11-24 21:30"), "cal"),
        (wall("2026-11-25 07:00"), "ana"),
        (wall("2026-11-25 08:00"), "ana"),
    ]


def test_the_worst_night_for_soon_is_the_one_in_which_clocks_are_turned_back() -> None:
    """From 22:00 to 07:00 are ten hours; a signal of 21:00 has one more, and a page before them."""
    found = _shipped(Urgency.SOON)

    assert (found[0].opened_at, found[0].after) == (wall("2026-10-31 22:00"), timedelta(hours=10))
    assert (found[1].opened_at, found[1].after) == (wall("2026-10-31 21:00"), timedelta(hours=11))


def test_urgent_is_slowest_at_the_beginning_of_a_night() -> None:
    first, second = _shipped(Urgency.URGENT)

    assert first.after == timedelta()
    assert (second.opened_at, second.after) == (wall("2026-10-14 22:00"), timedelta(minutes=10))


def test_one_person_on_both_schedules_for_an_hour_is_found() -> None:
    begins, ends = wall("2026-10-20 03:00"), wall("2026-10-20 04:00")
    day = timedelta(days=60)
    backup = shifts("backup", ("ben", begins - day, begins), ("ana", begins, ends), ("ben", ends, ends + day))

    first, second = _shipped(Urgency.IMMINENT, backup)

    assert first.after == timedelta()
    assert (second.opened_at, second.after) == (begins - timedelta(minutes=3), timedelta(minutes=6))
    assert [turn.people for turn in second.turns] == [("ana",), ("ana",), ("cal",)]


def test_an_empty_schedule_delays_nobody_and_is_named() -> None:
    _, second = _shipped(Urgency.IMMINENT, shifts("primary"))

    assert [skipped.cause for skipped in second.turns[0].skipped] == ["nobody for schedule primary"]
    assert second.turns[0].people == ("ben",)


def test_when_only_one_person_is_left_a_second_is_never_paged() -> None:
    there = world(*(always(name, "ana") for name in ("primary", "backup", "supervisor", "director")))
    there.people.update(  # type: ignore[attr-defined]
        {who: one.model_copy(update={"active": False}) for who, one in there.people.items() if who != "ana"}
    )
    start = wall("2026-10-14 15:00")

    silence = Silence(signal(start), there, start, start + timedelta(days=28))
    found = worst(silence, start, start + timedelta(days=28))

    assert found.first_page.after == timedelta()
    assert found.second_person.after is None and found.second_person.at is None


def test_without_time_there_is_no_worst_minute() -> None:
    with pytest.raises(ValueError, match="after the start"):
        worst(Silence(signal(START), world(), START, START), START, START)


def _shipped(urgency: Urgency, *changed: object) -> tuple[Worst, Worst]:
    start = wall("2026-10-14 15:00")
    end = start + timedelta(days=28)
    found = worst(Silence(signal(start, urgency), world(*changed), start, end), start, end)  # type: ignore[arg-type]
    return found.first_page, found.second_person


def _first_two(silence: Silence, at: datetime, cap: timedelta) -> tuple[timedelta | None, timedelta | None]:
    """The figures of one opening by its walk, which the tests below hold against the rules."""
    first: datetime | None = None
    people: set[str] = set()
    for turn in silence.walk(at):
        if turn.at > at + cap:
            break
        people |= set(turn.people)
        if people and first is None:
            first = turn.at
        if len(people) > 1:
            return first and first - at, turn.at - at
    return first and first - at, None


def _tried(programme: Given, at: datetime) -> tuple[timedelta | None, timedelta | None]:
    first = second = None
    for length in (timedelta(minutes=8), CAP):
        if second is None:
            rehearsal = rehearse(
                [signal(at, programme.urgency)], lambda _: programme.world, NobodyAnswers(), at + length
            )
            first, second = rehearsal.first_page_at, rehearsal.second_person_at
    return (first - at if first else None, second - at if second else None)


def _longest(spans: list[timedelta | None]) -> timedelta | None:
    return None if None in spans else max(span for span in spans if span is not None)


def _walked(silence: Silence, at: datetime, end: datetime, most: int = 10_000) -> list[tuple[datetime, str]]:
    pages: list[tuple[datetime, str]] = []
    for turn in silence.walk(at):
        if turn.at > end or len(pages) >= most:
            return pages
        pages += [(turn.at, who) for who in turn.people]
    return pages
