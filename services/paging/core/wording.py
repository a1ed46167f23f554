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
        case Kind.FOLLOW_UP_DUE:
            return "task"
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


def day_and_clock(moment: datetime, zone: str) -> str:
    """Return a moment as local day and time, `Fri 27 Nov 08:00`; an unknown zone reads as UTC, `Z`."""
    place = _zone(zone)
    local = moment.astimezone(place or UTC)
    return f"{_day(local)} {local:%H:%M}{'' if place else 'Z'}"


def span(start: datetime, end: datetime, zone: str) -> str:
    """Return a span as local time: `Fri 27 Nov 08:00 to 20:00`, `... to Sat 08:00`, `... to Fri 4 Dec 08:00`.

    The day of the end is named only as far as it needs to be.
    """
    place = _zone(zone)
    first, last = start.astimezone(place or UTC), end.astimezone(place or UTC)
    days = (last.date() - first.date()).days
    if days == 0:
        day = ""
    elif 0 < days < 7:
        day = f"{_DAYS[last.weekday()]} "
    else:
        day = f"{_day(last)} "
    return f"{day_and_clock(start, zone)} to {day}{last:%H:%M}{'' if place else 'Z'}"


def _day(local: datetime) -> str:
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone; a malformed name; a directory's name
        return None
