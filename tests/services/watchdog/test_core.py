"""What the watchdog does about what it sees, as timetables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.watchdog.core import judge, wording
from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import Backlog, Late, Seen, StreamState

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
ZONE = "America/New_York"
GSM7_PLAIN = {chr(c) for c in range(32, 127)} - set("`^{}\\[~]|")


class Night:
    """A watchdog's memory and a clock; each look returns what was done."""

    def __init__(self):
        self.watch = judge.Watch()
        self.seconds = 0
        self.told, self.asked, self.faults = [], [], []
        self.well = False

    @property
    def now(self):
        return START + timedelta(seconds=self.seconds)

    def look(self, second, **seen):
        self.seconds = second
        seen = Seen(**{"reachable": True, "scanned": True, **seen})
        verdict = judge.judge(self.watch, seen, self.now, Limits(), ZONE)
        self.watch, self.well = verdict.watch, verdict.well
        self.told += [(second, tell.text) for tell in verdict.tell]
        self.asked += [(second, late.subject) for late in verdict.ask]
        self.faults += [fault.id for fault in verdict.faults]
        return verdict

    def through(self, first, last, **seen):
        for second in range(first, last + 1):
            self.look(second, **seen)


@pytest.fixture
def night():
    return Night()


LATE = Late("ESCALATIONS", "escalations.pt_a", START)
STUCK = (Backlog("paging_escalations", "paging", 3, 40),)
IDLE = (Backlog("paging_escalations", "paging", 0, 40),)


HEARD = (Backlog("paging_escalations", "paging", 0, 40, listening=True),)


def test_a_service_that_hears_no_more_is_told_though_nothing_waits_for_it(night):
    night.through(0, 10, backlogs=HEARD)
    night.through(11, 45, backlogs=IDLE)

    assert [second for second, _ in night.told] == [41]
    assert "paging handles nothing since 03:10" in night.told[0][1]


def test_a_service_that_was_never_seen_or_pauses_for_a_moment_is_left_alone(night):
    night.through(0, 60, backlogs=IDLE)
    for second in range(61, 200):
        night.look(second, backlogs=HEARD if second % 25 == 0 else IDLE)

    assert night.told == []


def test_the_owner_is_asked_after_five_seconds_and_ops_are_told_thirty_seconds_later(night):
    night.through(0, 70, late=(LATE,))

    assert night.asked == [(6, LATE.subject), (36, LATE.subject), (66, LATE.subject)]
    assert [second for second, _ in night.told] == [36]
    assert night.told[0][1] == (
        "VIGIL OPS: escalation is overdue since 03:10 (1 open). Pages may be late. "
        "Look at: is it running? its log, vigil doctor."
    )


def test_a_delivery_that_nobody_tries_is_asked_for_after_ten_minutes_and_a_fault_by_day_after_forty(night):
    """A recipient that hangs holds up what waits behind it: that wakes nobody, and the heart beats on."""
    waiting = Late("DELIVERIES", "deliveries.county.d1", START)
    for second in range(0, 2 * 3600, 10):
        night.look(second, late=(waiting,))

    assert night.asked[:3] == [(610, waiting.subject), (1210, waiting.subject), (1810, waiting.subject)]
    assert night.told == [] and night.well
    assert night.faults == ["deliveries_overdue/2026-11-24"]


def test_the_fault_about_deliveries_says_how_many_and_since_when_and_is_soon(night):
    night.look(601, late=(Late("DELIVERIES", "deliveries.county.d1", START),))
    verdict = night.look(2401, late=(Late("DELIVERIES", "deliveries.county.d1", START),))

    (fault,) = verdict.faults
    assert (fault.urgency, fault.area) == ("soon", "outgoing")
    assert fault.note.startswith("1 deliveries to other systems wait since 03:10")


def test_what_is_open_without_a_deadline_is_an_urgent_fault_once_a_day(night):
    night.look(0, undue=(("ATTENDANCES", 2),), streams=())
    verdict = night.look(1, undue=(("ATTENDANCES", 2), ("FOLLOWUPS", 1)))
    night.look(86_400, undue=(("ATTENDANCES", 2),))

    assert verdict.faults[0].urgency == "urgent" and "1 open without a deadline" in verdict.faults[0].note
    assert night.faults == [
        "open_without_due/ATTENDANCES/2026-11-24",
        "open_without_due/FOLLOWUPS/2026-11-24",
        "open_without_due/ATTENDANCES/2026-11-25",
    ]


def test_the_heart_beats_until_ops_are_told_and_again_once_it_is_well(night):
    night.look(35, late=(LATE,))
    assert night.well
    night.look(65, late=(LATE,))
    assert not night.well
    night.look(66)
    assert night.well


def test_what_the_owner_does_in_time_is_not_told(night):
    night.through(0, 30, late=(LATE,))
    night.through(31, 200)

    assert len(night.asked) == 1
    assert night.told == []


def test_a_commit_that_is_late_again_does_not_start_the_wait_anew(night):
    for second in range(60):
        night.look(second, late=(Late("PAGES", "pages.ana.p1", START + timedelta(seconds=second - 10)),))

    assert [second for second, _ in night.told] == [30]


def test_a_trouble_that_goes_on_is_told_every_ten_minutes_and_its_end_once(night):
    night.through(0, 1300, late=(LATE,))
    night.through(1301, 1500)

    assert [second for second, _ in night.told] == [36, 636, 1236, 1361]
    assert night.told[-1][1] == (
        "VIGIL OPS: well again at 03:31: escalation works (was in trouble since 03:10)."
    )


def test_a_short_recovery_is_neither_told_nor_makes_the_trouble_new(night):
    night.through(0, 40, late=(LATE,))
    night.through(41, 70)
    night.through(71, 300, late=(LATE,))

    assert [second for second, _ in night.told] == [36]


def test_services_are_troubles_of_their_own(night):
    night.through(0, 40, late=(LATE, Late("PAGES", "pages.ana.p1", START)))

    assert [second for second, _ in night.told] == [36, 36]


def test_a_service_that_stands_still_and_is_late_is_told_once(night):
    night.through(0, 60, late=(Late("PAGES", "pages.ana.p1", START),), backlogs=STUCK)

    assert [second for second, _ in night.told] == [30]


def test_a_service_that_makes_no_progress_for_thirty_seconds_is_told(night):
    for second in range(0, 61, 5):
        night.look(second, backlogs=STUCK)

    assert [second for second, _ in night.told] == [30]
    assert "paging handles nothing since 03:10" in night.told[0][1]
    assert not night.well


def test_a_long_queue_that_moves_is_no_trouble(night):
    for second in range(0, 300, 5):
        night.look(second, backlogs=(Backlog("paging_escalations", "paging", 500, second),))

    assert night.told == []


def test_what_has_just_begun_to_wait_is_not_measured_from_the_last_progress(night):
    for second in range(0, 300, 5):
        night.look(second, backlogs=STUCK if second in (100, 105, 200) else IDLE)

    assert night.told == []


def test_a_look_without_durables_keeps_what_was_known_of_them(night):
    night.look(0, backlogs=STUCK)
    night.look(30, backlogs=STUCK)
    night.look(31)

    assert not night.well


def test_nats_that_does_not_answer_for_fifteen_seconds_is_told_and_the_heart_stands_still(night):
    night.through(0, 14, reachable=False)
    assert night.told == [] and not night.well
    night.through(15, 20, reachable=False)
    assert [second for second, _ in night.told] == [15]
    assert "NATS does not answer since 03:10" in night.told[0][1]

    night.through(21, 100)
    assert [second for second, _ in night.told] == [15, 81]
    assert night.well


def test_after_an_outage_of_nats_the_services_get_their_time_to_catch_up(night):
    night.through(0, 20, late=(LATE,))
    night.through(21, 25, reachable=False)
    night.through(26, 55, late=(LATE,))

    assert night.told == []
    assert [second for second, _ in night.asked] == [6, 26]


def test_a_trouble_is_not_called_over_because_nats_went_away(night):
    night.through(0, 40, late=(LATE,))
    night.through(41, 200, reachable=False)
    night.look(201, late=(LATE,))

    assert [second for second, _ in night.told] == [36, 56]


def test_a_missing_stream_is_told_at_once(night):
    night.look(0, missing=("CARRIER",))
    night.look(10, missing=("CARRIER",))

    assert len(night.told) == 1
    assert "CARRIER is missing" in night.told[0][1]


def test_nothing_is_well_before_everything_was_scanned(night):
    night.look(0, scanned=False)

    assert not night.well


def test_a_text_that_reached_nobody_is_tried_again_after_thirty_seconds(night):
    night.through(0, 36, late=(LATE,))
    night.watch = judge.untold(night.watch, "service:escalation", night.now, Limits())
    night.through(37, 100, late=(LATE,))

    assert [second for second, _ in night.told] == [36, 66]


def test_a_stream_beyond_seventy_percent_is_a_fault_once_a_day(night):
    full = (StreamState("CARRIER", 71, 100, 9), StreamState("PAGES", 70, 100, 9))
    night.look(0, streams=full)
    night.look(10, streams=full)
    night.look(86_400, streams=full)

    assert night.faults == ["stream_filling/CARRIER/2026-11-24", "stream_filling/CARRIER/2026-11-25"]


def test_a_stream_that_went_backwards_is_a_fault_and_is_scanned_anew(night):
    night.look(0, streams=(StreamState("PAGES", 1, 100, 5000),))
    verdict = night.look(10, streams=(StreamState("PAGES", 1, 100, 2501),))

    assert verdict.rescan
    assert night.faults == ["stream_rewound/PAGES/5000"]
    assert not night.look(20, streams=(StreamState("PAGES", 1, 100, 2502),)).rescan


@given(
    st.lists(
        st.tuples(
            st.integers(1, 120),
            st.booleans(),
            st.booleans(),
            st.sampled_from([None, STUCK, IDLE]),
            st.booleans(),
        ),
        max_size=40,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_cause_is_told_twice_within_ten_minutes_unless_its_end_was_told_between(looks):
    night, last = Night(), {}
    for wait, reachable, is_late, backlogs, is_missing in looks:
        verdict = night.look(
            night.seconds + wait,
            reachable=reachable,
            late=(LATE,) if is_late and reachable else (),
            backlogs=backlogs if reachable else None,
            missing=("CARRIER",) if is_missing and reachable else (),
        )
        for tell in verdict.tell:
            assert len(tell.text) <= wording.SEGMENT and set(tell.text) <= GSM7_PLAIN
            if tell.recovery:
                assert last.pop(tell.cause, None) is not None
            else:
                before = last.get(tell.cause)
                assert before is None or night.now - before >= timedelta(minutes=10)
                last[tell.cause] = night.now


def test_every_wording_fits_one_segment_at_its_longest():
    service, name, time = "conversation", "conversation_carrier", "03:10"
    longest = [
        wording.unreachable(time),
        wording.late(service, 99999, time),
        wording.stalled(service, time),
        wording.missing(name, time),
        wording.recovered(f"{name} is there", time, time),
    ]

    assert all(len(text) <= wording.SEGMENT and set(text) <= GSM7_PLAIN for text in longest)
