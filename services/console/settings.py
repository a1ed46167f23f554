"""What the console can be told from outside."""

from datetime import timedelta

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.console.core.sessions import Limits


class ConsoleSettings(BaseSettings):
    """Where it listens, by what URL people know it, how long they stay signed in."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    console_host: str = Field("127.0.0.1", description="Address to listen on; TLS belongs in front of it.")
    console_port: int = Field(8081, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    console_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s?#]+/?)?$",
        description="Its URL as browsers see it, https in production; empty: that of host and port.",
    )
    console_idle_minutes: int = Field(
        30, ge=1, le=480, description="Minutes without a request after which a session is over."
    )
    console_session_hours: int = Field(12, ge=1, le=24, description="Hours after which any session is over.")
    console_sign_ins_per_minute: int = Field(
        10, ge=1, description="Sign-ins from one address that are looked at in a minute."
    )

    @field_validator("console_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    def limits(self) -> Limits:
        """Return how long a session lasts."""
        return Limits(
            timedelta(minutes=self.console_idle_minutes), timedelta(hours=self.console_session_hours)
        )

    @property
    def is_https(self) -> bool:
        """Whether browsers come by TLS: cookies then go no other way."""
        return self.console_url.startswith("https://")
