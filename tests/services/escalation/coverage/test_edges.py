"""Between two edges a wall clock tells the same of every time that was asked for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.policies import Applies, Policy
from contracts.values import Kind, Urgency
from services.escalation.core.hours import paging_begins, wait_of
from services.escalation.coverage import edges
from services.escalation.coverage.instants import common, instant, moment, union, without
from tests.services.escalation.coverage import plans
from tests.services.escalation.coverage.plans import START, at, step


@pytest.mark.parametrize(
    ("zone", "turned"),
    [
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ],
)
def test_a_turned_clock_is_an_edge_to_the_second(zone: str, turned: datetime) -> None:
    found = edges.of_clock(zone, (), instant(turned - timedelta(days=3)), instant(turned + timedelta(days=3)))

    assert found == [instant(turned)]


def test_both_readings_of_a_time_that_comes_twice_are_edges() -> None:
    found = edges.of_clock("America/New_York", (time(1, 30),), instant(START), instant(at(24)))

    assert [moment(edge) for edge in found] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 0, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]


def test_an_unknown_zone_has_no_edges() -> None:
    assert edges.of_clock("Nowhere/Unknown", (time(7),), instant(START), instant(at(48))) == []


@given(plans.zones, plans.windows, st.integers(0, 3 * 24 * 60))
@settings(max_examples=150, deadline=None)
def test_between_two_edges_a_policy_applies_or_does_not(zone: str, window: object, minute: int) -> None:
    policy = Policy.model_validate(
        {"id": "p", "zone": zone, "applies": {"during": [window]}, "steps": [step("first")]}
    )
    when = START + timedelta(minutes=minute)
    before = [
        moment(e) for e in edges.of_during(policy, instant(START), instant(at(80))) if moment(e) <= when
    ]
    since = max([START, *before])

    def applies(one: datetime) -> bool:
        return policy.matches(Kind.WITHDRAWAL, Urgency.URGENT, (), one)

    assert applies(when) == applies(since)


@given(plans.single_policies(), st.integers(0, 3 * 24 * 60))
@settings(max_examples=100, deadline=None)
def test_between_two_edges_waits_and_the_morning_stay(drawn: tuple[Policy, Urgency], minute: int) -> None:
    policy, urgency = drawn
    when = START + timedelta(minutes=minute)
    found = {*edges.of_nights(policy, instant(START), instant(at(80)))}
    found |= {*edges.of_hours(policy, instant(START), instant(at(80)))}
    since = max([START, *(moment(edge) for edge in found if moment(edge) <= when)])

    assert [wait_of(s, policy, when) for s in policy.steps] == [
        wait_of(s, policy, since) for s in policy.steps
    ]
    begins = paging_begins(policy, urgency, since)
    assert paging_begins(policy, urgency, when) == (when if begins == since else begins)


def test_spans_add_up_and_leave_out() -> None:
    assert union([(5, 7), (1, 3), (3, 4), (9, 9)]) == [(1, 4), (5, 7)]
    assert without([(0, 10), (20, 30)], [(2, 4), (8, 22)]) == [(0, 2), (4, 8), (22, 30)]
    assert common([(0, 4), (6, 9)], 2, 7) == [(2, 4), (6, 7)]


def test_a_policy_without_hours_nights_or_windows_has_no_edges() -> None:
    policy = Policy(id="p", applies=Applies(), steps=(step("first"),), zone=ZoneInfo("Europe/Paris").key)

    assert edges.of_hours(policy, instant(START), instant(at(48))) == []
    assert edges.of_nights(policy, instant(START), instant(at(48))) == []
    assert edges.of_during(policy, instant(START), instant(at(48))) == []
