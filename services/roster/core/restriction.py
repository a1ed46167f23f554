"""Restrictions: in which parts of a turn a rotation puts anybody on. All on one wall clock."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from contracts.schedules import Calendar, Holidays, Rotation, Weekday, Window
from services.roster.core import spans
from services.roster.core.spans import Span

_DAY = timedelta(days=1)
_MIDNIGHT = datetime.min.time()
_WEEK = tuple(Weekday)


def holidays_of(calendar: Calendar | None) -> tuple[Span, ...]:
    """Return the holidays of a calendar, each from midnight to midnight; without a calendar none."""
    days = [_midnight(holiday.day) for holiday in (calendar.days if calendar else ())]
    return spans.merged((day, day + _DAY) for day in days)


def allowed(turn: Span, rotation: Rotation, holidays: Sequence[Span]) -> Iterator[Span]:
    """Return the parts of a turn in which the rotation holds, in order; windows that touch are one."""
    open_parts = spans.inside(turn, spans.merged(_windows(turn, rotation.only))) if rotation.only else (turn,)
    for part in open_parts:
        match rotation.holidays:
            case Holidays.ONLY:
                yield from spans.inside(part, holidays)
            case Holidays.NEVER:
                yield from spans.outside(part, holidays)
            case Holidays.ANY:
                yield part


def _windows(turn: Span, windows: Sequence[Window]) -> Iterator[Span]:
    # A night that began on the day before may last into the turn.
    day = turn[0].date() - _DAY
    while day <= turn[1].date():
        for window in windows:
            if not window.days or _WEEK[day.weekday()] in window.days:
                overnight = window.end.replace(tzinfo=None) <= window.start.replace(tzinfo=None)
                last_day = day + _DAY if overnight else day
                start = datetime.combine(day, window.start.replace(tzinfo=None))
                yield start, datetime.combine(last_day, window.end.replace(tzinfo=None))
        day += _DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, _MIDNIGHT)
