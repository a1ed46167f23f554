"""Shifts, spans, origins and gaps of a roster as people read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.people import Person
from contracts.schedules import Schedule, Swap
from services.command_line.shown import counted, local
from services.roster import core
from services.runtime.sealing import Seals


def shown(moment: datetime, zone: str) -> str:
    """Return a moment on that zone's wall clock."""
    return local(moment, zone=ZoneInfo(zone))


def span_shown(start: datetime, end: datetime, zone: str) -> str:
    """Return a span on that zone's wall clock; the day of the end only where it is another."""
    there = ZoneInfo(zone)
    same = start.astimezone(there).date() == end.astimezone(there).date()
    last = f"{end.astimezone(there):%H:%M}" if same else shown(end, zone)
    return f"{shown(start, zone)} to {last}"


def span_told(start: datetime, end: datetime, zone: str) -> str:
    """Return a span as `span_shown`, with what the zone's time is called, for lines without a heading."""
    return f"{span_shown(start, end, zone)} {end.astimezone(ZoneInfo(zone)):%Z}"


def named(person: str, people: Mapping[str, Person], seals: Seals) -> str:
    """Return a responder's name and id."""
    held = people.get(person)
    return f"{seals.unseal(held.name)} ({person})" if held is not None else f"{person} (UNKNOWN)"


def gap_lines(gaps: Iterable[core.Gap], zone_of: Callable[[str], str]) -> list[str]:
    """Say every gap, those in which no page would reach anybody first.

    Each time at which nobody is on has a line of its own; what people's phones make of their turns
    is one line for each schedule and people, with the first time and how many follow.
    """
    loudness = {why: position for position, why in enumerate(core.Why)}
    held: dict[tuple[object, ...], list[core.Gap]] = {}
    for gap in sorted(gaps, key=lambda one: (loudness[one.why], one.start, one.schedule)):
        alike = (gap.schedule, gap.why, gap.people)
        key = (*alike, gap.start) if gap.why is core.Why.NOBODY else alike
        held.setdefault(key, []).append(gap)
    return [gap_sentence(one[0], zone_of(one[0].schedule), one[1:]) for one in held.values()]


def gap_sentence(gap: core.Gap, zone: str, more: Sequence[core.Gap] = ()) -> str:
    """Say where, when and why nobody could be paged, or nobody of whom it is known.

    `more` are later gaps of the same schedule and people, for the same reason.
    """
    who = ", ".join(gap.people)
    match gap.why:
        case core.Why.NOBODY:
            why = "NOBODY is on call"
        case core.Why.UNREACHABLE:
            why = f"{who} CANNOT BE REACHED by any contact method"
        case core.Why.UNVERIFIED:
            why = f"no phone of {who} is VERIFIED; run `vigil roster verify {gap.people[0]}`"
        case core.Why.FAILING:
            why = f"every verified phone of {who} FAILS by its receipts; see `vigil roster phones`"
    when = span_told(gap.start, gap.end, zone)
    if more:
        through = more[-1].end
        when = f"{span_shown(gap.start, gap.end, zone)} and {counted(len(more), 'more time')} until "
        when += f"{shown(through, zone)} {through.astimezone(ZoneInfo(zone)):%Z}"
    return f"Gap in {gap.schedule}, {when}: {why}"


def gap_json(gap: core.Gap) -> dict[str, object]:
    """Return a gap as plain values, moments in UTC."""
    return {
        "schedule": gap.schedule,
        "start": gap.start.isoformat(),
        "end": gap.end.isoformat(),
        "why": gap.why.value,
        "people": list(gap.people),
    }


def origin_words(origin: str, schedule: Schedule | None, swaps: Mapping[str, Swap]) -> str:
    """Say where a shift comes from; overrides and temporary schedules with their reason."""
    kind, _, name = origin.partition(" ")
    match kind:
        case "override" | "temporary":
            reason = _reason(kind, name, schedule)
            return f"{kind} {name}: {reason}" if reason else f"{kind} {name}"
        case "swap":
            swap = swaps.get(name)
            return f"swap of {swap.giver} with {swap.taker}" if swap else origin
        case "rotation" if name == "rotation":
            # What nobody named: its kind already says what it is.
            return "rotation"
        case core.UNCONFIRMED:
            return "stays on until the next one confirms"
        case _:
            return origin


def _reason(kind: str, name: str, schedule: Schedule | None) -> str:
    if schedule is None:
        return ""
    if kind == "override":
        return next((one.reason for one in schedule.overrides if one.id == name), "")
    return next((one.reason for one in schedule.temporary if one.id == name), "")
