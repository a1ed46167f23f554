"""The carrier account and our numbers: settings that every service which sends shares."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.twilio_client import CarrierSettings


class CarrierAccount(BaseSettings):
    """From VIGIL_* variables; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    twilio_account_sid: str = Field(description="Account sid, AC and 32 hex digits.")
    twilio_auth_token: str = Field(description="Auth token.")
    twilio_api_key: str = Field("", description="API key sid; empty: the auth token is used.")
    twilio_api_secret: str = Field("", description="Secret of the API key.")
    carrier_url: str = Field("", description="Base URL of another carrier than Twilio: the emulator.")
    carrier_timeout_seconds: float = Field(5.0, gt=0, description="Real seconds for one carrier request.")
    public_url: str = Field(description="Our URL as the carrier sees it, without a slash at the end.")
    staff_number: str = Field(description="Our number that pages staff, E.164.")
    imminent_number: str = Field("", description="A number reserved for imminent pages; empty: staff_number.")
    patient_number: str = Field("", description="The crisis line's number; empty: staff_number.")
    segments_per_second: float | None = Field(
        None, gt=0, description="Rate of each of our numbers in SMS segments per second; empty: unlimited."
    )

    def carrier(self) -> CarrierSettings:
        """Return how to reach the carrier."""
        return CarrierSettings(
            account_sid=self.twilio_account_sid,
            auth_token=self.twilio_auth_token,
            api_key=self.twilio_api_key,
            api_secret=self.twilio_api_secret,
            base_url=self.carrier_url,
            timeout=self.carrier_timeout_seconds,
        )

    def rates(self) -> dict[str, float]:
        """Return the rate of each limited number."""
        if self.segments_per_second is None:
            return {}
        numbers = {self.staff_number, self.imminent_number, self.patient_number} - {""}
        return dict.fromkeys(numbers, self.segments_per_second)
