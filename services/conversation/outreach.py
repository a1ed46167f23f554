"""What other services ask the crisis line to text: taken in once, and answered by `OutreachEnded`."""

import asyncio

from pydantic import TypeAdapter

from contracts.outreach import Outreach, OutreachAsked, OutreachDropped
from services.conversation.aggregate import subject_of
from services.conversation.core import answering, outreaching
from services.conversation.core.draft import Draft
from services.conversation.patients import Patients
from services.conversation.runs import Runs
from services.conversation.sending import Sending
from services.runtime.consume import Message, Unreadable
from services.runtime.sealing import Seals

_OUTREACH: TypeAdapter[Outreach] = TypeAdapter(Outreach)


class Outreaches:
    """Hears the durable `conversation_outreach`; each message may come again, and in any order."""

    def __init__(self, patients: Patients, runs: Runs, sending: Sending, seals: Seals) -> None:
        self._patients = patients
        self._runs = runs
        self._sending = sending
        self._seals = seals

    async def hear(self, message: Message) -> None:
        """Take in what is asked for, or dropped, and send what may be sent at once."""
        fact = _OUTREACH.validate_json(message.data)
        if message.subject != f"outreach.{fact.patient}":
            raise Unreadable(f"an outreach for another patient than its subject, {message.subject}, says")
        record, _ = await asyncio.gather(self._patients.record(fact.patient), self._runs.fresh(fact.patient))

        def act(draft: Draft) -> None:
            match fact:
                case OutreachAsked():
                    outreaching.asked(draft, fact)
                case OutreachDropped():
                    outreaching.dropped(draft, fact)
            answering.intend(draft)

        if isinstance(fact, OutreachAsked):
            await self._seals.have(fact.sealed)
        subject = subject_of(fact.patient)
        done = await self._sending.decide(subject, f"{fact.type}:{fact.outreach}", act, record=record)
        self._sending.soon(subject, done, record)
