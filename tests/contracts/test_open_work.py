"""Which aggregates must have a deadline, by the header of their last commit."""

from datetime import UTC, datetime

import pytest

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.deliveries import DeliveryBrief, DeliveryStatus, Resource
from contracts.followups import FollowupBrief, TaskBrief, TaskKind
from contracts.open_work import WITH_DEADLINES, is_open
from contracts.streams import stream

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", AttendanceStatus)
def test_an_attendance_is_open_until_it_is_known_who_came(status: AttendanceStatus) -> None:
    expected = status in ("expected", "held_back")
    assert is_open("ATTENDANCES", AttendanceBrief(status=status).model_dump_json()) is expected


@pytest.mark.parametrize("status", DeliveryStatus)
def test_a_delivery_is_open_until_the_recipient_has_it_or_a_person_must_decide(
    status: DeliveryStatus,
) -> None:
    brief = DeliveryBrief(patient="pt_a", resource=Resource.TASK, status=status, at=NOW)
    assert is_open("DELIVERIES", brief.model_dump_json()) is (status in ("waiting", "intended", "failed"))


def test_a_followup_is_open_while_it_has_a_task_or_a_contact_to_come() -> None:
    task = TaskBrief(task="t1", kind=TaskKind.CONTACT, due=NOW)
    for brief, wanted in (
        (FollowupBrief(), False),
        (FollowupBrief(tasks=(task,)), True),
        (FollowupBrief(next_contact=NOW), True),
    ):
        assert is_open("FOLLOWUPS", brief.model_dump_json()) is wanted


def test_a_commit_without_a_brief_says_nothing_and_each_stream_is_one_of_the_table() -> None:
    for name in WITH_DEADLINES:
        assert is_open(name, "") is False
        assert "watchdog" in stream(name).followed_by
        assert any(f"overdue.{name}" in one.filters for one in stream("OVERDUE").durables)
