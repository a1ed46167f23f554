"""Settings of the roster service: `VIGIL_ROSTER_*`."""

from datetime import time, timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.schedules import HORIZON
from services.roster.core.handoffs import Habits


class RosterSettings(BaseSettings):
    """How far ahead shifts are compiled and gaps told, and when handoffs are; a wrong one stops the start."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_ROSTER_")

    horizon_days: int = Field(default=HORIZON.days, ge=2, le=366)
    """Days ahead for which shifts stand compiled, so that paging outlives this service."""
    compile_every_seconds: int = Field(default=3600, ge=60, le=21600)
    """Seconds between compilations when no schedule changes."""
    gap_days: int = Field(default=28, ge=2, le=90)
    """Days ahead in which gaps are looked for and told."""
    evening_hour: int = Field(default=18, ge=12, le=21)
    """The hour of the evening before a shift, on the person's wall clock, at which they are reminded."""
    notice_minutes: int = Field(default=120, ge=15, le=720)
    """Minutes before a shift at which whoever has not confirmed it is asked once more."""
    notice_turns_from: float = Field(default=4.0, ge=0, le=336)
    """Hours that a shift must last to be asked about; shorter ones begin unasked."""
    verify_automatically: bool = True
    """Whether people who are on within `gap_days` are sent codes for phones that were never verified."""

    @property
    def horizon(self) -> timedelta:
        """The span ahead of now that is compiled."""
        return timedelta(days=self.horizon_days)

    @property
    def gaps_ahead(self) -> timedelta:
        """The span ahead of now in which gaps are told."""
        return timedelta(days=self.gap_days)

    @property
    def habits(self) -> Habits:
        """When handoffs are told."""
        return Habits(
            evening=time(self.evening_hour),
            ahead=timedelta(minutes=self.notice_minutes),
            turns_from=timedelta(hours=self.notice_turns_from),
        )
