"""Resources for a patient by the key `/skill`: asks followup, which has them, and hears what came of it."""

from typing import Annotated

from nats.aio.client import Client
from pydantic import Field, TypeAdapter

from contracts.commits import KINDS
from contracts.followups import AskAnswered, CauseHeard
from services.conversation.aggregate import subject_of
from services.conversation.core import skills
from services.conversation.runs import Runs
from services.conversation.sending import Sending
from services.runtime.aggregates import read_events
from services.runtime.clock import Clock
from services.runtime.consume import Message
from services.runtime.log import publish_fact

Told = Annotated[AskAnswered | CauseHeard, Field(discriminator="type")]
_TOLD: TypeAdapter[Told] = TypeAdapter(Told)
_KIND = "ask_answered"


class Skills:
    """Raises Unavailable throughout; then the message is given back."""

    def __init__(self, nc: Client, runs: Runs, sending: Sending, clock: Clock) -> None:
        self._nc = nc
        self._runs = runs
        self._sending = sending
        self._clock = clock

    async def ask(self, sid: str, name: str, patient: str, responder: str) -> None:
        """Ask for a resource if the responder holds the conversation; the same text twice asks once."""
        hold = self._runs.of(patient)
        if hold is None or hold.held_by != responder:
            return
        ask = skills.asking(sid, name, patient, responder, self._clock.now())
        data = ask.model_dump_json().encode()
        await publish_fact(self._nc, f"programme.followup_asked.{patient}", data, ask.id)

    async def on_followup(self, message: Message) -> None:
        """Tell whoever asked what came of it."""
        if _KIND not in message.headers.get(KINDS, "").split(","):
            return
        patient = message.subject.partition(".")[2]
        for event in read_events(message.data, _TOLD):
            if isinstance(event, AskAnswered) and event.ask.startswith(skills.PREFIX):
                await self._told(patient, event)

    async def _told(self, patient: str, event: AskAnswered) -> None:
        await self._sending.decide(
            subject_of(patient), f"answered:{event.ask}", lambda draft: skills.answered(draft, event)
        )
