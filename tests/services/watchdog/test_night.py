"""The watchdog, whole: real nats-server, and nobody who acts on what is due."""

import json
from datetime import timedelta

from contracts.attendance import AttendanceBrief, AttendanceStatus
from tests.services.watchdog.hands import PHONES


async def test_an_overdue_escalation_is_said_to_its_owner_and_then_to_ops(night):
    await night.commit("escalations.pt_a", due_in=0)
    await night.start()
    await night.ready()

    await night.passes(7)
    (asked,) = await night.stored("OVERDUE")
    assert asked[0] == "overdue.ESCALATIONS"
    assert json.loads(asked[1]) == {"subject": "escalations.pt_a"}
    assert night.outside.texts == []

    await night.passes(30)
    text = (
        "VIGIL OPS: escalation is overdue since 03:10 (1 open). Pages may be late. "
        "Look at: is it running? its log, vigil doctor."
    )
    assert sorted(night.outside.texts) == [(phone, text) for phone in PHONES]
    assert not await night.at_ease()


async def test_when_its_owner_acts_the_heart_beats_again_and_ops_are_told_once(night):
    await night.commit("pages.ana.p1", due_in=0)
    await night.start()
    await night.ready()
    await night.passes(40)
    assert not await night.at_ease()

    await night.commit("pages.ana.p1", due_in=3600)
    await night.passes(2)
    assert await night.at_ease()
    await night.passes(120)

    assert len(night.outside.to()) == 2
    assert "well again at 03:10: paging works" in night.outside.to()[1]


async def test_what_is_committed_while_it_watches_is_watched_too(night):
    """Of every stream with deadlines; a delivery to another system may wait longer."""
    await night.start()
    await night.ready()
    for subject in ("conversations.pt_a", "attendances.s1.pt_a", "followups.pt_a", "deliveries.county.d1"):
        await night.commit(subject, due_in=10)

    await night.passes(20)

    asked = [subject for subject, _ in await night.stored("OVERDUE")]
    assert sorted(asked) == ["overdue.ATTENDANCES", "overdue.CONVERSATIONS", "overdue.FOLLOWUPS"]


async def test_a_delivery_that_nobody_tries_becomes_a_fault_and_no_text(night):
    await night.commit("deliveries.county.d1", due_in=-2400)
    await night.start(watchdog_look_seconds=30)
    await night.js_back()

    await night.passes(60)
    assert [subject for subject, _ in await night.stored("OVERDUE")] == ["overdue.DELIVERIES"]
    assert await night.faults() == []
    await night.passes(1800)

    (fault,) = await night.faults()
    assert (fault.area, fault.urgency) == ("outgoing", "soon")
    assert not any("overdue" in text for text in night.outside.to())


async def test_what_is_open_without_a_deadline_is_a_fault(night):
    missing = AttendanceBrief(status=AttendanceStatus.EXPECTED)
    await night.commit("attendances.s1.pt_a", brief=missing)
    await night.commit("attendances.s1.pt_b", brief=missing)
    await night.commit("attendances.s1.pt_b", brief=AttendanceBrief(status=AttendanceStatus.CHECKED_IN))
    await night.start()
    await night.ready()

    await night.passes(2)

    (fault,) = await night.faults()
    assert fault.area == "deadlines" and fault.note.startswith("ATTENDANCES: 1 open without a deadline")


async def test_what_is_closed_or_due_later_is_left_alone(night):
    await night.commit("escalations.pt_a", due_in=0)
    await night.commit("escalations.pt_a")
    await night.commit("escalations.pt_b", due_in=7200)
    await night.start()
    await night.ready()

    await night.passes(120)

    assert await night.stored("OVERDUE") == []
    assert night.outside.texts == []
    assert await night.at_ease()


async def test_a_follower_that_fell_asleep_is_made_up_for_by_the_next_scan(night):
    await night.start(watchdog_look_seconds=10)
    await night.js_back()
    await night.passes(10)
    await night.watchdog.view._headers["ESCALATIONS"].follower.stop()
    await night.commit("escalations.pt_a", due_in=0)

    await night.passes(580)
    assert await night.stored("OVERDUE") == []
    await night.passes(25)

    assert [subject for subject, _ in await night.stored("OVERDUE")] == ["overdue.ESCALATIONS"]


async def test_services_that_hear_nothing_are_told(night):
    await night.start()
    await night.ready()
    await night.js.publish("signals.patient_alert", b"{}")

    await night.passes(45)

    (text,) = night.outside.to()
    assert "escalation handles nothing since 03:10" in text
    assert not await night.at_ease()


async def test_nats_away_is_told_after_fifteen_seconds_and_its_return_too(night):
    await night.start()
    await night.ready()
    await night.server.stop()

    await night.passes(14)
    assert night.outside.texts == []
    await night.passes(5)
    assert "NATS does not answer since 03:10" in night.outside.to()[0]
    assert night.beat_at() < night.clock.now() - timedelta(seconds=15)

    await night.server.start()
    await night.js_back()
    await night.passes(70)
    assert len(night.outside.to()) == 2
    assert "well again" in night.outside.to()[1]
    assert await night.at_ease()


async def test_a_watchdog_that_starts_without_nats_says_so(night):
    await night.server.stop()
    await night.start()

    await night.passes(17)

    assert "NATS does not answer" in night.outside.to()[0]
    assert not night.heartbeat.exists()


async def test_a_missing_stream_is_told(night):
    await night.start()
    await night.ready()
    await night.js.delete_stream("PAGES")

    await night.passes(30)

    assert any("PAGES is missing in NATS" in text for text in night.outside.to())
    assert not any("does not answer" in text for text in night.outside.to())
    assert not await night.at_ease()


async def test_a_stream_that_fills_up_is_a_fault(night):
    config = (await night.js.stream_info("PARKED")).config
    config.max_bytes = 2000
    await night.js.update_stream(config)
    await night.js.publish("parked.x.1", b"x" * 1500)
    await night.start()
    await night.ready()

    await night.passes(25)

    (fault,) = await night.faults()
    assert fault.area == "storage"
    assert "Stream PARKED is" in fault.note and "% full" in fault.note


async def test_a_refused_text_is_tried_again_after_thirty_seconds(night):
    night.outside.statuses = [400, 400]
    await night.commit("escalations.pt_a", due_in=0)
    await night.start()
    await night.ready()

    await night.passes(60)
    assert night.outside.texts == []
    await night.passes(10)

    assert len(night.outside.texts) == len(PHONES)


async def test_the_heartbeat_url_is_fetched_each_minute_while_all_is_well(night):
    await night.start(watchdog_look_seconds=5)
    await night.js_back()
    await night.passes(125)
    well = night.outside.beats

    await night.commit("escalations.pt_a", due_in=-60)
    await night.passes(40)
    in_trouble = night.outside.beats
    await night.passes(300)

    assert well == 3
    assert night.outside.beats == in_trouble


async def test_the_streams_marks_are_kept_where_the_admins_password_is(night):
    await night.start()
    await night.ready()
    await night.commit("escalations.pt_a", due_in=3600)

    await night.passes(61)

    marks = json.loads((night.server.folder / "marks.json").read_text())
    assert marks
