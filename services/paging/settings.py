"""What paging can be told from outside."""

from pydantic import Field

from services.runtime.carrier_settings import CarrierAccount


class PagingSettings(CarrierAccount):
    """The carrier account, and how long a phone rings and a text is worth delivering."""

    ring_seconds: int = Field(
        25, ge=15, le=60, description="How long a phone rings; beyond 25 voicemail answers."
    )
    sms_valid_seconds: int = Field(
        120, ge=5, le=36000, description="A page older than this is not delivered."
    )
    voice_fallback_url: str = Field(
        "",
        description="Static TwiML, hosted elsewhere, for a page's call when we can't be asked; empty: none.",
    )
