"""Oddities of a whole roster, beyond what one schedule shows by itself. Pure.

Codes: `double_booked`, `override_unreachable`, `zones_differ`, `handoff_at_odd_hour`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.people import Person
from contracts.schedules import Change, Schedule, Shift, Shifts
from services.roster import core
from services.roster.core.finding import Finding, at_words, layer_words


def double_booked(compiled: Mapping[str, Shifts], schedules: Mapping[str, Schedule]) -> list[Finding]:
    """Return who is on call at two sites at once: one person, one phone, and two patients far apart."""
    turns: dict[str, list[tuple[str, Shift]]] = {}
    for name, shifts in compiled.items():
        for shift in shifts.shifts:
            if shift.origin != core.UNCONFIRMED:
                turns.setdefault(shift.person, []).append((name, shift))
    found: dict[tuple[str, str, str], Finding] = {}
    for person, held in sorted(turns.items()):
        for (one, first), (other, second) in combinations(sorted(held, key=lambda h: (h[1].start, h[0])), 2):
            a, b = sorted((one, other))
            apart = schedules[one].site != schedules[other].site
            if not apart or second.start >= first.end or (person, a, b) in found:
                continue
            sites = f"{schedules[a].site} and {schedules[b].site}"
            first_at = at_words(max(first.start, second.start), schedules[a])
            sentence = (
                f"{person} is on for {b} too, so at {sites} at once, first at {first_at}; "
                "give one of the two to somebody else"
            )
            found[person, a, b] = Finding("double_booked", a, sentence, (person,))
    return list(found.values())


def unreachable_overrides(
    schedules: Mapping[str, Schedule], people: Mapping[str, Person], now: datetime
) -> Iterator[Finding]:
    """Return overrides that put somebody on who can't be paged."""
    for schedule in schedules.values():
        for override in schedule.overrides:
            person = people.get(override.person)
            if override.what is Change.REMOVE or override.end <= now or core.reachable(person):
                continue
            state = "unknown" if person is None else "inactive" if not person.active else "without a phone"
            sentence = f"override {override.id} puts {override.person} on, who is {state}; name another"
            yield Finding("override_unreachable", schedule.id, sentence, (override.person,))


def zones_differ(schedules: Mapping[str, Schedule]) -> Iterator[Finding]:
    """Return sites whose schedules stand on different wall clocks: mostly one of them is a slip."""
    by_site: dict[str, dict[str, list[str]]] = {}
    for schedule in schedules.values():
        by_site.setdefault(schedule.site, {}).setdefault(schedule.zone, []).append(schedule.id)
    for site, zones in by_site.items():
        most = max(zones, key=lambda zone: (len(zones[zone]), zone))
        for zone, names in sorted(zones.items()):
            for name in names if zone != most else ():
                sentence = (
                    f"stands in {zone}, other schedules of site {site} in {most}; correct one, or mean it"
                )
                yield Finding("zones_differ", name, sentence)


def odd_hours(schedules: Mapping[str, Schedule], now: datetime, end: datetime) -> Iterator[Finding]:
    """Return handoffs ahead at an hour that comes twice, or never: nobody is missing, two are on."""
    for schedule in schedules.values():
        for layer in schedule.rotations:
            clocks = {layer.handoff_at, *(at for window in layer.only for at in (window.start, window.end))}
            try:
                zone = ZoneInfo(layer.zone or schedule.zone)
            except (ZoneInfoNotFoundError, ValueError):
                continue
            day = now.astimezone(zone).date()
            while day <= end.astimezone(zone).date():
                for clock in sorted(clocks):
                    first, last = core.moments(day, clock, zone)
                    if first != last:
                        sentence = (
                            f"{layer_words(layer)} changes at {clock:%H:%M}, which comes twice or never on "
                            f"{day}; until {last.astimezone(zone):%H:%M %Z} both are on. "
                            "Another hour is clearer"
                        )
                        yield Finding("handoff_at_odd_hour", schedule.id, sentence)
                day += timedelta(days=1)
