"""After a crisis: the call within a day, the check-in, the caring contacts; as timetables."""

from datetime import date

import pytest

from contracts.outreach import Withheld
from contracts.values import Disposition, Kind, Urgency
from services.followup.core import decide
from services.followup.core.state import Debt
from services.followup.settings import FollowupSettings
from tests.services.followup.case import Case, withheld


def test_a_person_speaks_with_the_patient_within_24_hours():
    case = Case("2026-11-24 03:10")
    case.resolved()
    assert case.tasks == {"contact": ("ben", "2026-11-25 03:10", "high")}
    assert case.texts == []

    case.until("2026-11-24 15:00")
    (task,) = case.state.tasks
    assert case.done(task.id) == "done"
    case.until("2026-11-27 23:00")
    assert case.tasks == {}
    assert case.texts == [("2026-11-27 10:00", "follow_up")]
    assert case.told_of(Debt.SIGNAL) == []


def test_without_a_therapist_whoever_resolved_it_owns_the_task():
    case = Case(therapist=None)
    case.resolved(responder="cal")
    assert case.tasks["contact"][0] == "cal"


def test_an_overdue_task_is_told_and_told_louder_until_it_is_done():
    case = Case("2026-11-24 12:00")
    case.resolved()
    case.until("2026-11-25 11:59")
    assert case.told_of(Debt.SIGNAL) == []
    case.until("2026-11-25 12:00")
    case.until("2026-11-26 12:00")
    assert [(one.urgency, one.owner, one.number) for one in case.told_of(Debt.SIGNAL)] == [
        (Urgency.SOON, "ben", 1),
        (Urgency.URGENT, "ben", 2),
    ]
    (task,) = case.state.tasks
    case.done(task.id)
    assert [one.number for one in case.told_of(Debt.FOLLOWED)] == [1, 2]
    case.until("2026-11-27 11:59")
    assert len(case.told_of(Debt.SIGNAL)) == 2


@pytest.mark.parametrize(
    ("disposition", "urgency", "kind", "follows"),
    [
        (Disposition.SAFETY_PLAN, Urgency.IMMINENT, Kind.PATIENT_ALERT, True),
        (Disposition.TRANSFERRED_911, Urgency.IMMINENT, Kind.PATIENT_ALERT, True),
        (Disposition.COULD_NOT_REACH, Urgency.URGENT, Kind.SESSION_MISSED, True),
        (Disposition.NO_CRISIS_AFTER_CONTACT, Urgency.URGENT, Kind.SCREEN_POSITIVE, True),
        (Disposition.SPOKE, Urgency.SOON, Kind.SESSION_MISSED, False),
        (Disposition.SPOKE, Urgency.ROUTINE, Kind.SESSION_MISSED, False),
        (Disposition.SENT_IN_ERROR, Urgency.IMMINENT, Kind.PATIENT_ALERT, False),
        (Disposition.SPOKE, Urgency.URGENT, Kind.FOLLOW_UP_DUE, False),
    ],
)
def test_what_is_followed_up(disposition, urgency, kind, follows):
    case = Case()
    case.resolved(disposition=disposition, urgency=urgency, kind=kind)
    assert (bool(case.state.tasks), case.state.care is not None) == (follows, follows)


def test_the_calendar_goes_through_twelve_months_and_ends():
    case = Case("2026-11-24 12:00", chances=(0.0,))
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2027-12-31 12:00")
    assert [at[:10] for at, _ in case.texts] == [
        "2026-11-27", "2026-12-01", "2026-12-08", "2026-12-22", "2027-01-24", "2027-02-24",
        "2027-03-24", "2027-05-24", "2027-07-24", "2027-09-24", "2027-11-24",
    ]  # fmt: skip
    assert [kind for _, kind in case.texts] == ["follow_up"] + ["caring"] * 10
    assert case.state.care is None and case.events[-1].type == "care_ended"
    assert case.state.tasks == ()


def test_nothing_comes_while_a_crisis_is_open_and_nothing_is_lost_by_it():
    case = Case("2026-11-24 12:00", chances=(0.0,))
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-12-01 09:00")
    case.crisis_open = True
    case.until("2026-12-12 12:00")
    assert len(case.texts) == 1
    case.crisis_open = False
    case.until("2027-12-31 12:00")
    assert len(case.texts) == 11
    # Those of day 7 and 14 come after it, not on one day.
    assert [at[:10] for at, _ in case.texts[1:4]] == ["2026-12-13", "2026-12-15", "2026-12-22"]


def test_a_newer_crisis_begins_the_calendar_anew():
    case = Case("2026-11-24 12:00", chances=(0.0,))
    case.resolved("r1")
    first = case.state.care.plan
    case.until("2026-11-24 20:00")
    case.resolved("r2")
    assert case.state.care.plan != first and len(case.state.tasks) == 1
    assert case.state.tasks[0].run == "r2"
    case.done(case.state.tasks[0].id)
    case.until("2026-11-30 12:00")
    assert case.texts == [("2026-11-28 10:00", "follow_up")]


def test_an_end_that_is_taken_back_takes_the_task_back():
    case = Case("2026-11-24 12:00")
    case.resolved("r1")
    case.until("2026-11-24 12:04")
    case.undone("r1")
    assert case.state.tasks == ()
    case.until("2026-11-24 13:00")
    case.resolved("r1")
    assert case.tasks == {"contact": ("ben", "2026-11-25 13:00", "high")}


def test_an_end_taken_back_as_sent_in_error_leaves_nothing():
    case = Case("2026-11-24 12:00")
    case.resolved("r1")
    case.undone("r1")
    case.until("2026-11-24 12:10")
    case.resolved("r1", disposition=Disposition.SENT_IN_ERROR)
    assert case.state.tasks == () and case.state.care is None


def test_a_confirmed_hand_off_starts_the_day_and_the_end_starts_the_calendar_once():
    case = Case("2026-11-24 12:00")
    case.resolved("r1", disposition=None)
    assert case.tasks == {"contact": ("ben", "2026-11-25 12:00", "high")} and case.state.care is None
    case.until("2026-11-24 14:00")
    case.resolved("r1", disposition=Disposition.TRANSFERRED_911)
    assert case.tasks == {"contact": ("ben", "2026-11-25 12:00", "high")}
    assert case.state.care.run == "r1"


def test_speaking_with_the_patient_does_the_tasks_that_ask_for_it():
    case = Case("2026-11-24 12:00")
    case.resolved("r1")
    case.until("2026-11-25 13:00")
    case.resolved("r2", disposition=Disposition.SPOKE, urgency=Urgency.SOON, kind=Kind.FOLLOW_UP_DUE)
    assert case.state.tasks == ()
    assert [one.number for one in case.told_of(Debt.FOLLOWED)] == [1]


@pytest.mark.parametrize("why", ["no_consent", "not_safe", "no_phone", "refused"])
def test_a_check_in_that_could_not_be_texted_is_a_call(why):
    case = Case("2026-11-24 12:00")
    case.answers = withheld(follow_up=why)
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-27 12:00")
    (task,) = case.state.tasks
    assert (str(task.kind), task.why, str(task.priority)) == ("call", why, "high")


def test_silence_of_the_crisis_line_is_a_call_too():
    case = Case("2026-11-24 12:00")
    case.silent = True
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-27 20:00")
    (task,) = case.state.tasks
    assert (str(task.kind), task.why) == ("call", "unanswered")


def test_quiet_hours_put_it_off_for_days_and_then_a_person_calls():
    case = Case("2026-11-24 12:00")
    case.answers = withheld(follow_up="quiet_hours")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-29 23:00")
    assert [at[:10] for at, _ in case.texts] == ["2026-11-27", "2026-11-28", "2026-11-29"]
    assert [one.why for one in case.state.tasks] == ["quiet_hours"]
    assert case.state.care is not None


def test_the_site_says_on_how_many_days_it_is_tried():
    case = Case("2026-11-24 12:00")
    case.limits = FollowupSettings(followup_tries=1).limits()
    case.answers = withheld(follow_up="quiet_hours")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-29 23:00")
    assert [at[:10] for at, _ in case.texts] == ["2026-11-27"]
    assert [one.why for one in case.state.tasks] == ["quiet_hours"]


@pytest.mark.parametrize(
    ("apart", "days"), [(1, ["12-08", "12-09", "12-10"]), (2, ["12-08", "12-10", "12-12"])]
)
def test_the_site_says_how_far_apart_contacts_come_after_a_crisis(apart, days):
    case = Case("2026-11-24 12:00")
    case.limits = FollowupSettings(followup_calendar="3d 7d 14d", followup_apart_days=apart).limits()
    case.resolved()
    case.crisis_open = True
    case.until("2026-12-07 23:00")
    case.crisis_open = False
    case.until("2026-12-20 23:00")
    assert [at[5:10] for at, _ in case.texts] == days


def test_a_crisis_that_opens_at_that_moment_costs_no_try():
    case = Case("2026-11-24 12:00")
    case.answers = withheld(follow_up="crisis_open")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-12-04 23:00")
    case.answers = {}
    case.until("2026-12-05 23:00")
    assert case.state.tasks == ()
    assert case.texts[-1] == ("2026-12-05 14:30", "follow_up")


def test_an_opt_out_ends_the_calendar_and_a_person_calls():
    case = Case("2026-11-24 12:00")
    case.answers = withheld(follow_up="opted_out")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2027-12-01 12:00")
    assert len(case.texts) == 1 and case.state.care is None
    assert [str(one.kind) for one in case.state.tasks] == ["call"]


def test_who_opted_out_before_is_called_at_72_hours():
    case = Case("2026-11-24 12:00", opted_out=True)
    case.resolved()
    assert case.tasks == {
        "contact": ("ben", "2026-11-25 12:00", "high"),
        "call": ("ben", "2026-11-27 12:00", "normal"),
    }


def test_a_machine_that_stood_still_over_the_day_sends_nothing_at_night():
    case = Case("2026-11-24 12:00")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.now = case.now.replace(day=28, hour=3)  # 27 November, 22:00 in New York
    case.until(case.now)
    assert case.texts == []
    case.until("2026-11-28 23:00")
    assert case.texts == [("2026-11-28 14:30", "follow_up")]


def test_a_discharge_from_hospital_is_called_seen_to_and_followed():
    case = Case("2026-11-24 12:00")
    case.discharged("hospital", date(2026, 11, 23))
    assert case.tasks == {
        "contact": ("ben", "2026-11-25 12:00", "high"),
        "appointment": ("ben", "2026-11-30 19:00", "high"),
    }
    assert case.state.care.after == "discharge"
    assert case.discharged("hospital", date(2026, 11, 23)) == ()


@pytest.mark.parametrize(
    ("on", "made"),
    [
        (date(2026, 10, 25), True),
        (date(2026, 10, 24), False),
        (date(2026, 11, 25), True),
        (date(2026, 11, 26), False),
    ],
)
def test_a_discharge_counts_through_the_weeks_of_raised_risk_and_one_that_has_not_come_does_not(on, made):
    case = Case("2026-11-24 12:00")
    case.discharged("residential", on)
    assert bool(case.state.tasks) is made
    assert all(one.due > case.now for one in case.state.tasks)


@pytest.mark.parametrize("why", ["died", "readmitted", "declined"])
def test_a_person_ends_the_calendar(why):
    case = Case("2026-11-24 12:00")
    case.resolved()
    assert case.asks("end_care", why=why) == "done"
    assert case.asks("end_care", "a2", why=why) == "no calendar of caring contacts runs"
    case.done(case.state.tasks[0].id)
    case.until("2027-12-01 12:00")
    assert case.texts == []


def test_an_erased_patient_is_texted_no_more():
    case = Case("2026-11-24 12:00")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.known = case.known.__class__(erased=True)
    case.until("2027-12-01 12:00")
    assert case.texts == [] and case.state.care is None


def test_a_text_that_did_not_arrive_after_all_is_a_call():
    case = Case("2026-11-24 12:00")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-27 12:00")
    ((_, _, text),) = [one for one in case.told if one[2] is not None]
    case.commit(decide.outreach_ended(case.state, text.outreach, Withheld.UNDELIVERED, case.here))
    assert [(str(one.kind), one.why, str(one.priority)) for one in case.state.tasks] == [
        ("call", "undelivered", "high")
    ]
    assert decide.outreach_ended(case.state, text.outreach, Withheld.UNDELIVERED, case.here) == ()
    assert case.state.care is not None


def test_a_pause_of_the_crisis_line_is_waited_out():
    case = Case("2026-11-24 12:00")
    case.answers = withheld(follow_up="paused")
    case.resolved()
    case.done(case.state.tasks[0].id)
    case.until("2026-11-28 09:00")
    case.answers = {}
    case.until("2026-11-28 23:00")
    assert len(case.texts) == 2 and case.state.tasks == ()
