"""The figures of attendance, each with its source; the site's settings set them."""

from dataclasses import dataclass
from datetime import timedelta

from contracts.values import Urgency

LEAST_GRACE, MOST_GRACE = 5, 30
"""Minutes. Providers count an arrival 15 to 30 minutes late as a no-show (clinical notes, 6c)."""
EARLY = timedelta(minutes=30)
"""A check-in counts from so long before a session's start until its end, unless the site says otherwise.
Our default, no published figure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides about a miss. Rows are those of the clinical table (clinical notes, section 7)."""

    grace_minutes: int = 15
    """6c: the usual grace, for groups that name none."""
    at_risk: Urgency = Urgency.URGENT
    """Row 12."""
    first_miss: Urgency = Urgency.SOON
    """Row 13."""
    second_miss: Urgency = Urgency.URGENT
    """Row 14."""
    third_miss: Urgency = Urgency.URGENT
    """Row 15."""
    early: timedelta = EARLY
    """So long before the start a check-in counts already. No source."""
    discharge_days: int = 30
    """Row 12 and 1e: the weeks after residential or hospital care are a time of raised risk."""
    silent: timedelta = timedelta(hours=72)
    """Row 15: missing in a row for longer than this counts as a third miss."""
    bulk_expected: int = 3
    """A session of so many at which nobody is checked in looks like a broken list. No source."""
    bulk_missing: int = 3
    """And so many of them must be neither excused nor cancelled. No source."""
    bulk_wait: timedelta = timedelta(minutes=30)
    """So long the list may be mended. No source; row 13 asks for a call within 60 min."""


def grace(minutes: int | None, limits: Limits) -> int:
    """Return the minutes of grace of a group, within the bounds; None: the site's."""
    return min(MOST_GRACE, max(LEAST_GRACE, limits.grace_minutes if minutes is None else minutes))
