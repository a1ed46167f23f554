"""From what the carrier reported to signals and conversations. Decides nothing: `core` does.

The order in which a text is handled, and why a kill -9 between any two steps harms nobody:

1. The patient is found or minted. Repeated, it finds what it made.
2. The signal is published. From here on people are paged, whatever happens to the rest; repeated,
   its id makes it harmless. It comes first because the answer says that a person is being
   contacted, and that must be true before it can be sent.
3. The text, and an answer as *waiting*, are committed together. Killed before this, the message is
   delivered again and steps 1 and 2 change nothing; killed after it, the deadline of what waits
   stands in the log, and whoever starts next sends it. Only now is the message acknowledged.
4. Not here but by deadline: the intention is committed, the carrier is asked, the outcome is
   committed. Killed in between, the carrier is asked what became of it before it is sent again.
   A handler that sent would hold the next patient's signal back while the carrier is slow.
"""

import json

import structlog
from nats.aio.client import Client
from pydantic import TypeAdapter, ValidationError

from contracts.carrier import CallReceived, CarrierFact, SmsReceived, SmsStatus
from contracts.signals import Signal
from contracts.values import Sealed
from services.conversation.aggregate import Conversations, subject_of
from services.conversation.answers import Answers
from services.conversation.core import hear, signals, staff
from services.conversation.core.opting import Opting, opting
from services.conversation.core.risk_words import risks
from services.conversation.core.staff import Meaning
from services.conversation.patients import Patients
from services.runtime.clock import Clock
from services.runtime.consume import Message, Unreadable
from services.runtime.log import publish_fact
from services.runtime.sealing import SealError, Seals

_log = structlog.get_logger()
_FACTS: TypeAdapter[CarrierFact] = TypeAdapter(CarrierFact)


class Handlers:
    """One method per durable. Each may hear the same message again."""

    def __init__(
        self,
        nc: Client,
        conversations: Conversations,
        patients: Patients,
        answers: Answers,
        seals: Seals,
        clock: Clock,
    ) -> None:
        self._nc = nc
        self._conversations = conversations
        self._patients = patients
        self._answers = answers
        self._seals = seals
        self._clock = clock

    async def from_carrier(self, message: Message) -> None:
        """A patient texted or called, or the carrier reports of an answer of ours."""
        try:
            fact = _FACTS.validate_json(message.data)
        except ValidationError:
            await self._page_all_the_same(message)
            raise
        match fact:
            case SmsReceived():
                await self._text(fact, message.sequence)
            case CallReceived():
                await self._call(fact, message.sequence)
            case SmsStatus():
                await self._receipt(fact)
            case _:
                raise Unreadable(f"{fact.type} is nothing the crisis line hears")

    async def from_staff(self, message: Message) -> None:
        """A staff member texted; commands are paging's, words may be a concern."""
        fact = SmsReceived.model_validate_json(message.data)
        meaning = staff.meaning(self._unsealed(fact.body) or "")
        if meaning is Meaning.NOTHING:
            return
        sender = await self._patients.by_phone(fact.sender, fact.sender_phone, fact.sid)
        await self._publish(
            signals.of_staff(fact.sid, sender.id, message.sequence, fact.received_at, meaning, fact.person)
        )

    async def look_again(self, message: Message) -> None:
        """The watchdog says that a conversation is overdue."""
        subject = str(json.loads(message.data)["subject"])
        await self._answers.look(subject)

    async def _text(self, fact: SmsReceived, sequence: int) -> None:
        body = self._unsealed(fact.body) or ""
        opted = opting(fact.opt_out, body)
        patient = await self._patients.by_phone(fact.sender, fact.sender_phone, fact.sid)
        tags = ("risk",) if risks(body) else ()
        signal = signals.of_text(fact.sid, patient.id, sequence, fact.received_at, opted, tags)
        await self._publish(signals.not_to(signal, fact.person))
        if opted is not Opting.NONE:
            await self._patients.opted(patient.id, self._clock.now() if opted is Opting.OUT else None)
        text = hear.Text(
            sid=fact.sid,
            evidence=sequence,
            body=fact.body,
            phone=fact.sender_phone if self._unsealed(fact.sender_phone) else None,
            opting=opted,
            language=patient.language,
        )
        await self._conversations.decide(
            subject_of(patient.id), fact.sid, lambda state, now: hear.text(state, now, text)
        )

    async def _call(self, fact: CallReceived, sequence: int) -> None:
        patient = await self._patients.by_phone(fact.sender, fact.sender_phone, fact.sid)
        signal = signals.of_call(fact.sid, patient.id, sequence, fact.received_at, fact.room)
        await self._publish(signals.not_to(signal, fact.person))
        await self._conversations.decide(
            subject_of(patient.id),
            fact.sid,
            lambda state, now: hear.call(state, now, fact.sid, sequence, fact.room),
        )

    async def _receipt(self, fact: SmsStatus) -> None:
        receipt = hear.Receipt(fact.page, fact.attempt, fact.sid, fact.status, str(fact.error_code or ""))
        await self._conversations.decide(
            subject_of(fact.responder),
            f"{fact.sid}:{fact.status}",
            lambda state, now: hear.receipt(state, now, receipt),
        )

    async def _page_all_the_same(self, message: Message) -> None:
        """Publish the signal of a text or call that can't be read whole, before it is parked."""
        try:
            raw = json.loads(message.data)
            sid, ref = str(raw["sid"]), str(raw["sender"])
            sealed = Sealed.model_validate(raw["sender_phone"])
            patient = await self._patients.by_phone(ref, sealed, sid)
            now, none = self._clock.now(), Opting.NONE
            if message.subject == "carrier.call_received.patient":
                signal = signals.of_call(sid, patient.id, message.sequence, now, None)
            else:
                signal = signals.of_text(sid, patient.id, message.sequence, now, none, ("unreadable",))
        except (ValueError, KeyError, TypeError):
            return
        await self._publish(signal)

    async def _publish(self, signal: Signal) -> None:
        new = await publish_fact(
            self._nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id
        )
        if new:
            _log.info(
                "signal_published", patient=signal.patient, kind=str(signal.kind), urgency=str(signal.urgency)
            )

    def _unsealed(self, sealed: Sealed) -> str | None:
        try:
            return self._seals.unseal(sealed)
        except SealError:
            _log.error("content_unreadable", error="SealError")
            return None
