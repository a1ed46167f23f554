"""What may be said of what leaves for other systems: `VIGIL_*`, part of the gateway's settings."""

import json
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from contracts.privacy import PART2_NOTICE
from services.gateway.core.outgoing.terms import Terms


class OutgoingSettings(BaseSettings):
    """Tokens of the recipients, and what 42 CFR Part 2 protects here."""

    recipient_tokens: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Bearer tokens for the systems that we tell (`vigil recipients`): JSON, "
        '{"<recipient>": "<token>"}.',
    )
    recipient_tokens_file: Path | None = Field(
        None,
        description="A file with the same JSON, readable by this account alone, beside it or instead.",
    )
    outgoing_timeout_seconds: float = Field(
        10.0, gt=0, le=30, description="Real seconds for one request to a system that we tell."
    )
    part2_programmes: str = Field(
        "addiction",
        description="Programmes all of whose records 42 CFR Part 2 protects, as patients are marked with "
        "them, separated by commas; `*`: every patient, those without a programme too.",
    )
    part2_notice: str = Field(
        PART2_NOTICE,
        min_length=1,
        description="The notice of 42 CFR 2.32 that goes with every record that leaves.",
    )

    @field_validator("recipient_tokens_file")
    @classmethod
    def _readable(cls, file: Path | None) -> Path | None:
        if file is not None:
            _tokens_in(file)
        return file

    def terms(self) -> Terms:
        """Return what the site says of everything that leaves."""
        given = {name: token.get_secret_value() for name, token in self.recipient_tokens.items()}
        kept = _tokens_in(self.recipient_tokens_file) if self.recipient_tokens_file is not None else {}
        programmes = tuple(
            word for part in self.part2_programmes.split(",") if (word := part.strip().lower())
        )
        return Terms(programmes, self.part2_notice, kept | given)


def _tokens_in(file: Path) -> dict[str, str]:
    """Read recipient -> token; raises ValueError that says what is wrong with the file, not what it holds."""
    try:
        found = json.loads(file.read_text())
    except OSError as error:
        raise ValueError(f"{file} can't be read ({error.strerror})") from None
    except ValueError:
        raise ValueError(f"{file} is no JSON") from None
    if not isinstance(found, dict) or not all(isinstance(token, str) and token for token in found.values()):
        raise ValueError(f'{file} must be {{"<recipient>": "<token>"}}')
    return {str(name): str(token) for name, token in found.items()}
