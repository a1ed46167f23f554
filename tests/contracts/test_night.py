"""Night: from 22:00 until before 07:00."""

from datetime import time

from contracts.night import is_night


def test_night_begins_at_ten_and_is_over_at_seven() -> None:
    clocks = [time(21, 59), time(22), time(0), time(6, 59), time(7)]

    assert [is_night(clock) for clock in clocks] == [False, True, True, True, False]
