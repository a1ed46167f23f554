"""What the gateway can be told from outside."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.gateway.core.routing import Numbers
from services.gateway.fhir.settings import FhirSettings
from services.gateway.media_fetch import Limits
from services.gateway.outgoing.settings import OutgoingSettings
from services.runtime.twilio_client import CarrierSettings


class GatewaySettings(FhirSettings, OutgoingSettings):
    """Where it listens, by what URL the carrier knows it, whom it believes; wrong values stop the start."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    gateway_host: str = Field("127.0.0.1", description="Address to listen on; TLS belongs in front of it.")
    gateway_port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_url: str = Field(
        pattern=r"^https?://[^/\s?#]+",
        description="Our URL as the carrier sees it, without a slash at the end.",
    )
    twilio_auth_token: SecretStr = Field(
        min_length=1, description="Auth token: signs the carrier's webhooks."
    )
    twilio_auth_token_secondary: SecretStr = Field(
        SecretStr(""), description="A second auth token that is believed too, while the first is replaced."
    )
    staff_number: str = Field(description="Our number that pages staff, E.164.")
    imminent_number: str = Field("", description="A number reserved for imminent pages; empty: staff_number.")
    patient_number: str = Field("", description="The crisis line's number; empty: staff_number.")
    contact_number: str = Field(
        "",
        description="Our number for support contacts, E.164, not the crisis line's; empty: none are texted.",
    )
    source_tokens: dict[str, SecretStr] = Field(
        default_factory=dict,
        description='Systems that may report signals and patients: JSON, {"<source>": "<bearer token>"}.',
    )
    phone_region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="Country of phone numbers written without +, ISO 3166."
    )
    gateway_patience_seconds: float = Field(
        8.0, ge=0.1, le=12, description="Real seconds to go on trying to publish; the carrier waits for 15."
    )
    gateway_outcome_seconds: float = Field(
        5.0, ge=0.1, le=10, description="Real seconds a caller waits to hear what came of a key."
    )

    twilio_account_sid: str = Field("", description="Account sid, AC and 32 hex digits.")
    twilio_api_key: str = Field("", description="API key sid; empty: the auth token is used.")
    twilio_api_secret: SecretStr = Field(SecretStr(""), description="Secret of the API key.")
    carrier_url: str = Field("", description="Base URL of another carrier than Twilio: the emulator.")
    carrier_timeout_seconds: float = Field(5.0, gt=0, description="Real seconds for one carrier request.")
    gateway_recover_every_seconds: float = Field(
        60.0,
        ge=0,
        description="How often the carrier is asked for texts and calls whose webhook was lost; 0: never.",
    )
    carrier_redact_after_hours: float = Field(
        24.0,
        ge=0,
        description="Hours after its last change at which the carrier is made to forget a text; 0: never.",
    )

    media_max_bytes: int = Field(
        5 * 1024 * 1024, gt=0, le=64 * 1024 * 1024, description="Bytes of one file of a patient's text."
    )
    media_timeout_seconds: float = Field(
        30.0, gt=0, le=120, description="Real seconds to fetch one file of a patient's text from the carrier."
    )
    media_types: str = Field(
        "image/*,audio/*,video/*,application/pdf,text/plain,text/vcard,text/x-vcard,text/calendar",
        description="Types of files that are kept, separated by commas; the others stay at the carrier, "
        "and ops are told.",
    )
    media_hosts: str = Field(
        "twilio.com,twiliocdn.com,amazonaws.com",
        description="Domains to which the carrier may redirect for a file, separated by commas; https only.",
    )

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("source_tokens")
    @classmethod
    def _long_enough(cls, tokens: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if any(not token.get_secret_value() for token in tokens.values()):
            raise ValueError("a source has an empty token")
        if len({token.get_secret_value() for token in tokens.values()}) < len(tokens):
            raise ValueError("two sources have the same token")
        return tokens

    def numbers(self) -> Numbers:
        """Return our numbers."""
        ours = self.staff_number, self.patient_number or self.staff_number, self.imminent_number
        return Numbers(*ours, contact="" if self.contact_number in ours else self.contact_number)

    def auth_tokens(self) -> tuple[str, ...]:
        """Return the auth tokens that may have signed a webhook."""
        both = (self.twilio_auth_token, self.twilio_auth_token_secondary)
        return tuple(token.get_secret_value() for token in both if token.get_secret_value())

    def carrier(self) -> CarrierSettings | None:
        """Return how to reach the carrier's REST API; None without an account."""
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

    def media_limits(self) -> Limits:
        """Return what may be fetched of a patient's files."""
        return Limits(
            size=self.media_max_bytes,
            seconds=self.media_timeout_seconds,
            types=_words(self.media_types),
            hosts=_words(self.media_hosts),
        )

    def our_numbers(self) -> tuple[str, ...]:
        """Return each number of ours once."""
        every = (self.staff_number, self.imminent_number, self.patient_number, self.contact_number)
        return tuple(dict.fromkeys(number for number in every if number))

    def tokens(self) -> dict[str, str]:
        """Return source -> bearer token."""
        return {source: token.get_secret_value() for source, token in self.source_tokens.items()}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip().lower()))
