"""What the intake of FHIR can be told from outside."""

from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.gateway.fhir.naming import Names


class FhirServer(BaseModel):
    """Where a source's own FHIR server answers, and the token that it wants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^https?://[^\s?#]+$")
    token: SecretStr = SecretStr("")


class FhirSettings(BaseSettings):
    """Codes, people and servers of the sources that speak FHIR."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    fhir_servers: dict[str, FhirServer] = Field(
        default_factory=dict,
        description="FHIR servers that are asked for what a notification only points to: JSON, "
        '{"<source>": {"url": "<base URL>", "token": "<bearer token>"}}.',
    )
    fhir_timeout_seconds: float = Field(
        5.0, gt=0, le=60, description="Real seconds for one request to a source's FHIR server."
    )
    fhir_codes: dict[str, str] = Field(
        default_factory=dict,
        description="The site's own codes of screens, questions, specimens and medications: JSON, "
        '{"<code, system|code or canonical URL>": "<instrument>" or "<instrument>/<item>"}.',
    )
    fhir_practitioners: dict[str, str] = Field(
        default_factory=dict,
        description='Practitioners who are responders under another id: JSON, {"<their id>": "<responder>"}.',
    )
    fhir_risk_flags: str = Field(
        "safety,behavioral",
        description="Codes or categories of Flags that mark a patient as at high risk, separated by commas.",
    )
    fhir_zone: str = Field("America/New_York", description="IANA zone in which days of doses are counted.")

    @field_validator("fhir_codes")
    @classmethod
    def _known_codes(cls, codes: dict[str, str]) -> dict[str, str]:
        Names(codes).check()
        return codes

    @field_validator("fhir_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{zone!r} is no time zone; write for example America/New_York") from None
        return zone

    def risk_flags(self) -> frozenset[str]:
        """Return the codes and categories of flags that count."""
        return frozenset(word for part in self.fhir_risk_flags.split(",") if (word := part.strip()))
