"""Settings every process shares, from environment variables `VIGIL_*`; a wrong one stops the start."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

T = TypeVar("T", bound=BaseSettings)


class Settings(BaseSettings):
    """Where things are. Paths are relative to the working directory unless absolute."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    var: Path = Field(Path("var"), description="Folder for keys, secrets and the embedded server's store.")
    nats_url: str = Field("nats://127.0.0.1:4222", description="NATS server or servers, separated by commas.")
    nats_secrets: Path | None = Field(
        None, description="JSON file: user -> password. Default: <var>/secrets/nats.json."
    )
    seal_keys: Path | None = Field(None, description="Sealing keys. Default: <var>/secrets/seal.json.")
    lanes: int = Field(256, ge=1, description="Most messages of one durable handled at a time by a process.")
    clock_scale: float = Field(1.0, gt=0, description="Demo only: how many times as fast the clock runs.")
    clock_epoch: str = Field(
        "", description="Demo only: the moment from which the clock runs fast, ISO 8601."
    )
    clock_file: Path | None = Field(
        None, description="Demo only: the file in which another process sets the pace of the clock."
    )
    log_format: str = Field("console", pattern="^(console|json)$", description="console or json.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least level logged.")

    def secrets_file(self) -> Path:
        """Return where the NATS passwords are."""
        return self.nats_secrets or self.var / "secrets" / "nats.json"

    def seal_file(self) -> Path:
        """Return where the sealing keys are."""
        return self.seal_keys or self.var / "secrets" / "seal.json"

    def password(self, user: str) -> str:
        """Return a user's NATS password; raises SystemExit naming what is missing."""
        file = self.secrets_file()
        try:
            return str(json.loads(file.read_text())[user])
        except FileNotFoundError:
            raise SystemExit(
                f"VIGIL_NATS_SECRETS: {file} does not exist; start `vigil up`, or write the passwords there"
            ) from None
        except KeyError:
            raise SystemExit(f"VIGIL_NATS_SECRETS: {file} has no password for {user!r}") from None


def load(kind: type[T]) -> T:
    """Read settings; raises SystemExit that names each wrong variable, and says what it wants."""
    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        lines = [
            f"{prefix}{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
            for one in error.errors()
        ]
        raise SystemExit("settings: " + "; ".join(lines)) from None
