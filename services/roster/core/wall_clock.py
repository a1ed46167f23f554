"""What the wall clock of a zone shows, and when: the one rule for hours that come twice or never.

A shift starts at the first moment at which the clock shows its start, and ends at the last at which
it shows its end. An hour that never comes is read by the offsets before and after the change.
So shifts overlap on the odd nights of a year, and never leave a gap.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone of that name; raises ZoneInfoNotFoundError if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError) as error:
        # A folder of the time zone database ("America") or a path is no zone either.
        raise ZoneInfoNotFoundError(f"no time zone found with key {name!r}") from error


def moments(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the last moment (UTC) at which the zone's wall clock shows that time.

    They differ only where clocks are turned back (the time comes twice) or forward (it never
    comes: then the readings by the offsets before and after the change).
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None))
    return first(wall, zone), last(wall, zone)


def first(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at which the wall clock shows that naive time."""
    return min(_readings(wall, zone))


def last(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment (UTC) at which the wall clock shows that naive time."""
    return max(_readings(wall, zone))


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what the wall clock shows at a moment, as a naive time."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _readings(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    there = wall.replace(tzinfo=zone, fold=0)
    return there.astimezone(UTC), there.replace(fold=1).astimezone(UTC)
