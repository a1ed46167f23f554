"""What is open, by recipient: deadlines of its own for each, so that one that hangs holds up no other."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, DUE
from contracts.deliveries import DeliveryBrief, DeliveryEvent, DeliveryStatus
from services.gateway.core.outgoing.state import Delivery, due
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Stored


class OpenDeliveries:
    """Fed by the headers of the stream and by this copy's own commits."""

    def __init__(
        self, nc: Client, clock: Clock, activity: Activity, look: Callable[[str], Awaitable[None]]
    ) -> None:
        self._clock = clock
        self._activity = activity
        self._look = look
        self._indexes: dict[str, DueIndex] = {}
        self._started = False
        self._parked: set[str] = set()
        self.follower = Follower(nc, "DELIVERIES", self._stored, headers_only=True, label="gateway")

    @property
    def parked(self) -> tuple[str, ...]:
        """The subjects of those that are parked."""
        return tuple(self._parked)

    def start(self) -> None:
        """Begin to act on what is due."""
        self._started = True
        for index in self._indexes.values():
            index.start()

    async def stop(self) -> None:
        """Act no more; what is under way ends first."""
        self._started = False
        for index in self._indexes.values():
            await index.stop()

    def feed(self, subject: str, sequence: int, moment: datetime | None) -> None:
        """Learn when a delivery acts again."""
        recipient = subject.split(".")[1]
        index = self._indexes.get(recipient)
        if index is None:
            if moment is None:
                return
            index = DueIndex(f"deliveries-{recipient}", self._clock, self._look, self._activity)
            self._indexes[recipient] = index
            if self._started:
                index.start()
        index.feed(subject, sequence, moment)

    def committed(
        self, subject: str, sequence: int, state: Delivery, _events: tuple[DeliveryEvent, ...]
    ) -> None:
        """Learn from a commit of this copy at once."""
        self.feed(subject, sequence, due(state))

    def _stored(self, stored: Stored) -> None:
        self.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        try:
            brief = DeliveryBrief.model_validate_json(stored.headers.get(BRIEF, ""))
        except ValidationError:
            return
        if brief.status is DeliveryStatus.PARKED:
            self._parked.add(stored.subject)
        else:
            self._parked.discard(stored.subject)
