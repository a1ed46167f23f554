"""The date filters of list requests: Name=, Name> and Name< with a day or a moment."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from services.carrier_emulator.errors import RestError


def passes(query: Mapping[str, str], name: str, moment: datetime | None) -> bool:
    """Tell whether a moment passes; what has no moment yet fails every filter of its name."""
    asked = {sign: query[name + sign] for sign in ("", ">", "<") if name + sign in query}
    if not asked:
        return True
    if moment is None:
        return False
    moment = moment.replace(microsecond=0)
    if "" in asked:
        day, length = _read(asked[""])
        if not day <= moment < day + length:
            return False
    if ">" in asked and moment < _read(asked[">"])[0]:
        return False
    if "<" not in asked:
        return True
    before, length = _read(asked["<"])
    return moment < before + length if length > timedelta(seconds=1) else moment <= before


def _read(text: str) -> tuple[datetime, timedelta]:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(20001, text) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment, timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
