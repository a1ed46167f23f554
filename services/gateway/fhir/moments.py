"""Moments and days as FHIR writes them: whole, or only as far as somebody knew."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = (1900, 2200)
_FRACTION = re.compile(r"(\.\d{6})\d+")


def moment(said: object) -> datetime | None:
    """Return a moment in UTC; of a day alone its noon in UTC; None for anything else.

    Noon, because it lies on the same day in every zone of the Americas, Europe and Africa. A year in
    which nobody of today lives is a slip, and would overflow wherever a span is added to it.
    """
    if not isinstance(said, str):
        return None
    text = _FRACTION.sub(r"\1", said.strip())
    try:
        if _DATE.fullmatch(text):
            found = datetime.combine(date.fromisoformat(text), time(12), UTC)
        else:
            found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None and is_likely(found) else None
    except (ValueError, OverflowError):
        return None


def day(said: object, zone: ZoneInfo) -> date | None:
    """Return the day on the wall clock of that zone; None for what names none."""
    if isinstance(said, str) and _DATE.fullmatch(said.strip()):
        try:
            written = date.fromisoformat(said.strip())
        except ValueError:
            return None
        return written if is_likely(written) else None
    found = moment(said)
    return found.astimezone(zone).date() if found is not None else None


def is_likely(found: datetime | date) -> bool:
    """Return whether a year can be meant."""
    return _YEARS[0] <= found.year <= _YEARS[1]
