"""Settings of the demo page, from VIGIL_EMULATOR_DEMO_*."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DemoSettings(BaseSettings):
    """Whose phones are shown, and where signals go."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_EMULATOR_DEMO_", extra="ignore")

    folder: Path = Field(
        Path("deploy/demo"), description="Folder with people.yaml, schedules.yaml and patients.yaml."
    )
    gateway_url: str = Field(
        "http://127.0.0.1:8080", pattern=r"^https?://[^/\s?#]+/?$", description="The gateway's URL."
    )
    source: str = Field("demo", min_length=1, description="Name of the system that the buttons act for.")
    token: SecretStr = Field(
        SecretStr(""), description="Bearer token of that system, as in VIGIL_SOURCE_TOKENS."
    )
    staff_number: str = Field(
        "", description="Our number that staff text, E.164; empty: the first rented number."
    )
    patient_number: str = Field(
        "", description="Our number that patients text, E.164; empty: the same as staff."
    )
