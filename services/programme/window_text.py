"""Spans of the week in short form: `weekdays 08:00-17:00`, `nights`, `sat sun`, `fri-sun 18:00-08:00`."""

import re
from itertools import takewhile

from contracts.night import NIGHT_FROM, NIGHT_UNTIL
from contracts.schedules import Weekday
from services.programme import fields

NIGHT = (f"{NIGHT_FROM:%H:%M}", f"{NIGHT_UNTIL:%H:%M}")
"""What `nights` means; the same hours as `wait_at_night` of a policy."""

_HOURS = re.compile(r"(\d\d?:\d\d)-(\d\d?:\d\d)")
_WEEK = [day.value for day in Weekday]
_DAYS = {"daily": [], "weekdays": _WEEK[:5], "weekends": _WEEK[5:]}
_SPANS = {"nights": NIGHT, "daytime": (NIGHT[1], NIGHT[0])}


def window(text: str) -> dict[str, object]:
    """Return `days`, `from` and `to` of one window; what is left out is every day, or the whole day.

    Raises ValueError with the way to write it.
    """
    days: list[str] = []
    hours: list[tuple[str, str]] = []
    for word in text.lower().split():
        if span := _HOURS.fullmatch(word):
            hours.append((span[1].zfill(5), span[2].zfill(5)))
        elif word in _SPANS:
            hours.append(_SPANS[word])
        else:
            days += days_of(word)
    if not text.strip() or len(hours) > 1:
        raise ValueError(
            "is no window; write one span, such as `weekdays 08:00-17:00`, `nights` or `sat sun`"
        )
    start, end = hours[0] if hours else ("00:00", "00:00")
    return {"days": list(dict.fromkeys(days)), "from": start, "to": end}


def days_of(word: str) -> list[str]:
    """Return the days that a word means: `sat`, `mon-fri`, `weekends`; none for `daily`.

    Raises ValueError with the nearest known word.
    """
    if word in _DAYS:
        return _DAYS[word]
    first, dash, last = word.partition("-")
    if first in _WEEK and not dash:
        return [first]
    if first in _WEEK and last in _WEEK:
        start = _WEEK.index(first)
        turned = _WEEK[start:] + _WEEK[:start]
        return [*takewhile(lambda day: day != last, turned), last]
    known = [*_WEEK, *_DAYS, *_SPANS]
    near = fields.did_you_mean(word, known)
    ways = (
        "; write mon-fri, weekdays, weekends, daily, nights (22:00-07:00), daytime (07:00-22:00) "
        "or 08:00-17:00; midnight is 00:00"
    )
    raise ValueError(f"{word!r} is no day and no span{near or ways}")
