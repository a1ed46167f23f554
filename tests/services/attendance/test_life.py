"""One attendance from expected to its end, as a timetable; laws of it by hypothesis."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.attendance import AttendanceStatus
from contracts.outreach import OutreachAsked, OutreachDropped
from contracts.programme import SignalFollowed
from contracts.signals import Signal
from services.attendance.core import decide, messages
from services.attendance.core.decide import View, Word
from services.attendance.core.evolve import evolve
from services.attendance.core.judging import Risk
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past, Turnout
from services.attendance.core.state import Attendance, due
from services.attendance.core.timetable import Planned

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)  # 09:00 in New York
SUBJECT = "attendances.iop-20261124-0900.pt_a"
PLANNED = Planned(
    session="iop-20261124-0900",
    patient="pt_a",
    starts_at=NINE,
    ends_at=NINE + timedelta(hours=3),
    grace_minutes=15,
    group="iop",
)
FEW = Turnout(expected=2, seen=0, missing=2)
NOBODY = Turnout(expected=8, seen=0, missing=8)


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def view(turnout=FEW, misses=0, risk=None):
    since = NINE - timedelta(hours=24) if misses else None
    return View(turnout, Past(misses, since), risk or Risk(), Limits())


class Life:
    """An attendance, and everything it told others, in order."""

    def __init__(self, planned=PLANNED):
        self.state = Attendance.empty(SUBJECT)
        self.happened = []
        self.told = []
        if planned is not None:
            self.hear(decide.plan(self.state, planned, at(-600)))

    def hear(self, events):
        for event in events:
            self.state = evolve(self.state, event)
        self.happened += [event.type.removeprefix("attendance_") for event in events]
        return [event.type.removeprefix("attendance_") for event in events]

    def look(self, minutes, seen=None):
        self.tell(at(minutes))
        events = self.hear(decide.look(self.state, seen or view(), at(minutes)))
        self.tell(at(minutes))
        return events

    def tell(self, now):
        for owed in self.state.owed:
            self.told += [one.value for one in messages.message(self.state, owed, now)]
        keys = tuple(owed.key for owed in self.state.owed)
        self.hear(decide.told(self.state, keys, now)) if keys else None

    def come(self, minutes, heard=None):
        word = Word(at(minutes), at(minutes if heard is None else heard), "ehr", "list")
        return self.hear(decide.check_in(self.state, word, None))

    def excuse(self, minutes):
        return self.hear(decide.excuse(self.state, Word(at(minutes), at(minutes), "ehr"), None))

    def kinds(self):
        return [type(one).__name__ for one in self.told]


def test_who_comes_is_not_missed():
    life = Life()

    assert due(life.state) == at(15)
    assert life.look(14) == []
    assert life.come(14) == ["confirmed"]
    assert due(life.state) is None
    assert life.look(15) == []
    assert life.told == []


@pytest.mark.parametrize("grace", [5, 15, 30])
def test_who_does_not_come_is_missed_at_the_end_of_grace_with_a_signal_then_a_text(grace):
    life = Life(Planned(**{**_fields(PLANNED), "grace_minutes": grace}))

    assert life.look(grace - 0.01) == []
    assert life.look(grace) == ["missed"]
    assert life.kinds() == ["Signal", "OutreachAsked"]
    signal, text = life.told
    assert (signal.kind, signal.urgency, signal.tags) == ("session_missed", "soon", ("first_miss",))
    assert signal.occurred_at == NINE
    assert (text.kind, text.args, text.sealed) == ("missed", {}, None)
    assert text.send_by == datetime(2026, 11, 25, 5, tzinfo=UTC), "until midnight on the wall clock"
    assert text.during_crisis, "the signal itself opens an escalation"
    assert due(life.state) is None


def test_a_crash_between_signal_and_text_repeats_both_under_the_same_ids():
    life = Life()
    life.hear(decide.look(life.state, view(), at(15)))
    assert due(life.state) == at(15)

    first = [messages.message(life.state, owed, at(15)) for owed in life.state.owed]
    again = [messages.message(life.state, owed, at(40)) for owed in life.state.owed]

    assert first == again


def test_a_reminder_is_asked_for_once_with_the_time_on_the_wall_clock():
    life = Life(Planned(**{**_fields(PLANNED), "remind_at": at(-60)}))

    assert due(life.state) == at(-60)
    assert life.look(-60) == ["reminded"]
    (text,) = life.told
    assert (text.kind, text.send_by) == ("reminder", NINE)
    assert text.args == {"at": "2026-11-24T09:00", "time": "9:00 AM"}
    assert life.look(-59) == []
    assert due(life.state) == at(15)


def test_a_reminder_that_comes_too_late_is_none():
    life = Life(Planned(**{**_fields(PLANNED), "remind_at": at(-60)}))

    life.look(5)

    assert life.told == []


@pytest.mark.parametrize(("act", "what"), [("come", "late_check_in"), ("excuse", "excused")])
def test_who_comes_or_is_excused_afterwards_is_told_to_whoever_heard_the_signal(act, what):
    life = Life()
    life.look(15)

    assert getattr(life, act)(20) in (["confirmed"], ["excused"])
    life.tell(at(20))

    assert life.kinds()[2:] == ["SignalFollowed", "OutreachDropped"]
    signal, text, followed, dropped = life.told
    assert (followed.what, followed.signal, followed.at) == (what, signal.id, at(20))
    assert dropped.outreach == text.outreach
    assert due(life.state) is None
    assert getattr(life, act)(21) == []


def test_a_check_in_between_the_miss_and_its_signal_withdraws_nothing_by_itself():
    life = Life()
    life.hear(decide.look(life.state, view(), at(15)))
    life.come(15.01)
    life.tell(at(15.02))

    assert life.kinds() == ["Signal", "OutreachAsked", "SignalFollowed", "OutreachDropped"]


def test_who_was_there_in_time_but_entered_late_was_there():
    life = Life()
    life.look(15)
    life.come(2, heard=40)
    life.tell(at(40))

    followed = next(one for one in life.told if isinstance(one, SignalFollowed))
    assert (followed.at, followed.received_at) == (at(2), at(40))


def test_the_excused_and_the_cancelled_are_not_missed():
    for end in (
        lambda life: life.excuse(-100),
        lambda life: life.hear(decide.cancel(life.state, "session_off", at(-100))),
    ):
        life = Life()
        end(life)
        assert due(life.state) is None
        assert life.look(15) == []
        assert life.told == []


def test_who_was_excused_and_comes_was_there():
    life = Life()
    life.excuse(-100)
    life.come(0)

    assert life.state.status is AttendanceStatus.CHECKED_IN


def test_a_session_cancelled_after_it_was_missed_is_told():
    life = Life()
    life.look(15)
    life.hear(decide.cancel(life.state, "session_off", at(30)))
    life.tell(at(30))

    followed = next(one for one in life.told if isinstance(one, SignalFollowed))
    assert followed.what == "cancelled"


def test_nobody_of_a_session_is_one_fault_first_and_then_each_is_missed():
    life = Life()

    assert life.look(15, view(NOBODY)) == ["held_back"]
    (fault,) = life.told
    assert (fault.kind, fault.area, fault.urgency, fault.patient) == (
        "system_fault",
        "attendance",
        "urgent",
        None,
    )
    assert "pt_" not in fault.note
    assert due(life.state) == at(45)
    assert life.look(44, view(NOBODY)) == []
    assert life.look(45, view(NOBODY)) == ["missed"], "never silently dropped"
    assert life.kinds() == ["Signal", "Signal", "OutreachAsked"]


def test_a_list_that_is_mended_in_time_leaves_only_who_is_really_missing():
    came, missing = Life(), Life()
    for life in (came, missing):
        life.look(15, view(NOBODY))
    came.come(0, heard=25)
    came.tell(at(25))
    missing.look(45, view(Turnout(expected=8, seen=7, missing=1)))

    assert came.kinds() == ["Signal"], "the fault alone"
    assert missing.kinds() == ["Signal", "Signal", "OutreachAsked"]


def test_a_patient_at_risk_waits_for_no_list():
    life = Life()

    assert life.look(15, view(NOBODY, risk=Risk(high_risk=True))) == ["missed"]
    assert life.kinds() == ["Signal", "Signal", "OutreachAsked"]
    signal, fault, _ = life.told
    assert (signal.patient, signal.urgency) == ("pt_a", "urgent")
    assert fault.kind == "system_fault"


def test_the_fault_is_one_for_a_site_and_an_hour():
    def fault(session, site, minutes):
        planned = Planned(**{**_fields(PLANNED), "session": session, "site": site, "starts_at": at(minutes)})
        life = Life(None)
        life.hear(decide.plan(life.state.model_copy(update={"session": session}), planned, at(-60)))
        life.look(minutes + 15, view(NOBODY))
        return life.told[0].id

    assert fault("a", "main", 0) == fault("b", "main", 30)
    assert fault("a", "main", 0) != fault("a", "main", 60)
    assert fault("a", "main", 0) != fault("a", "annex", 0)


def test_a_session_put_off_is_missed_at_its_new_time_alone():
    life = Life()
    later = Planned(**{**_fields(PLANNED), "starts_at": at(300), "ends_at": at(480)})

    assert life.hear(decide.plan(life.state, later, at(-10))) == ["moved"]
    assert life.look(15) == []
    assert life.look(315) == ["missed"]


def test_a_session_put_off_after_it_was_missed_can_be_missed_again():
    life = Life()
    life.look(15)
    later = Planned(**{**_fields(PLANNED), "starts_at": at(300), "ends_at": at(480)})

    assert life.hear(decide.plan(life.state, later, at(20))) == ["moved"]
    assert life.look(315) == ["missed"]
    signals = [one.id for one in life.told if isinstance(one, Signal)]
    assert len(set(signals)) == 2


def test_an_older_word_about_the_plan_changes_nothing():
    life = Life(None)
    first, second = at(-200), at(-100)

    assert life.hear(decide.plan(life.state, PLANNED, at(-99), second)) == ["expected"]
    assert life.hear(decide.cancel(life.state, "source", at(-98), first)) == []
    assert life.hear(decide.plan(life.state, PLANNED, at(-97), at(-97))) == ["expected"], "said again"
    assert life.hear(decide.cancel(life.state, "source", at(-96), at(-98))) == []
    assert life.hear(decide.cancel(life.state, "source", at(-95), at(-95))) == ["cancelled"]
    assert life.hear(decide.plan(life.state, PLANNED, at(-94))) == [], "the timetable does not overrule it"
    assert due(life.state) is None


def test_a_cancellation_that_comes_before_the_plan_stands():
    life = Life(None)

    assert life.hear(decide.cancel(life.state, "source", at(-100), at(-100))) == ["cancelled"]
    assert life.hear(decide.plan(life.state, PLANNED, at(-99), at(-200))) == []
    assert life.hear(decide.plan(life.state, PLANNED, at(-50), at(-50))) == ["expected"]


def test_a_check_in_to_what_nobody_planned_yet_counts():
    life = Life(None)
    word = Word(at(0), at(0))

    assert life.hear(decide.check_in(life.state, word, PLANNED)) == ["expected", "confirmed"]
    assert life.hear(decide.plan(life.state, PLANNED, at(1))) == []
    assert due(life.state) is None


def _fields(planned):
    return {name: getattr(planned, name) for name in planned.__slots__}


# -- laws -------------------------------------------------------------------------------------

MINUTES = st.integers(-120, 400)
STEPS = st.one_of(
    st.tuples(st.just("look"), MINUTES),
    st.tuples(st.just("come"), MINUTES),
    st.tuples(st.just("excuse"), MINUTES),
    st.tuples(st.just("cancel"), MINUTES),
    st.tuples(st.just("move"), MINUTES),
    st.tuples(st.just("plan"), MINUTES),
    st.tuples(st.just("broken"), MINUTES),
    st.tuples(st.just("risk"), MINUTES),
)


def _lived(steps):
    life, lives = Life(), []
    for what, minutes in sorted(steps, key=lambda step: step[1]):
        match what:
            case "look":
                life.look(minutes)
            case "broken":
                life.look(minutes, view(NOBODY))
            case "risk":
                life.look(minutes, view(NOBODY, risk=Risk(high_risk=True)))
            case "come":
                life.come(minutes)
            case "excuse":
                life.excuse(minutes)
            case "cancel":
                life.hear(decide.cancel(life.state, "session_off", at(minutes)))
            case "move":
                later = Planned(
                    **{**_fields(PLANNED), "starts_at": at(minutes + 30), "ends_at": at(minutes + 90)}
                )
                life.hear(decide.plan(life.state, later, at(minutes)))
            case _:
                life.hear(decide.plan(life.state, PLANNED, at(minutes)))
        lives.append(life.state)
    return life, lives


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_what_is_open_or_owed_is_due_and_nothing_else(steps):
    _, states = _lived(steps)

    for state in states:
        assert (due(state) is not None) is (state.is_open or bool(state.owed))


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_a_look_at_what_is_due_always_does_something(steps):
    life, _ = _lived(steps)

    for _ in range(8):
        moment = due(life.state)
        if moment is None:
            return
        before = life.state
        life.tell(moment)
        life.hear(decide.look(life.state, view(), moment))
        assert life.state != before
    raise AssertionError("it never ends")


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_what_follows_a_signal_is_about_one_that_was_published_and_no_text_withdraws_one(steps):
    life, _ = _lived(steps)
    life.tell(at(500))

    known = set()
    for one in life.told:
        match one:
            case Signal():
                known.add(one.id)
            case SignalFollowed():
                assert one.signal in known
            case OutreachAsked() | OutreachDropped():
                assert one.kind in ("missed", "reminder") if isinstance(one, OutreachAsked) else one.why
            case _:
                raise AssertionError(one)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, max_size=12), st.sampled_from(["come", "excuse", "cancel", "plan"]))
def test_heard_twice_is_heard_once(steps, what):
    life, _ = _lived(steps)
    _act(life, what)

    assert _act(life, what) == []


def _act(life, what):
    match what:
        case "come":
            return life.come(450)
        case "excuse":
            return life.excuse(450)
        case "cancel":
            return life.hear(decide.cancel(life.state, "session_off", at(450)))
        case _:
            return life.hear(decide.plan(life.state, PLANNED, at(450)))
