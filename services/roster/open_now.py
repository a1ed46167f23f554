"""The escalations that are open, as their headers say: what a handoff hands over."""

from nats.aio.client import Client

from contracts.commits import BRIEF
from contracts.escalations import EscalationBrief, EscalationStatus
from services.runtime.follow import Follower
from services.runtime.log import Stored


class OpenNow:
    """Subject -> brief of every open escalation."""

    def __init__(self, nc: Client) -> None:
        self.briefs: dict[str, EscalationBrief] = {}
        self.follower = Follower(nc, "ESCALATIONS", self._learn, headers_only=True, label="roster")

    async def start(self) -> None:
        """Read what is open."""
        await self.follower.start()

    async def stop(self) -> None:
        """Follow no more."""
        await self.follower.stop()

    def _learn(self, stored: Stored) -> None:
        raw = stored.headers.get(BRIEF)
        brief = EscalationBrief.model_validate_json(raw) if raw else None
        if brief is None or brief.status is EscalationStatus.CLOSED:
            self.briefs.pop(stored.subject, None)
        else:
            self.briefs[stored.subject] = brief
