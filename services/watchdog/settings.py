"""Settings of the watchdog: whom to tell, through which carrier account, and how patient to be."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.watchdog.core.limits import Limits


class WatchdogSettings(BaseSettings):
    """From VIGIL_* variables; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    ops_phones: str = Field("", description="Phones of ops, E.164, separated by commas.")
    ops_zone: str = Field("America/New_York", description="IANA zone in which ops are told the time.")
    ops_number: str = Field("", description="Our number that texts ops, E.164; empty: staff_number.")
    staff_number: str = Field("", description="Our number that pages staff, E.164.")
    twilio_account_sid: str = Field(description="Account sid, AC and 32 hex digits.")
    twilio_auth_token: str = Field(description="Auth token.")
    twilio_api_key: str = Field("", description="API key sid; empty: the auth token is used.")
    twilio_api_secret: str = Field("", description="Secret of the API key.")
    carrier_url: str = Field("", description="Base URL of another carrier than Twilio: the emulator.")
    heartbeat_url: str = Field("", description="URL fetched each minute while all is well; empty: none.")
    watchdog_look_seconds: float = Field(1.0, gt=0, le=60, description="Seconds between two looks.")
    watchdog_grace_seconds: float = Field(5.0, gt=0, description="Seconds past due until its owner is asked.")
    watchdog_tell_seconds: float = Field(30.0, gt=0, description="Seconds from asking to telling ops.")
    watchdog_nats_seconds: float = Field(15.0, gt=0, description="Seconds without NATS until ops are told.")

    @field_validator("ops_phones")
    @classmethod
    def _phones(cls, value: str) -> str:
        wrong = [p for p in value.split(",") if p.strip() and not re.fullmatch(r"\+[1-9]\d{6,14}", p.strip())]
        if wrong:
            raise ValueError(f"{len(wrong)} of them no E.164 number such as +12025550123")
        return value

    @field_validator("ops_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no IANA zone such as America/New_York") from error
        return value

    def phones(self) -> tuple[str, ...]:
        """Return the ops phones."""
        return tuple(phone.strip() for phone in self.ops_phones.split(",") if phone.strip())

    def limits(self) -> Limits:
        """Return how patient to be."""
        tell = timedelta(seconds=self.watchdog_tell_seconds)
        return Limits(
            grace=timedelta(seconds=self.watchdog_grace_seconds),
            tell_late=tell,
            tell_stalled=tell,
            tell_unreachable=timedelta(seconds=self.watchdog_nats_seconds),
        )
