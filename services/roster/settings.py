"""Settings of the roster service: `VIGIL_ROSTER_*`."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.schedules import HORIZON


class RosterSettings(BaseSettings):
    """How far ahead and how often shifts are compiled; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_ROSTER_")

    horizon_days: int = Field(default=HORIZON.days, ge=2, le=366)
    """Days ahead for which shifts stand compiled, so that paging outlives this service."""
    compile_every_seconds: int = Field(default=3600, ge=60, le=21600)
    """Seconds between compilations when no schedule changes."""

    @property
    def horizon(self) -> timedelta:
        """The span ahead of now that is compiled."""
        return timedelta(days=self.horizon_days)
