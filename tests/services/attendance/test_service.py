"""Attendance as it runs: a morning of a programme on real parts, as timetables."""

import asyncio
from datetime import date, time, timedelta

from contracts.attendance import Enrolment, Group, SessionOff, SessionTime
from contracts.people import Patient
from contracts.schedules import Calendar, Holiday, Weekday
from services.attendance.core import decide
from services.attendance.core.decide import View
from services.attendance.core.judging import Risk
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past, Turnout
from services.attendance.settings import AttendanceSettings
from services.runtime.consume import Message
from tests.services.attendance.hands import Programme

SESSION = "iop-20261124-0900"


async def test_a_morning_of_a_group(programme):
    await programme.group()
    await programme.member("pt_here")
    await programme.member("pt_away")
    await programme.member("pt_ill")
    assert await programme.statuses() == dict.fromkeys(("pt_here", "pt_away", "pt_ill"), "expected")
    assert set(await programme.statuses("iop-20261125-0900")) == {"pt_here", "pt_away", "pt_ill"}
    assert (await programme.code()).patients == ("pt_away", "pt_here", "pt_ill")

    await programme.until("07:00")
    await programme.excuse("pt_ill")
    await programme.until("08:50")
    await programme.check_in("pt_here")
    await programme.until("09:14")
    assert await programme.signals() == []

    await programme.until("09:15")
    (signal,) = await programme.signals()
    assert (signal.patient, signal.urgency, signal.tags) == ("pt_away", "soon", ("first_miss",))
    (text,) = await programme.outreach()
    assert (text.patient, text.kind) == ("pt_away", "missed")
    assert await programme.statuses() == {"pt_here": "checked_in", "pt_away": "missed", "pt_ill": "excused"}

    await programme.until("09:40")
    late = await programme.check_in("pt_away", session=SESSION)
    (followed,) = await programme.followed()
    assert (followed.signal, followed.what, followed.at) == (signal.id, "late_check_in", late.at)
    assert [one.type for one in await programme.outreach()] == ["outreach_asked", "outreach_dropped"]

    await programme.until("13:30")
    assert len(await programme.signals()) == 1
    assert (await programme.js.stream_info("PARKED")).state.messages == 0


async def test_rows_12_to_15_over_three_days(programme):
    await programme.group()
    await programme.member("pt_here")
    await programme.member("pt_standard")
    await programme.member("pt_flagged", high_risk=True)
    # As followup notes it in the record.
    await programme.member("pt_left_ward", discharged_on=date(2026, 11, 20))

    await programme.check_in("pt_here", session=SESSION)
    await programme.until("09:15")
    assert await programme.missed() == {
        "pt_standard": ("soon", "first_miss"),
        "pt_flagged": ("urgent", "first_miss", "high_risk"),
        "pt_left_ward": ("urgent", "first_miss", "recent_discharge"),
    }

    await programme.until("2026-11-25 08:55")
    await programme.check_in("pt_here")
    await programme.until("2026-11-25 09:15")
    assert (await programme.missed())["pt_standard"] == ("urgent", "consecutive")

    await programme.until("2026-11-26 08:55")
    await programme.check_in("pt_here")
    await programme.until("2026-11-26 09:15")
    assert (await programme.missed())["pt_standard"] == ("urgent", "consecutive", "repeated")
    assert "pt_here" not in await programme.missed()


async def test_a_blank_list_is_one_fault_then_the_patients_at_risk_then_each_who_is_still_missing(programme):
    for name in ("iop", "art"):
        await programme.group(name)
        for number in range(4):
            await programme.member(f"pt_{name}{number}", name)
    await programme.member("pt_flagged", high_risk=True)

    await programme.until("09:15")
    (fault,) = await programme.faults()
    assert (fault.area, fault.urgency) == ("attendance", "urgent")
    assert "pt_" not in fault.note
    assert await programme.missed() == {"pt_flagged": ("urgent", "first_miss", "high_risk")}

    await programme.until("09:30")
    for number in range(3):
        await programme.check_in(f"pt_art{number}", session="art-20261124-0900", by="list")
    await programme.until("09:44")
    assert list(await programme.missed()) == ["pt_flagged"]
    await programme.until("09:45")
    assert sorted(await programme.missed()) == [
        "pt_art3",
        "pt_flagged",
        "pt_iop0",
        "pt_iop1",
        "pt_iop2",
        "pt_iop3",
    ]
    assert len(await programme.faults()) == 1


async def test_what_is_taken_back_is_not_missed(programme):
    await programme.group()
    for name in ("pt_left", "pt_moved", "pt_stays"):
        await programme.member(name)
    await programme.drop("enrolments", "iop.pt_left")
    await programme.discharge("pt_moved", "programme", on=date(2026, 11, 23))
    assert await programme.statuses() == {
        "pt_left": "cancelled",
        "pt_moved": "cancelled",
        "pt_stays": "expected",
    }

    tomorrow = SessionOff(on=date(2026, 11, 25))
    await programme.group(off=(tomorrow,))
    assert (await programme.statuses("iop-20261125-0900"))["pt_stays"] == "cancelled"
    rule = SessionTime(days=tuple(Weekday), start=time(9), minutes=180)
    again = Group(id="iop", times=(rule,), since=programme.clock.now())
    await programme.put("groups", "iop", again)
    assert (await programme.statuses("iop-20261125-0900"))["pt_stays"] == "expected"

    holiday = Calendar(id="us", days=(Holiday(day=date(2026, 11, 24)),))
    await programme.put("calendars", "us", holiday)
    await programme.put("groups", "iop", again.model_copy(update={"calendar": "us"}))
    await programme.until("12:00")
    assert (await programme.statuses())["pt_stays"] == "cancelled"
    assert await programme.signals() == []


async def test_a_cancellation_noted_afterwards_is_told_and_a_rewritten_rule_is_none(programme):
    await programme.group()
    await programme.member("pt_a")
    await programme.until("09:20")
    assert list(await programme.missed()) == ["pt_a"]

    await programme.group(start="10:00")
    assert await programme.followed() == [], "no word about the session that was missed"
    assert (await programme.statuses())["pt_a"] == "missed"

    await programme.group(off=(SessionOff(on=date(2026, 11, 24), start=time(9)),))
    (followed,) = await programme.followed()
    assert followed.what == "cancelled"


async def test_a_group_that_cannot_be_read_changes_nothing_and_ops_are_told(programme):
    await programme.group()
    await programme.member("pt_a")
    await programme.put("groups", "iop", b'{"id": "iop", "zone": "Nowhere"}')
    (fault,) = await programme.faults()
    assert "iop in the bucket groups" in fault.note

    await programme.stop()
    await programme.start()
    assert await programme.statuses() == {"pt_a": "expected"}
    await programme.until("09:15")
    assert list(await programme.missed()) == ["pt_a"]


async def test_a_patient_without_a_readable_record_counts_as_at_risk(programme):
    await programme.group()
    await programme.member("pt_a", record=False)
    await programme.put("patients", "pt_b", b"{}")
    await programme.put("enrolments", "iop.pt_b", Enrolment(group="iop", patient="pt_b"))

    await programme.until("09:15")

    assert await programme.missed() == dict.fromkeys(("pt_a", "pt_b"), ("urgent", "first_miss", "no_record"))


async def test_sessions_of_one_patient_alone_come_and_go_by_fact_in_any_order(programme):
    await programme.put("patients", "pt_a", Patient(id="pt_a"))
    early, late = programme.clock.now(), programme.clock.now() + timedelta(minutes=1)
    await programme.cancel("pt_a", "visit1", received_at=late)
    await programme.plan("pt_a", "visit1", "08:00", received_at=early)
    await programme.plan("pt_a", "visit2", "08:00", received_at=early)
    await programme.plan("pt_a", "visit2", "10:00", received_at=late)

    await programme.plan("pt_a", "history", "2026-11-03 08:00")

    await programme.until("08:30")
    assert await programme.signals() == []
    await programme.until("10:15")
    assert await programme.missed() == {"pt_a": ("soon", "first_miss")}
    assert await programme.statuses("visit1") == {"pt_a": "cancelled"}


async def test_check_ins_that_waited_while_attendance_was_down_are_heard_before_anybody_is_missed(programme):
    await programme.group()
    for number in range(4):
        await programme.member(f"pt_{number}")
    await programme.stop()
    for number in range(3):
        await programme.check_in(f"pt_{number}", at=programme.wall("08:58"), session=SESSION)
    await programme.clock.step(programme.wall("09:50"))
    await programme.start()
    await programme.until("09:51")

    assert await programme.missed() == {"pt_3": ("soon", "first_miss")}
    assert await programme.faults() == [], "the list was never blank"


async def test_after_two_days_down_nobody_is_forgotten(programme):
    rule = SessionTime(days=tuple(Weekday), start=time(9), minutes=180)
    group = Group(id="iop", times=(rule,), since=programme.clock.now())
    await programme.put("groups", "iop", group)
    await programme.member("pt_a")
    await programme.stop()
    await programme.clock.step(programme.wall("2026-11-27 08:00"))
    await programme.start()
    await programme.until("2026-11-27 08:01")

    tags = {one.evidence: one.tags for one in await programme.signals()}
    assert tags == {
        "ATTENDANCES:iop-20261124-0900": ("first_miss",),
        "ATTENDANCES:iop-20261125-0900": ("consecutive",),
        "ATTENDANCES:iop-20261126-0900": ("consecutive", "repeated"),
    }
    assert await programme.statuses("iop-20261126-0900") == {"pt_a": "missed"}


async def test_a_check_in_that_found_no_session_counts_once_the_session_is_known(programme):
    await programme.put("patients", "pt_a", Patient(id="pt_a"))
    await programme.until("09:00")
    await programme.check_in("pt_a")
    await programme.plan("pt_a", "visit", "09:05")

    await programme.until("09:30")

    assert await programme.statuses("visit") == {"pt_a": "checked_in"}
    assert await programme.signals() == []


async def test_who_wants_it_is_reminded(programme):
    await programme.group(reminder_minutes=90)
    await programme.member("pt_a", reminders=True)
    await programme.member("pt_b")

    await programme.until("07:29")
    assert await programme.outreach() == []
    await programme.until("07:30")
    (text,) = await programme.outreach()
    assert (text.patient, text.kind, text.args["at"]) == ("pt_a", "reminder", "2026-11-24T09:00")
    await programme.check_in("pt_a", session=SESSION)
    assert [one.type for one in await programme.outreach()] == ["outreach_asked", "outreach_dropped"]


async def test_whoever_turns_out_to_be_somebody_else_is_enrolled_under_that_id(programme):
    await programme.group()
    await programme.member("pt_old")
    await programme.put("patients", "pt_new", Patient(id="pt_new"))
    await programme.js.publish("programme.patient_linked.pt_old", b'{"patient": "pt_old", "into": "pt_new"}')
    await programme.settle()

    assert await programme.statuses() == {"pt_old": "cancelled", "pt_new": "expected"}
    await programme.check_in("pt_new", session=SESSION)
    await programme.until("10:00")
    assert await programme.signals() == []


async def test_what_was_missed_under_the_one_id_counts_under_the_other(programme):
    """Two misses as pt_old, then the link: the third is the third, and a session of theirs alone is kept."""
    await programme.group()
    await programme.member("pt_old")
    await programme.member("pt_here", record=True)
    for day in (24, 25):
        await programme.until(f"2026-11-{day} 08:55")
        await programme.check_in("pt_here", session=f"iop-202611{day}-0900")
        await programme.until(f"2026-11-{day} 09:20")
    await programme.plan("pt_old", "alone_1", "2026-11-26 15:00")
    await programme.put("patients", "pt_new", Patient(id="pt_new"))
    for _ in range(2):
        await programme.js.publish(
            "programme.patient_linked.pt_old", b'{"patient": "pt_old", "into": "pt_new"}'
        )
        await programme.settle()

    assert await programme.kinds("pt_new", "iop-20261125-0900") == ["adopted"], "no signal anew"
    assert await programme.statuses("alone_1") == {"pt_old": "cancelled", "pt_new": "expected"}
    assert "pt_new" not in await programme.missed()
    await programme.until("2026-11-26 08:55")
    await programme.check_in("pt_here", session="iop-20261126-0900")
    await programme.until("2026-11-26 09:20")
    assert (await programme.missed())["pt_new"] == ("urgent", "consecutive", "repeated")


async def test_the_watchdogs_word_is_a_look_and_a_message_that_makes_no_sense_is_parked(programme):
    await programme.group()
    await programme.member("pt_a")
    await programme.overdue(SESSION, "pt_a")
    await programme.js.publish("programme.checked_in.pt_a", b"{}")
    await programme.until("09:15")

    assert await programme.kinds("pt_a") == ["expected", "missed", "told"]
    assert (await programme.js.stream_info("PARKED")).state.messages == 1


def test_a_wrong_setting_is_named():
    limits = AttendanceSettings(grace_minutes=5, first_miss_urgency="routine", silent_hours=24).limits

    assert (limits.grace_minutes, limits.first_miss, limits.silent) == (5, "routine", timedelta(hours=24))
    for wrong in ({"grace_minutes": 31}, {"first_miss_urgency": "later"}, {"zone": "Nowhere"}):
        try:
            AttendanceSettings(**wrong)
        except ValueError as error:
            assert next(iter(wrong)) in str(error)
        else:
            raise AssertionError(wrong)


async def test_two_copies_tell_each_miss_once(programme):
    await programme.group()
    for number in range(6):
        await programme.member(f"pt_{number}")
    await programme.check_in("pt_0", session=SESSION)
    other = Programme(programme.server, programme.admin, programme.clock)
    await other.start()
    try:
        await programme.until("09:14")
        await programme.clock.step(programme.wall("09:15"))
        looks = [
            copy.shell.ears.handlers["attendance_overdue"](
                Message(
                    "overdue.ATTENDANCES",
                    1,
                    b'{"subject": "attendances.%s.pt_%d"}' % (SESSION.encode(), n),
                    {},
                )
            )
            for copy in (programme, other)
            for n in range(1, 6)
        ]
        await asyncio.gather(*looks)
        await other.settle()
        await programme.settle()
    finally:
        await other.stop()

    signals = await programme.signals()
    assert sorted(one.patient for one in signals) == [f"pt_{number}" for number in range(1, 6)]
    for number in range(1, 6):
        assert await programme.kinds(f"pt_{number}") == ["expected", "missed", "told"]


async def test_killed_between_the_miss_and_its_signal_the_signal_goes_out_at_the_next_start(programme):
    await programme.group()
    await programme.member("pt_a")
    await programme.stop()
    await programme.clock.step(programme.wall("09:15"))
    alone = programme.aggregates()
    view = View(Turnout(), Past(), Risk(), Limits())
    await alone.decide(
        f"attendances.{SESSION}.pt_a", "judged", lambda state, now: decide.look(state, view, now)
    )
    assert await programme.signals() == []

    await programme.start()

    assert await programme.missed() == {"pt_a": ("soon", "first_miss")}
    assert [one.kind for one in await programme.outreach()] == ["missed"]
