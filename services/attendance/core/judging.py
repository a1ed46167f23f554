"""How urgent a missed session is: rows 12 to 15 of the clinical table. Pure.

The highest of the rows that apply counts, and every tag that does is set. What can't be read of a
patient rounds up: they count as at risk.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from contracts.values import Urgency
from services.attendance.core.limits import Limits
from services.attendance.core.sessions import Past

FIRST_MISS, CONSECUTIVE, REPEATED = "first_miss", "consecutive", "repeated"
HIGH_RISK, RECENT_DISCHARGE, SAFETY_PLAN, NO_RECORD = (
    "high_risk",
    "recent_discharge",
    "safety_plan",
    "no_record",
)
_FLAGS = frozenset({HIGH_RISK, RECENT_DISCHARGE, SAFETY_PLAN, NO_RECORD})


@dataclass(frozen=True, slots=True)
class Risk:
    """What is known of a patient's risk."""

    high_risk: bool = False
    """Flagged by a clinician."""
    discharged_on: date | None = None
    """From residential care or hospital."""
    safety_plan: bool = False
    """One is on file."""
    unknown: bool = False
    """There is no record, or it can't be read."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The urgency of a miss, the row that gave it, and its tags."""

    urgency: Urgency
    row: int
    tags: tuple[str, ...]
    misses: int
    """In a row, this one included."""

    @property
    def at_risk(self) -> bool:
        """Whether row 12 applies: such a miss waits for nothing."""
        return not _FLAGS.isdisjoint(self.tags)


def judge(risk: Risk, past: Past, now: datetime, zone: str, limits: Limits) -> Judgement:
    """Return how urgent it is that this patient is missing now."""
    misses = past.misses + 1
    flags = _flags(risk, now, zone, limits)
    silent = past.first_missed_at is not None and now - past.first_missed_at > limits.silent
    rows = [(limits.at_risk, 12)] if flags else []
    tags: tuple[str, ...] = (FIRST_MISS,)
    if misses >= 3 or (misses == 2 and silent):
        rows.append((limits.third_miss, 15))
        tags = (CONSECUTIVE, REPEATED)
    elif misses == 2:
        rows.append((limits.second_miss, 14))
        tags = (CONSECUTIVE,)
    else:
        rows.append((limits.first_miss, 13))
    urgency, row = max(rows, key=lambda one: (one[0].rank, -one[1]))
    return Judgement(urgency, row, (*tags, *flags), misses)


def recently_discharged(discharged_on: date | None, now: datetime, zone: str, limits: Limits) -> bool:
    """Return whether the patient left residential care or a hospital within the days that count."""
    if discharged_on is None:
        return False
    days = (now.astimezone(ZoneInfo(zone)).date() - discharged_on).days
    return 0 <= days <= limits.discharge_days


def _flags(risk: Risk, now: datetime, zone: str, limits: Limits) -> tuple[str, ...]:
    found = (
        (risk.high_risk, HIGH_RISK),
        (recently_discharged(risk.discharged_on, now, zone, limits), RECENT_DISCHARGE),
        (risk.safety_plan, SAFETY_PLAN),
        (risk.unknown, NO_RECORD),
    )
    return tuple(tag for applies, tag in found if applies)
