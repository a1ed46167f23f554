"""Moments as people write them: a time of day, a day, or both, on somebody's wall clock."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.command_line.troubles import Trouble

_MOMENT = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")


def moment_here(text: str, now: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Return a moment: `14:30` (today), `2026-11-24 02:10`, or with an offset. Raises Trouble.

    Without an offset it stands on the zone's wall clock, or without a zone on this machine's.
    """
    try:
        today = f"{now.astimezone(zone):%Y-%m-%d} " if _is_clock(text) else ""
        at = datetime.fromisoformat(today + text)
        return (at if at.tzinfo or zone is None else at.replace(tzinfo=zone)).astimezone(zone)
    except ValueError:
        raise Trouble(f"--at: {text!r} is no moment; write it as 14:30 or 2026-11-24T02:10") from None


def moment(text: str, now: datetime, zone: ZoneInfo, option: str = "--at") -> datetime:
    """Return a moment as written: `03:10` (the next one), or `2026-11-24T03:10`, UTC.

    Without an offset it stands on the zone's clock; a time that comes twice is the first of them.
    Raises Trouble.
    """
    try:
        if _is_clock(text):
            at = _next(time.fromisoformat(text), now.replace(microsecond=0), zone)
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{option}: {text!r} is no moment; write it as 14:30 or 2026-11-24T02:10") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


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


def _is_clock(text: str) -> bool:
    return len(text) <= 8 and ":" in text


def _next(clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    today = now.astimezone(zone).date()
    days = (datetime.combine(today + timedelta(days=number), clock, zone) for number in (0, 1))
    return next(at for at in days if at.astimezone(UTC) >= now or at.date() > today)


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
