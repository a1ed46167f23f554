"""What escalation can be told from outside: nothing yet; its rules are the policies."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class EscalationSettings(BaseSettings):
    """Empty on purpose: waits and targets belong to policies, which are versioned and reviewed."""

    model_config = SettingsConfigDict(env_prefix="VIGIL_ESCALATION_", extra="ignore")
