"""What `vigil verify` says of deadlines, stream by stream, as the last commits have them."""

from datetime import UTC, datetime, timedelta

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.commits import BRIEF, DUE
from contracts.deliveries import DeliveryBrief, DeliveryStatus, Resource
from services.command_line.verify_deadlines import judged
from services.runtime.log import Stored

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
EXPECTED = AttendanceBrief(status=AttendanceStatus.EXPECTED).model_dump_json()
FAILED = DeliveryBrief(
    patient="pt_a", resource=Resource.TASK, status=DeliveryStatus.FAILED, at=NOW
).model_dump_json()


def commit(brief: str, ago: timedelta | None) -> Stored:
    headers = {BRIEF: brief} | ({DUE: (NOW - ago).isoformat()} if ago is not None else {})
    return Stored("x", 1, b"", headers)


def test_what_is_open_with_a_deadline_ahead_or_just_past_is_in_order() -> None:
    waits = [commit(EXPECTED, -timedelta(hours=1)), commit(EXPECTED, timedelta(seconds=59))]

    assert judged("ATTENDANCES", waits, NOW) == []
    assert judged("DELIVERIES", [commit(FAILED, timedelta(minutes=39))], NOW) == []


def test_what_is_open_without_one_and_what_is_overdue_are_holes() -> None:
    held = [commit(EXPECTED, None), commit(EXPECTED, timedelta(minutes=2)), commit("{", None)]

    undue, late = judged("ATTENDANCES", held, NOW)

    assert (undue.code, undue.blocking) == ("V12", True) and "2 open without" in undue.sentence
    assert (late.code, late.at) == ("V13", NOW - timedelta(minutes=2)) and "1 deadline" in late.sentence
    (delivery,) = judged("DELIVERIES", [commit(FAILED, timedelta(minutes=41))], NOW)
    assert delivery.name == "overdue"
