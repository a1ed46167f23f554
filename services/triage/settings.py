"""Settings of the triage service: `VIGIL_TRIAGE_*`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class TriageSettings(BaseSettings):
    """Where the site's own thresholds stand; a file that can't be read stops the start."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_TRIAGE_")

    thresholds: Path | None = None
    """A YAML file with the site's own thresholds of screens, specimens and doses, above the shipped ones."""
