"""Settings of attendance: `VIGIL_ATTENDANCE_*`. Each figure has its source beside it."""

from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.values import Urgency
from services.attendance.core.limits import LEAST_GRACE, MOST_GRACE, Limits

_Word = Literal["routine", "soon", "urgent", "imminent"]


class AttendanceSettings(BaseSettings):
    """When somebody counts as missing, and how urgent that is; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_ATTENDANCE_")

    zone: str = "America/New_York"
    """Time zone (IANA) of sessions of single patients, which name none."""
    grace_minutes: int = Field(default=15, ge=LEAST_GRACE, le=MOST_GRACE)
    """Minutes after the start until somebody counts as missing, for groups that name none.
    Clinical notes 6c."""
    early_minutes: float = Field(default=30, ge=5, le=120)
    """Minutes before the start from which a check-in counts for a session, by its code too.
    Our default, no published figure."""
    at_risk_urgency: _Word = "urgent"
    """A miss of a patient with a high-risk flag, a recent discharge or a safety plan.
    Clinical table, row 12."""
    first_miss_urgency: _Word = "soon"
    """A first miss at standard risk. Clinical table, row 13."""
    second_miss_urgency: _Word = "urgent"
    """A second miss in a row. Clinical table, row 14."""
    third_miss_urgency: _Word = "urgent"
    """A third miss in a row, or a second when nothing was seen for long. Clinical table, row 15."""
    discharge_days: int = Field(default=30, ge=0, le=365)
    """Days after residential or hospital care in which a miss is one at risk. Clinical notes 1e, row 12."""
    silent_hours: float = Field(default=72, gt=0)
    """Hours since the first miss of a row after which a second counts as a third. Clinical table, row 15."""
    bulk_expected: int = Field(default=3, ge=2)
    """A session of so many patients at which nobody is checked in is one fault first. No source."""
    bulk_missing: int = Field(default=3, ge=2)
    """And so many of them must be neither excused nor cancelled. No source."""
    bulk_wait_minutes: float = Field(default=30, ge=0, le=60)
    """Minutes in which the list may be mended before each counts as missing.
    No source; row 13: call in 60."""
    reminder_minutes: int = Field(default=60, ge=5, le=1440)
    """Minutes before a session of one patient alone at which they are reminded, if they want that.
    No source."""
    ahead_hours: int = Field(default=36, ge=12, le=168)
    """Hours ahead for which attendances stand, so that deadlines outlive a timetable that can't be read."""
    expand_every_seconds: int = Field(default=3600, ge=60, le=21600)
    """Seconds between looks at the timetable when nothing in it changes."""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{value!r} is no time zone; write for example America/New_York") from None
        return value

    @property
    def limits(self) -> Limits:
        """Return the figures as the rules take them."""
        return Limits(
            grace_minutes=self.grace_minutes,
            early=timedelta(minutes=self.early_minutes),
            at_risk=Urgency(self.at_risk_urgency),
            first_miss=Urgency(self.first_miss_urgency),
            second_miss=Urgency(self.second_miss_urgency),
            third_miss=Urgency(self.third_miss_urgency),
            discharge_days=self.discharge_days,
            silent=timedelta(hours=self.silent_hours),
            bulk_expected=self.bulk_expected,
            bulk_missing=self.bulk_missing,
            bulk_wait=timedelta(minutes=self.bulk_wait_minutes),
        )

    @property
    def ahead(self) -> timedelta:
        """How far ahead attendances are made."""
        return timedelta(hours=self.ahead_hours)
