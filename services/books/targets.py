"""What the site wants its times to be, each figure with its source beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.values import Urgency

MEASURES = ("page", "take", "reach", "resolve")
"""What is timed, each from the moment the escalation became as urgent as it is, or its paging began."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhd])(?:\s+(.+?))?\s*")


@dataclass(frozen=True)
class Target:
    """Within which span something should have happened, and who says so."""

    within: timedelta
    source: str


class TargetSettings(BaseSettings):
    """The targets of reports, `VIGIL_TARGET_<MEASURE>_<URGENCY>`: a span, then its source. Empty: none.

    They measure; they steer nothing. Who is paged when is the policies' business.
    """

    model_config = SettingsConfigDict(env_prefix="VIGIL_", extra="ignore")

    target_page_imminent: str = Field(
        "30s Ours: no throttle stands before an imminent page; no outside number was found.",
        description="First page accepted by the carrier, imminent.",
    )
    target_page_urgent: str = Field(
        "60s Ours: no outside number was found.", description="First page accepted, urgent."
    )
    target_page_soon: str = Field(
        "10m Ours: no outside number was found.", description="First page accepted, soon."
    )
    target_take_imminent: str = Field(
        "3m Clinical notes 6g: acknowledged within 3 minutes (range 2 to 5); the site approves.",
        description="Somebody took it, imminent.",
    )
    target_take_urgent: str = Field(
        "10m Clinical notes 6g: 5 minutes by day, 10 by night; the site approves.",
        description="Somebody took it, urgent.",
    )
    target_take_soon: str = Field(
        "60m Clinical notes 6g: 60 minutes; the site approves.", description="Somebody took it, soon."
    )
    target_reach_imminent: str = Field(
        "15m Colorado Access (Medicaid): emergency by phone within 15 minutes of first contact.",
        description="The patient was reached, imminent.",
    )
    target_reach_urgent: str = Field(
        "60m Clinical notes 6g; Vaya Health (NC Medicaid): after-hours calls returned within 1 hour; "
        "California: triage call-back within 30 minutes.",
        description="The patient was reached, urgent.",
    )
    target_reach_soon: str = Field(
        "24h Colorado Access (Medicaid): urgent within 24 hours.",
        description="The patient was reached, soon.",
    )
    target_reach_routine: str = Field(
        "7d Colorado Access (Medicaid): non-urgent symptomatic within 7 days.",
        description="The patient was reached, routine.",
    )
    target_resolve_imminent: str = Field("", description="Closed, imminent. No outside number was found.")
    target_resolve_urgent: str = Field("", description="Closed, urgent. No outside number was found.")
    target_outreach: str = Field(
        "60m Trinity (virtual IOP, own policy): phoned or messaged within 1 hour of an absence; clinical "
        "notes 7, row 13.",
        description="Somebody or a text reached out after a missed session.",
    )
    target_share: float = Field(
        0.8,
        gt=0,
        le=1,
        description="Share that should keep its target. Washington HB 1427 (mobile teams): 80 % of the time; "
        "from a page that summarises it, to be verified.",
    )

    @field_validator("*")
    @classmethod
    def _readable(cls, value: object) -> object:
        if isinstance(value, str):
            target(value)
        return value

    def targets(self) -> Mapping[tuple[str, str], Target]:
        """Return the targets there are, by (measure, urgency)."""
        found = {
            (measure, str(urgency)): target(getattr(self, f"target_{measure}_{urgency}", ""))
            for measure in MEASURES
            for urgency in Urgency
        }
        return {key: one for key, one in found.items() if one is not None}

    def outreach(self) -> Target | None:
        """Return the target of outreach after a missed session, if there is one."""
        return target(self.target_outreach)


def target(text: str) -> Target | None:
    """Read `15m whose figure it is`; None for an empty one. Raises ValueError that says how to write it."""
    if not text.strip():
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r} is no target; write a span and its source: `15m Colorado Access, by phone`"
        )
    amount, unit, source = found.groups()
    return Target(timedelta(seconds=float(amount) * _UNITS[unit]), source or "the site's own")
