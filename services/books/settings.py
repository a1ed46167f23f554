"""Where the books are, and on which clock reports count: `VIGIL_LEDGER_*`, for all who use them."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.books.database import Books, address, checked, open_books


class BooksSettings(BaseSettings):
    """Where the books are; a wrong value stops the start by name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    ledger_url: SecretStr = Field(
        SecretStr(""),
        description="Database of the ledger: `sqlite:////path/to/file` or "
        "`postgresql://user:password@host/name`. Empty: the file ledger.sqlite under VIGIL_VAR.",
    )
    ledger_zone: str = Field(
        "America/New_York", description="Time zone (IANA) on whose wall clock reports count hours and days."
    )

    @field_validator("ledger_url")
    @classmethod
    def _readable(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            checked(value.get_secret_value())
        return value

    @field_validator("ledger_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{value!r} is no time zone; write for example America/New_York") from None
        return value

    def open(self, var: Path) -> Books:
        """Open the books; nothing is asked of the database yet."""
        return open_books(address(self.ledger_url.get_secret_value(), var))
