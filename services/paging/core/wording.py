"""Words that stand in several texts: the kind, local time.

Minimum necessary: a kind that would reveal a substance test or withdrawal reads as `alert`.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from contracts.values import Kind


def kind_word(kind: Kind) -> str:
    """Return what it is about, in a word that tells nothing about the patient's health."""
    match kind:
        case Kind.PATIENT_ALERT:
            return "text"
        case Kind.SCREEN_POSITIVE:
            return "screen"
        case Kind.SESSION_MISSED | Kind.DOSE_MISSED:
            return "missed"
        case Kind.SYSTEM_FAULT:
            return "system"
        case _revealing_or_rare:
            return "alert"


def clock(moment: datetime, now: datetime, zone: str) -> str:
    """Return a moment as local time, `03:10`; with the weekday when it isn't today there.

    An unknown zone reads as UTC, marked `Z`: a wrong zone in somebody's record never stops a page.
    """
    place = _zone(zone)
    local, today = moment.astimezone(place or UTC), now.astimezone(place or UTC)
    day = "" if local.date() == today.date() else f"{_DAYS[local.weekday()]} "
    return f"{day}{local:%H:%M}{'' if place else 'Z'}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone; a malformed name; a directory's name
        return None
