"""Rows 12 to 15 of the clinical table: who does not come, what is sent to them, and who calls when.

Each border of the figures themselves stands in tests/services/attendance/test_rows.py.
"""

from datetime import datetime, timedelta

import pytest

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.outreach import OutreachAsked
from contracts.signals import Signal
from services.attendance.core import decide, messages
from services.attendance.core.decide import View, Word
from services.attendance.core.evolve import evolve
from services.attendance.core.judging import Risk
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past, Turnout, past
from services.attendance.core.state import Attendance
from services.attendance.core.timetable import Planned
from tests.clinical.hands import clock, contact_by, escalated, paged, policy, programme, wall

URGENT, SOON = ("session_missed", "urgent"), ("session_missed", "soon")
TODAY = wall("2026-11-24 09:00").date()
FLAGGED, PLAN, NO_RECORD = Risk(high_risk=True), Risk(safety_plan=True), Risk(unknown=True)


def discharged(days_ago: int) -> Risk:
    """They left a hospital so many days before."""
    return Risk(discharged_on=TODAY - timedelta(days=days_ago))


class Seat:
    """One patient's place in a session that begins at that time, and what is told because of it."""

    def __init__(self, starts: str = "2026-11-24 09:00") -> None:
        self.starts = wall(starts)
        self.state = Attendance.empty("attendances.iop.p1")
        self.signals: list[Signal] = []
        self.texts: list[tuple[str, OutreachAsked]] = []
        planned = Planned("iop", "p1", self.starts, self.starts + timedelta(hours=3), 15, group="iop")
        self._hear(decide.plan(self.state, planned, self.starts - timedelta(hours=10)), self.starts)

    def comes(self, at: str) -> "Seat":
        """They check in."""
        word = Word(wall(at), wall(at), "ehr", "list")
        return self._hear(decide.check_in(self.state, word, None), wall(at))

    def grace_ends(
        self, risk: Risk | None = None, misses: int = 0, since_hours: float = 24, others_came: bool = True
    ) -> "Seat":
        """Fifteen minutes after the start. `misses`: those in a row before this one."""
        now = self.starts + timedelta(minutes=15)
        turnout = Turnout(8, 7, 1) if others_came else Turnout(8, 0, 8)
        before = Past(misses, now - timedelta(hours=since_hours) if misses else None)
        return self._hear(decide.look(self.state, View(turnout, before, risk or Risk(), Limits()), now), now)

    @property
    def signal(self) -> Signal:
        """The one signal that came of it."""
        (one,) = self.signals
        return one

    def _hear(self, events: decide.Events, now: datetime) -> "Seat":
        for event in events:
            self.state = evolve(self.state, event)
        for owed in self.state.owed:
            for told in messages.message(self.state, owed, now):
                if isinstance(told.value, Signal):
                    self.signals.append(told.value)
                if isinstance(told.value, OutreachAsked):
                    self.texts.append((clock(now), told.value))
        for event in decide.told(self.state, tuple(owed.key for owed in self.state.owed), now):
            self.state = evolve(self.state, event)
        return self


def said(seat: Seat) -> tuple[str, str]:
    """Kind and urgency."""
    return seat.signal.kind.value, seat.signal.urgency.value


# -- row 12


@pytest.mark.parametrize("risk", [FLAGGED, PLAN, discharged(1)])
def test_row_12_positive_at_the_end_of_grace_a_neutral_text_and_a_call_within_half_an_hour(
    risk: Risk,
) -> None:
    """09:15 the text to the patient, and Tia, on shift; 09:20 Ana; 09:25 Ben; 09:30 Cal."""
    seat = Seat().grace_ends(risk)

    assert said(seat) == URGENT
    ((at, text),) = seat.texts
    assert (at, text.kind, text.args) == ("09:15", "missed", {})
    rehearsal = escalated(seat.signal, minutes=19.9)
    assert policy(rehearsal) == "missed_at_risk"
    assert paged(rehearsal) == [
        "09:15 tia sms, voice 09:17",
        "09:20 ana sms, voice 09:22",
        "09:25 ben sms, voice 09:27",
        "09:30 cal sms, voice 09:32",
    ]
    taken = escalated(seat.signal, minutes=2, takes={"tia": 0})
    assert (paged(taken), contact_by(taken)) == (["09:15 tia sms"], "09:45")


def test_row_12_positive_without_a_therapist_on_shift_it_is_on_call_at_once() -> None:
    evening = Seat("2026-11-24 18:00").grace_ends(FLAGGED)

    assert paged(escalated(evening.signal, minutes=4))[0] == "18:15 ana sms, voice 18:17"
    none = escalated(Seat().grace_ends(FLAGGED).signal, minutes=4, given=programme(therapist=None))
    assert paged(none) == ["09:15 ana sms, voice 09:17"]


def test_row_12_negative_who_comes_within_grace_is_not_missed_however_high_the_risk() -> None:
    seat = Seat().comes("2026-11-24 09:14").grace_ends(FLAGGED)

    assert seat.signals == [] and seat.texts == []


@pytest.mark.parametrize(
    ("risk", "expected"), [(discharged(30), URGENT), (discharged(31), SOON), (NO_RECORD, URGENT)]
)
def test_row_12_borderline_thirty_days_count_and_nobody_knowing_counts_as_risk(
    risk: Risk, expected: tuple[str, str]
) -> None:
    assert said(Seat().grace_ends(risk)) == expected


def test_row_12_borderline_a_list_that_looks_broken_holds_no_patient_at_risk_back() -> None:
    """09:15 nobody of eight is checked in: the tablet may be off. Who is at risk is missed all the same."""
    seat, other = Seat().grace_ends(FLAGGED, others_came=False), Seat().grace_ends(others_came=False)

    assert [one.kind.value for one in seat.signals].count("session_missed") == 1
    assert [one.kind.value for one in other.signals] == ["system_fault"]


# -- row 13


def test_row_13_positive_a_text_at_the_end_of_grace_and_a_call_within_the_hour() -> None:
    """09:15 the text, and Tia; 10:15 Ana; 11:15 Cal. Who takes it calls within 60 minutes."""
    seat = Seat().grace_ends()

    assert said(seat) == SOON
    assert [(at, text.kind.value) for at, text in seat.texts] == [("09:15", "missed")]
    rehearsal = escalated(seat.signal, minutes=125)
    assert policy(rehearsal) == "missed_first"
    assert paged(rehearsal) == [
        "09:15 tia sms, voice 09:17",
        "10:15 ana sms, voice 10:17",
        "11:15 cal sms, voice 11:17",
    ]
    taken = escalated(seat.signal, minutes=5, takes={"tia": 0})
    assert (paged(taken), contact_by(taken)) == (["09:15 tia sms"], "10:15")


def test_row_13_negative_who_comes_is_not_missed() -> None:
    seat = Seat().comes("2026-11-24 09:14").grace_ends()

    assert seat.signals == [] and seat.texts == []


def test_row_13_borderline_the_end_of_grace_decides_and_a_minute_later_is_a_late_check_in() -> None:
    in_time = Seat().comes("2026-11-24 09:15").grace_ends()
    late = Seat().grace_ends().comes("2026-11-24 09:16")

    assert in_time.signals == []
    assert said(late) == SOON


def test_row_13_borderline_a_first_miss_late_in_the_evening_is_for_the_morning() -> None:
    """22:05 missed; 07:00 Tia: nobody is woken for it, and the patient is texted at once."""
    seat = Seat("2026-11-24 21:50").grace_ends()

    assert [at for at, _ in seat.texts] == ["22:05"]
    assert paged(escalated(seat.signal, minutes=9 * 60)) == ["07:00 tia sms, voice 07:02"]


# -- row 14


def test_row_14_positive_therapist_and_supervisor_are_paged_together() -> None:
    """09:15 Tia and Cal; 09:20 Ana; 09:25 Ben. Contact within the hour, which is sooner than 4 h."""
    seat = Seat().grace_ends(misses=1)

    assert said(seat) == URGENT
    rehearsal = escalated(seat.signal, minutes=14.9)
    assert policy(rehearsal) == "missed_again"
    assert paged(rehearsal) == [
        "09:15 tia sms, voice 09:17",
        "09:15 cal sms, voice 09:17",
        "09:20 ana sms, voice 09:22",
        "09:25 ben sms, voice 09:27",
    ]
    assert contact_by(escalated(seat.signal, minutes=5, takes={"cal": 0})) == "10:15"


@pytest.mark.parametrize(("between", "urgency"), [("checked_in", SOON), ("late", SOON), ("excused", URGENT)])
def test_row_14_negative_whoever_was_seen_in_between_begins_anew(
    between: str, urgency: tuple[str, str]
) -> None:
    """Friday missed; Monday seen, or excused, which does not end a row of misses; Tuesday missed."""
    earlier = {
        day: AttendanceBrief(status=AttendanceStatus(status), starts_at=at, ends_at=at + timedelta(hours=3))
        for day, status, at in (
            ("friday", "missed", wall("2026-11-20 09:00")),
            ("monday", between, wall("2026-11-23 09:00")),
        )
    }
    before = past(earlier, "iop", wall("2026-11-24 09:00"), wall("2026-11-24 09:15"))

    assert said(Seat().grace_ends(misses=before.misses)) == urgency


@pytest.mark.parametrize(("hours", "tags"), [(72, ("consecutive",)), (72.01, ("consecutive", "repeated"))])
def test_row_14_borderline_silent_for_three_days_makes_it_row_15(hours: float, tags: tuple[str, ...]) -> None:
    assert Seat().grace_ends(misses=1, since_hours=hours).signal.tags == tags


# -- row 15


@pytest.mark.parametrize(("misses", "hours"), [(2, 24), (7, 24), (1, 73)])
def test_row_15_positive_the_supervisor_is_paged_at_once(misses: int, hours: float) -> None:
    seat = Seat().grace_ends(misses=misses, since_hours=hours)

    assert said(seat) == URGENT
    assert "repeated" in seat.signal.tags
    assert paged(escalated(seat.signal, minutes=4)) == [
        "09:15 tia sms, voice 09:17",
        "09:15 cal sms, voice 09:17",
    ]


def test_row_15_negative_who_comes_after_two_misses_is_not_missed() -> None:
    assert Seat().comes("2026-11-24 09:10").grace_ends(misses=2).signals == []


def test_row_15_borderline_at_risk_as_well_it_is_row_12_with_the_sooner_call() -> None:
    seat = Seat().grace_ends(FLAGGED, misses=2)

    assert {"repeated", "high_risk"} <= set(seat.signal.tags)
    assert policy(escalated(seat.signal)) == "missed_at_risk"
    assert contact_by(escalated(seat.signal, minutes=2, takes={"tia": 0})) == "09:45"


def test_row_15_borderline_no_number_of_misses_ends_anything_by_itself() -> None:
    """A week of silence: the run still pages, and nobody was discharged by software."""
    rehearsal = escalated(Seat().grace_ends(misses=9).signal, minutes=24 * 60)

    assert rehearsal.closed_at is None and rehearsal.due_at is not None
