"""Settings of the emulator as a process, from VIGIL_EMULATOR_* and the command line."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.carrier_emulator.numbers import SenderNumber


class Settings(BaseSettings):
    """What the process needs to know; a missing value stops it with its name."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_EMULATOR_", env_ignore_empty=True, extra="ignore")

    port: int = 8090
    account_sid: str = "AC" + "0" * 32
    auth_token: str = Field(min_length=1)
    api_key_sid: str = ""
    api_key_secret: str = ""
    admin_token: str = ""
    seed: int | None = Field(
        None,
        description="Repeats the sids and faults of an earlier run. Empty: new ones at each start, "
        "for whoever remembers a sid takes its second coming for a duplicate.",
    )
    clock_scale: float = 1.0
    clock_file: Path | None = Field(
        None, description="The file in which another process sets the pace of the clock."
    )
    demo: bool = False
    calls_per_second: float = 1.0
    numbers: list[SenderNumber] = Field(
        default_factory=list,
        description='JSON, such as [{"number": "+15550100001", "rate": 1, "sms_url": "http://..."}]',
    )
