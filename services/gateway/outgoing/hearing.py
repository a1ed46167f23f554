"""From the commits of escalations and results to deliveries: what happened is queued for each recipient."""

from collections.abc import Callable, Iterable, Mapping

from pydantic import TypeAdapter, ValidationError

from contracts.commits import BRIEF, DUE, KINDS, Commit
from contracts.deliveries import Recipient, subject_of
from contracts.escalations import EscalationBrief, EscalationEvent
from contracts.people import Person
from contracts.triages import TriageEvent
from services.gateway.core.outgoing import decide, happenings
from services.gateway.core.outgoing.happenings import Saying
from services.gateway.outgoing.aggregate import Deliveries
from services.runtime.aggregates import read_events
from services.runtime.consume import Message, Unreadable
from services.runtime.deadlines import parse_due

_RUN: TypeAdapter[EscalationEvent] = TypeAdapter(EscalationEvent)
_RESULTS: TypeAdapter[TriageEvent] = TypeAdapter(TriageEvent)
ROLE = "clinician"
"""What somebody is called whose role is not said."""


class Hearing:
    """Hears both durables. Raises Unavailable, Unreadable."""

    def __init__(
        self,
        deliveries: Deliveries,
        recipients: Callable[[], Mapping[str, Recipient]],
        people: Callable[[], Mapping[str, Person]],
    ) -> None:
        self._deliveries = deliveries
        self._recipients = recipients
        self._people = people

    async def on_escalation(self, message: Message) -> None:
        """Something happened in an escalation."""
        if not self._recipients() or happenings.TELLING.isdisjoint(_kinds(message)):
            return
        try:
            brief = EscalationBrief.model_validate_json(message.headers.get(BRIEF, ""))
        except ValidationError:
            raise Unreadable("a commit of an escalation without its brief") from None
        events = read_events(message.data, _RUN)
        holder = self._people().get(brief.holder or "")
        role = (holder.role if holder is not None else "") or ROLE
        said = happenings.of_run(
            events,
            brief,
            role,
            parse_due(message.headers.get(DUE)),
            message.sequence,
            Commit.model_validate_json(message.data).at,
        )
        await self._queue(message, said)

    async def on_result(self, message: Message) -> None:
        """Something was scored, or scored anew."""
        if self._recipients() and not happenings.TELLING_RESULTS.isdisjoint(_kinds(message)):
            await self._queue(
                message, happenings.of_results(read_events(message.data, _RESULTS), message.sequence)
            )

    async def _queue(self, message: Message, said: Iterable[Saying]) -> None:
        patient = message.subject.split(".")[1]
        for one in said:
            for name, recipient in self._recipients().items():
                await self._to(recipient, name, patient, one, message.sequence)

    async def _to(self, recipient: Recipient, name: str, patient: str, one: Saying, sequence: int) -> None:
        wanted = one.begins and recipient.wants(one.resource, one.kind, one.urgency)
        delivery = happenings.delivery_id(name, one.resource, one.key)
        await self._deliveries.decide(
            subject_of(name, delivery),
            f"heard:{sequence}",
            lambda state, now: decide.queue(
                state, one.resource, patient, sequence, one.content, now, wanted=wanted
            ),
        )


def _kinds(message: Message) -> set[str]:
    return set(message.headers.get(KINDS, "").split(","))
