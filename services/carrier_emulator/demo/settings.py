"""Settings of the demo page: those of the system it shows, so that a demo needs none of its own."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_DEMO = Path(__file__).parents[3] / "deploy" / "demo"


class DemoSettings(BaseSettings):
    """Whose phones are shown, which numbers they text, and where signals go."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    demo_folder: Path = Field(_DEMO, description="Folder with people.yaml, schedules.yaml and patients.yaml.")
    demo_pins: bool = Field(
        False,
        description="Show the staff's PINs on the page, so that one person can play everybody; only "
        "`vigil up --demo` turns it on, for people who are made up.",
    )
    demo_source: str = Field(
        "demo", min_length=1, description="The programme system that the demo's buttons act for."
    )
    source_tokens: dict[str, SecretStr] = Field(
        default_factory=dict, description="The gateway's tokens; that of demo_source is used."
    )
    public_url: str = Field(
        "http://127.0.0.1:8080", description="The gateway's URL, as the emulated carrier knows it."
    )
    staff_number: str = Field(
        "", description="Our number that staff text, E.164; empty: the first rented one."
    )
    patient_number: str = Field("", description="Our number that patients text, E.164; empty: as staff.")

    def token(self) -> str:
        """Return the bearer token of the demo's source; empty if the gateway has none for it."""
        token = self.source_tokens.get(self.demo_source)
        return token.get_secret_value() if token else ""
