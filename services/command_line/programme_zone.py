"""On which clock moments are shown: that of the programme, and never by chance that of a machine. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.policies import Policy
from contracts.schedules import Schedule


def programme_zone(schedules: Iterable[Schedule], policies: Iterable[Policy] = ()) -> ZoneInfo | None:
    """Return the zone of most schedules; without any, that of most policies; None where neither is known."""
    return most(one.zone for one in schedules) or most(one.zone for one in policies)


def most(zones: Iterable[str]) -> ZoneInfo | None:
    """Return the zone that is named most often, of those that exist; None if there is none."""
    known = [zone for name in zones if (zone := _zone(name)) is not None]
    return max(known, key=known.count) if known else None


def on_clock(title: str, zone: ZoneInfo | None) -> str:
    """Return a heading that says on which clock everything below it is shown."""
    return f"{title}, {zone.key}" if zone is not None else f"{title}, this machine's clock"


def abbreviated(moment: datetime, zone: ZoneInfo | None) -> str:
    """Return what people call the zone's time at that moment, such as `EST`."""
    return f"{moment.astimezone(zone):%Z}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
