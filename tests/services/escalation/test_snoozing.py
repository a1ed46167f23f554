"""Snooze: the holder of a soon or routine run is not asked before the moment they named."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.values import Disposition, Urgency
from tests.services.escalation.board import Board, clock, policy, step

SOON = policy(step("first"), step("second"), reach_within="4h", resolve_within="24h")


def held(urgency: Urgency = Urgency.SOON, **change: object) -> Board:
    of = SOON.model_copy(update=change)
    return Board(of).signal(urgency).takes("kim").at("02:15")


def test_the_contact_clock_moves_to_the_moment_named() -> None:
    board = held().snoozes("kim", 120)
    assert board.told == [("kim", "snoozed")]
    assert board.args("kim", "snoozed") == {"until": "2026-11-24T04:15:00+00:00"}
    assert board.due == "04:15"
    assert board.at("04:15").told == [("kim", "contact_overdue")]


def test_without_a_span_it_is_an_hour() -> None:
    assert held().snoozes("kim", 0).due == "03:15"


def test_it_is_never_longer_than_a_day_or_than_the_policy_lets_it_stay_open() -> None:
    assert held().snoozes("kim", 60 * 24 * 30).due == "+1 02:15"
    assert held(resolve_within=SOON.reach_within).snoozes("kim", 60 * 24).due == "06:15"


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.IMMINENT])
def test_what_is_urgent_cannot_be_put_off(urgency: Urgency) -> None:
    board = held(urgency)
    before = board.due
    board.snoozes("kim", 60)
    assert (board.told, board.args("kim", "not_snoozed")) == ([("kim", "not_snoozed")], {"why": "urgency"})
    assert urgency is Urgency.IMMINENT or board.due == before


def test_only_the_holder_puts_it_off() -> None:
    board = held().snoozes("lee", 60)
    assert board.args("lee", "not_snoozed") == {"why": "not_holder"}
    assert Board(SOON).signal(Urgency.SOON).snoozes("kim").args("kim", "not_snoozed") == {"why": "not_holder"}


def test_what_lapsed_or_was_handed_off_cannot_be_put_off() -> None:
    board = held().at("06:20").snoozes("kim")
    assert board.args("kim", "not_snoozed") == {"why": "overdue"}
    board = held().closes("kim", Disposition.WELFARE_CHECK).snoozes("kim")
    assert board.args("kim", "not_snoozed") == {"why": "handed_off"}


def test_asked_already_it_still_can_be_put_off() -> None:
    board = held().at("06:14").at("06:15").snoozes("kim", 60)
    assert (board.run.asked_at, board.due) == (None, "07:15")


def test_after_contact_the_question_for_the_disposition_is_put_off() -> None:
    board = held().reaches("kim").snoozes("kim", 90)
    assert board.due == "03:45"
    assert board.at("03:45").told == [("kim", "disposition_question")]


def test_higher_urgency_ends_it() -> None:
    board = held().snoozes("kim", 600).at("02:30").signal(Urgency.IMMINENT)
    assert (board.paged, board.due) == (["kim"], "02:33")
    assert board.takes("kim").run.contact_by == clock("06:30")


def test_a_signal_as_urgent_is_told_to_the_holder_and_wakes_nobody_else() -> None:
    board = held().snoozes("kim", 600).at("02:30").signal(Urgency.SOON)
    assert (board.paged, board.told) == ([], [("kim", "new_signal")])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([Urgency.URGENT, Urgency.IMMINENT]),
    st.lists(
        st.tuples(st.sampled_from(["kim", "lee"]), st.integers(0, 5000), st.integers(0, 240)), max_size=6
    ),
)
def test_no_sequence_of_snoozes_delays_an_urgent_run(
    urgency: Urgency, snoozes: list[tuple[str, int, int]]
) -> None:
    """The same run without them meets the same deadlines; each text only shows that somebody is awake."""
    board, other = held(urgency), held(urgency)
    for who, minutes, seconds in snoozes:
        board.snoozes(who, minutes)
        other.asks_more(who)
        later = board.now + timedelta(seconds=seconds)
        for one in (board, other):
            one.until(later)
        assert board.due == other.due
