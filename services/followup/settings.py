"""Settings of followup: `VIGIL_FOLLOWUP_*`, and our numbers. Each figure has its source beside it."""

from datetime import time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.values import Urgency
from services.followup.core.calendar import read
from services.followup.core.limits import CARING, Limits
from services.runtime.twilio_client import CarrierSettings


class FollowupSettings(BaseSettings):
    """When somebody is contacted again, and by whom; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    followup_zone: str = Field(
        "America/New_York", description="Time zone (IANA) on whose wall clock caring contacts come."
    )
    followup_calendar: str = Field(
        CARING,
        description="When texts come after a crisis or a discharge: hours (h), days (d), months (mo). "
        "Clinical notes 6f.",
    )
    followup_earliest: time = Field(
        time(10), description="Caring contacts come from this time on. Clinical notes 6f."
    )
    followup_latest: time = Field(time(19), description="And before this time. Clinical notes 6f.")
    followup_contact_hours: float = Field(
        24, gt=0, le=72, description="Hours within which a person speaks with the patient. Clinical notes 6f."
    )
    followup_least_urgency: Literal["routine", "soon", "urgent", "imminent"] = Field(
        "urgent", description="Escalations less urgent than this are not followed up. No source."
    )
    followup_appointment_days: int = Field(
        7, ge=1, le=30, description="Days after a discharge for the first appointment. Clinical notes 6d."
    )
    followup_discharge_days: int = Field(
        30, ge=1, le=365, description="A discharge heard of later makes no task. Clinical notes 1e."
    )
    followup_call_hours: float = Field(
        24, gt=0, le=168, description="Hours for a call in the place of a text. No source."
    )
    followup_read_plan_hours: float = Field(
        1,
        gt=0,
        le=24,
        description="Hours for reading out a safety plan that can't be texted. Our default, no published "
        "figure; clinical notes 6b: a crisis call is returned in 1 hour.",
    )
    followup_apart_days: int = Field(
        2,
        ge=1,
        le=3,
        description="Days at least between two caring contacts, where a crisis or a failure put one off; the "
        "calendar's own closest are 4 days apart. Our default, no published figure.",
    )
    followup_tries: int = Field(
        3,
        ge=1,
        le=7,
        description="Days on which a caring contact is tried before a person calls instead. Our default, no "
        "published figure.",
    )
    followup_again_hours: float = Field(
        24, ge=1, le=168, description="Hours after which an overdue task is told again. No source."
    )
    followup_confirm_minutes: float = Field(
        30, ge=15, le=240, description="Minutes for the word that sends the safety plan. No source."
    )
    followup_digest_at: time = Field(
        time(8), description="When people are texted how many tasks they have, on their own clock. No source."
    )
    followup_digest: bool = Field(True, description="Whether that text is sent at all.")
    followup_desk: str = Field("", description="Responder who owns tasks that nobody else does; empty: none.")
    contact_number: str = Field(
        "",
        description="Our number for support contacts, E.164, not the crisis line's; empty: none are texted.",
    )
    contact_callback: str = Field(
        "", description="The number that support contacts are asked to call; empty: contact_number."
    )
    patient_number: str = Field("", description="The crisis line's number; empty: staff_number.")
    staff_number: str = Field("", description="Our number that pages staff, E.164.")
    twilio_account_sid: str = Field("", description="Account sid, AC and 32 hex digits.")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Auth token.")
    twilio_api_key: str = Field("", description="API key sid; empty: the auth token is used.")
    twilio_api_secret: SecretStr = Field(SecretStr(""), description="Secret of the API key.")
    carrier_url: str = Field("", description="Base URL of another carrier than Twilio: the emulator.")
    carrier_timeout_seconds: float = Field(5.0, gt=0, description="Real seconds for one carrier request.")

    @field_validator("followup_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{value!r} is no time zone; write for example America/New_York") from None
        return value

    @field_validator("followup_calendar")
    @classmethod
    def _readable(cls, value: str) -> str:
        read(value)
        return value

    @field_validator("followup_latest")
    @classmethod
    def _by_day(cls, value: time) -> time:
        if value > time(21):
            raise ValueError("caring contacts never come after 21:00")
        return value

    def limits(self) -> Limits:
        """Return the figures as the rules take them; raises ValueError when the window is empty."""
        if not time(8) <= self.followup_earliest < self.followup_latest:
            raise ValueError("VIGIL_FOLLOWUP_EARLIEST: not before 08:00, and before VIGIL_FOLLOWUP_LATEST")
        return Limits(
            zone=self.followup_zone,
            steps=read(self.followup_calendar),
            earliest=self.followup_earliest,
            latest=self.followup_latest,
            contact_within=timedelta(hours=self.followup_contact_hours),
            least_urgency=Urgency(self.followup_least_urgency),
            call_within=timedelta(hours=self.followup_call_hours),
            read_within=timedelta(hours=self.followup_read_plan_hours),
            appointment_days=self.followup_appointment_days,
            discharge_days=self.followup_discharge_days,
            again_after=timedelta(hours=self.followup_again_hours),
            apart=timedelta(days=self.followup_apart_days),
            tries=self.followup_tries,
            confirm_within=timedelta(minutes=self.followup_confirm_minutes),
        )

    def own_number(self) -> str:
        """Return the number that texts support contacts; empty where it is missing or is another's.

        A text from the crisis line's number would tell them that there is a crisis line.
        """
        others = {self.patient_number, self.staff_number} - {""}
        return "" if self.contact_number in others else self.contact_number

    def carrier(self) -> CarrierSettings | None:
        """Return how to reach the carrier; None without an account."""
        if not self.twilio_account_sid:
            return None
        return CarrierSettings(
            account_sid=self.twilio_account_sid,
            auth_token=self.twilio_auth_token.get_secret_value(),
            api_key=self.twilio_api_key,
            api_secret=self.twilio_api_secret.get_secret_value(),
            base_url=self.carrier_url,
            timeout=self.carrier_timeout_seconds,
        )
