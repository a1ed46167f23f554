"""What the command line itself can be told from outside."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
