"""What the command line itself can be told from outside."""

from datetime import date

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.privacy import PART2_NOTICE


class CommandSettings(BaseSettings):
    """Where `vigil signal` posts to, and as whom."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    gateway_url: str = Field(
        "", description="The gateway, for `vigil signal`; empty: 127.0.0.1 and VIGIL_GATEWAY_PORT."
    )
    public_url: str = Field("", description="Our URL as the outside sees it, for the addresses of feeds.")
    gateway_port: int = Field(8080, ge=0, le=65535, description="Port the gateway listens on.")
    signal_source: str = Field(
        "cli", description="Name under which `vigil signal` reports; the gateway must have a token for it."
    )
    signal_token: SecretStr = Field(
        SecretStr(""), description="Its bearer token; empty: the one in VIGIL_SOURCE_TOKENS."
    )
    source_tokens: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Systems that may report signals and patients: JSON, {"<source>": "<bearer token>"}.',
    )

    def gateway(self) -> str:
        """Return the URL of the gateway, without a slash at the end."""
        return (self.gateway_url or f"http://127.0.0.1:{self.gateway_port}").rstrip("/")


class RecordSettings(BaseSettings):
    """How long records are kept, and what goes with them when they leave.

    Documentation that HIPAA asks for is kept six years (45 CFR 164.316(b)(2), 164.530(j)), and so
    is what disclosures are accounted for from (164.528). How long the clinical record is kept is
    state law, commonly seven to ten years, and for minors until some years after they come of
    age: set what yours says. Webhooks of the carrier, pages and signals go after 90 days by
    themselves.
    """

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    retention_clinical_years: float = Field(
        10.0, ge=0, description="Years for which what a patient wrote, and who answered, is kept; state law."
    )
    retention_minor_years: float = Field(
        21.0, ge=0, description="The same for somebody marked as a minor, from their last contact on."
    )
    retention_log_years: float = Field(
        6.0, ge=0, description="Years for the log of who read, changed, was told or erased what."
    )
    retention_faults_years: float = Field(
        6.0, ge=0, description="Years for what happened to the system itself."
    )
    part2_notice: str = Field(
        PART2_NOTICE,
        min_length=1,
        description="The notice of 42 CFR 2.32 that goes with every record that leaves.",
    )


class SiteSettings(BaseSettings):
    """What a site affirms to the doctor, and where its numbers go while the gateway is down."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    agreements: str = Field(
        "",
        description="What was seen to, and when: `baa=2026-01-31` (business-associate agreement with the "
        "carrier), `opt_out=` (its own answers to STOP and HELP were read), `registration=` (where its "
        "API does not tell); separated by commas.",
    )
    sms_fallback_url: str = Field(
        "",
        description="Static TwiML on another host for texts while the gateway is down, for `doctor --fix`.",
    )
    call_fallback_url: str = Field(
        "",
        description="Static TwiML on another host for calls while the gateway is down, for `doctor --fix`.",
    )

    @field_validator("agreements")
    @classmethod
    def _known(cls, text: str) -> str:
        agreements(text)
        return text

    def affirmed(self) -> dict[str, date]:
        """Return what is affirmed, and since when."""
        return agreements(self.agreements)


AGREEMENTS = ("baa", "opt_out", "registration")


def agreements(text: str) -> dict[str, date]:
    """Read `name=YYYY-MM-DD,...`; raises ValueError that names what is wrong."""
    found: dict[str, date] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, day = (one.strip() for one in part.partition("="))
        if name not in AGREEMENTS:
            raise ValueError(f"{name!r} is none of {', '.join(AGREEMENTS)}")
        try:
            found[name] = date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"{name}: {day!r} is no date; write it as 2026-01-31") from None
    return found


class StoreSettings(BaseSettings):
    """How the embedded nats-server of `vigil up` protects its store."""

    model_config = SettingsConfigDict(extra="ignore")

    js_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="JS_KEY",
        description="Key that encrypts the streams on disk, 16 characters or more; empty: not encrypted.",
    )

    def key(self) -> str | None:
        """Return the key, if there is one."""
        return self.js_key.get_secret_value() or None
