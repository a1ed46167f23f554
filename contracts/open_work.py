"""Which aggregates are open, as the header of their last commit says: each of these must have a deadline."""

from contracts.attendance import AttendanceBrief, AttendanceStatus
from contracts.deliveries import DeliveryBrief, DeliveryStatus
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.followups import FollowupBrief
from contracts.pages import PageBrief, PageStatus

WITH_DEADLINES = ("ESCALATIONS", "PAGES", "CONVERSATIONS", "ATTENDANCES", "FOLLOWUPS", "DELIVERIES")
"""The streams of aggregates that act by themselves."""


def is_open(stream: str, brief: str) -> bool:
    """Return whether an aggregate of that stream must have a deadline; `brief` is the JSON of its header.

    A conversation has one only while something is under way, which its brief does not say; a delivery
    that is parked waits for a person. Both count as not open. Raises ValidationError when it can't be read.
    """
    if not brief:
        return False
    match stream:
        case "ESCALATIONS":
            return EscalationBrief.model_validate_json(brief).status is not EscalationStatus.CLOSED
        case "PAGES":
            return PageBrief.model_validate_json(brief).status is PageStatus.OUT
        case "ATTENDANCES":
            expected = (AttendanceStatus.EXPECTED, AttendanceStatus.HELD_BACK)
            return AttendanceBrief.model_validate_json(brief).status in expected
        case "FOLLOWUPS":
            care = FollowupBrief.model_validate_json(brief)
            return bool(care.tasks) or care.next_contact is not None
        case "DELIVERIES":
            ended = (DeliveryStatus.NEW, DeliveryStatus.ACCEPTED, DeliveryStatus.PARKED)
            return DeliveryBrief.model_validate_json(brief).status not in ended
        case _:
            return False
