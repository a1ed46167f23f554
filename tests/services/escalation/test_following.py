"""What comes later about a signal: ends what is quiet and untouched, is shown on the rest."""

import pytest

from contracts.escalations import EscalationStatus
from contracts.values import Kind, Urgency
from tests.services.escalation.board import Board, policy, step

MISSED = Kind.SESSION_MISSED
LIST = policy(id="list", applies={"urgencies": ["routine"]})
SOON = policy(step("first", wait=60), id="soon", applies={"urgencies": ["soon"]}, order=2)
LOUD = policy(step("first"), step("second"), id="loud", order=3)


def board() -> Board:
    return Board(LIST, SOON, LOUD)


@pytest.mark.parametrize("urgency", [Urgency.ROUTINE, Urgency.SOON])
def test_09_20_missed_09_40_checked_in_late_nobody_had_it_so_it_ends(urgency: Urgency) -> None:
    one = board().at("09:20").signal(urgency, MISSED)

    one.at("09:40").followed("late_check_in")

    assert one.kinds[-1] == "withdrawn" and one.run.status is EscalationStatus.CLOSED
    assert one.due == "never"


def test_09_40_kim_has_it_so_kim_is_told_and_ends_it() -> None:
    one = board().at("09:20").signal(Urgency.SOON, MISSED).at("09:25").takes("kim")

    one.at("09:40").followed("late_check_in")

    assert one.run.open and one.told == [("kim", "signal_noted")]
    assert one.args("kim", "signal_noted") == {"what": "late_check_in"}


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.IMMINENT])
def test_an_urgent_one_goes_on_and_shows_it_to_whoever_is_paged(urgency: Urgency) -> None:
    one = board().at("09:20").signal(urgency, MISSED)
    due = one.due

    one.at("09:21").followed("excused")

    assert one.run.open and one.told == [("kim", "signal_noted")] and one.due == due
    assert one.at("09:23").paged == ["lee"], "the next step comes as if nothing had been said"


def test_a_run_with_another_signal_in_it_stays() -> None:
    one = board().at("09:20").signal(Urgency.SOON, MISSED).at("09:30").signal(Urgency.ROUTINE)

    one.at("09:40").followed(signal="s1")
    assert one.run.open

    one.at("09:41").followed("amended", signal="s2")
    assert not one.run.open


def test_what_comes_before_its_signal_withdraws_a_quiet_one_and_never_an_urgent_one() -> None:
    """The two travel on different streams."""
    quiet = board().at("09:39").followed(signal="s1").at("09:40").signal(Urgency.SOON, MISSED)
    loud = board().at("09:39").followed(signal="s1").at("09:40").signal(Urgency.URGENT, MISSED)

    assert quiet.kinds == ["signal_skipped"] and not quiet.run.open
    assert loud.run.open and loud.paged == ["kim"]


def test_of_a_run_that_is_over_nothing_is_said() -> None:
    one = board().at("09:20").signal(Urgency.SOON, MISSED).takes("kim").reaches("kim").closes("kim")

    one.at("10:00").followed(signal="s1")

    assert not one.run.open and one.told == []
