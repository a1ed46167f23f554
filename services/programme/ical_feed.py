"""Shifts as an iCalendar feed (RFC 5545, RFC 7986) for calendars that ask again every hour.

It holds who is on for which schedule and when, and nothing of any patient or escalation.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from contracts.schedules import Shift
from services.programme.ical_people import PERSON

REFRESH = timedelta(hours=1)


def feed(
    title: str,
    shifts: Iterable[tuple[str, Shift]],
    names: Mapping[str, str],
    titles: Mapping[str, str],
    stamp: datetime,
    *,
    personal: bool,
) -> bytes:
    """Return (schedule, shift) pairs as a calendar; the same shifts give the same bytes.

    `names` is id -> name, `titles` schedule -> title; `personal` leaves out whose shift it is, for
    all are one person's. `stamp` is when they were compiled.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Vigil//roster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for schedule, shift in sorted(merged(shifts), key=lambda one: (one[1].start, one[0], one[1].person)):
        duty = titles.get(schedule) or schedule
        event = Event()
        event.add("uid", _uid(schedule, shift))
        event.add("dtstamp", stamp)
        event.add("dtstart", shift.start)
        event.add("dtend", shift.end)
        event.add(
            "summary", f"On call: {duty}" if personal else f"{names.get(shift.person, shift.person)}: {duty}"
        )
        event.add("transp", "TRANSPARENT")
        event.add(PERSON, shift.person)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def merged(shifts: Iterable[tuple[str, Shift]]) -> list[tuple[str, Shift]]:
    """Return the shifts with those of one person on one schedule that touch or overlap made one."""
    found: dict[tuple[str, str], list[Shift]] = {}
    for schedule, shift in sorted(shifts, key=lambda one: (one[1].start, one[1].end)):
        mine = found.setdefault((schedule, shift.person), [])
        if mine and shift.start <= mine[-1].end:
            mine[-1] = mine[-1].model_copy(update={"end": max(mine[-1].end, shift.end)})
        else:
            mine.append(shift)
    return [(schedule, shift) for (schedule, _), mine in found.items() for shift in mine]


def _uid(schedule: str, shift: Shift) -> str:
    """Return what stays the same while the shift's end changes, and says nothing by itself."""
    named = f"{schedule}|{shift.person}|{shift.start.isoformat()}"
    return f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@vigil"
