"""Moments as people write them on a roster, and shifts, origins and gaps as people read them."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import typer

from contracts.people import Person
from contracts.schedules import Schedule, Swap
from services.command_line.troubles import Trouble
from services.roster import core
from services.runtime.sealing import Seals

_MOMENT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")


def start_of(text: str, option: str, zone: str, now: datetime) -> datetime:
    """Return the moment (UTC) at which something starts, the earliest that the text can mean.

    `2026-11-30 18:00`, `18:00` (the next one), `2026-11-30` (its midnight) on that zone's wall
    clock, or with an offset. Raises Trouble.
    """
    return min(_readings(text, option, zone, now, timedelta()))


def end_of(text: str, option: str, zone: str, now: datetime) -> datetime:
    """Return the moment (UTC) at which something ends, the latest that the text can mean.

    As `start_of`, but a mere day is meant to its end. Raises Trouble.
    """
    return max(_readings(text, option, zone, now, timedelta(days=1)))


def span_of(start: str, end: str, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the span that `--from` and `--to` name; a bare time of day of the end follows the start."""
    begins = start_of(start, "--from", zone, now)
    ends = end_of(end, "--to", zone, begins)
    if ends <= begins:
        raise Trouble(f"--to: {end!r} is not after --from {start!r}")
    return begins, ends


def shown(moment: datetime, zone: str) -> str:
    """Return a moment on that zone's wall clock."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def span_shown(start: datetime, end: datetime, zone: str) -> str:
    """Return a span on that zone's wall clock; the day of the end only where it is another."""
    there = ZoneInfo(zone)
    same = start.astimezone(there).date() == end.astimezone(there).date()
    last = f"{end.astimezone(there):%H:%M}" if same else shown(end, zone)
    return f"{shown(start, zone)} to {last}"


def named(person: str, people: Mapping[str, Person], seals: Seals) -> str:
    """Return a responder's name and id."""
    held = people.get(person)
    return f"{seals.unseal(held.name)} ({person})" if held is not None else f"{person} (UNKNOWN)"


def gap_sentence(gap: core.Gap, zone: str) -> str:
    """Say where, when and why nobody could be paged, or nobody of whom it is known."""
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
    return f"Gap in {gap.schedule}, {span_shown(gap.start, gap.end, zone)}: {why}"


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
        case core.UNCONFIRMED:
            return "stays on until the next one confirms"
        case _:
            return origin


def counted(number: int, word: str) -> str:
    """Return a number with its noun: `1 gap`, `2 gaps`, `No gaps`."""
    return f"{number or 'No'} {word if number == 1 else word + 's'}"


def put_json(value: object) -> None:
    """Write JSON to stdout, and nothing else."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _reason(kind: str, name: str, schedule: Schedule | None) -> str:
    if schedule is None:
        return ""
    if kind == "override":
        return next((one.reason for one in schedule.overrides if one.id == name), "")
    return next((one.reason for one in schedule.temporary if one.id == name), "")


def _readings(
    text: str, option: str, zone: str, now: datetime, whole_day: timedelta
) -> tuple[datetime, datetime]:
    there = ZoneInfo(zone)
    try:
        if re.fullmatch(r"\d\d?:\d\d", text):
            today = now.astimezone(there)
            wall = datetime.combine(today.date(), time.fromisoformat(text.zfill(5)), there)
            while wall.astimezone(UTC) <= now:
                wall += timedelta(days=1)
        elif re.fullmatch(r"20\d\d-\d\d-\d\d", text):
            wall = datetime.combine(date.fromisoformat(text), time(), there) + whole_day
        elif _MOMENT.fullmatch(text):
            wall = datetime.fromisoformat(text)
            wall = wall if wall.tzinfo else wall.replace(tzinfo=there)
        else:
            raise ValueError(text)
    except ValueError:
        example = "2026-11-30T18:00, 18:00 or 2026-11-30"
        raise Trouble(f"{option}: {text!r} is no moment; write {example}, on the clock of {zone}") from None
    return wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
