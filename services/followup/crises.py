"""Whether a crisis is open: the last header of the patient's escalation, read when it matters."""

import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.values import Urgency
from services.runtime.log import Log

_log = structlog.get_logger()


class Crises:
    """Reads ESCALATIONS. Raises Unavailable when NATS does not answer."""

    def __init__(self, nc: Client) -> None:
        self._log = Log(nc, "ESCALATIONS")

    async def is_open(self, patient: str) -> bool:
        """Return whether an escalation is open that is more than a line in a worklist.

        The crisis line judges alike when it sends. One that can't be read counts.
        """
        stored = await self._log.last(f"escalations.{patient}")
        if stored is None:
            return False
        try:
            brief = EscalationBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            _log.error("brief_unreadable", sequence=stored.sequence)
            return True
        return brief.status is not EscalationStatus.CLOSED and brief.urgency is not Urgency.ROUTINE
