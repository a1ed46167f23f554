"""Sends the answer that waits: intention committed, POST, outcome committed."""

import contextlib
from datetime import datetime

import structlog
from nats.aio.client import Client

from contracts.conversations import AnswerIntended, ConversationEvent, OptedOut
from services.conversation.aggregate import Conversations
from services.conversation.core import answering, hear, signals
from services.conversation.core.state import Answer, Conversation
from services.conversation.patients import Patients
from services.runtime.aggregates import Committed
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact
from services.runtime.sealing import SealError, Seals
from services.runtime.sender_slots import SenderSlots
from services.runtime.twilio_client import Accepted, Carrier, CarrierUnreachable, Outcome, Refused, Unknown

_log = structlog.get_logger()


class Answers:
    """Moves answers on when they are due. Raises Unavailable; then it is looked at again later."""

    def __init__(
        self,
        nc: Client,
        conversations: Conversations,
        patients: Patients,
        carrier: Carrier,
        slots: SenderSlots,
        seals: Seals,
        clock: Clock,
        sender: str,
        public_url: str,
    ) -> None:
        self._nc = nc
        self._conversations = conversations
        self._patients = patients
        self._carrier = carrier
        self._slots = slots
        self._seals = seals
        self._clock = clock
        self._sender = sender
        self._callbacks = f"{public_url.rstrip('/')}/twilio/sms-status/conversation"

    async def look(self, subject: str) -> None:
        """Send what waits, or ask the carrier what became of what was sent, if it is time."""
        at = await self._conversations.load(subject)
        lost = answering.lost(at.state, self._clock.now())
        if lost is not None:
            await self._reconcile(subject, lost)
            return
        committed = await self._conversations.decide(subject, "send", answering.intend)
        await self._send(subject, committed)

    async def _send(self, subject: str, committed: Committed[Conversation, ConversationEvent]) -> None:
        # Only the copy whose own append stored the intention sends: any other finds no event here.
        answer = committed.state.answer
        if answer is None or not any(isinstance(event, AnswerIntended) for event in committed.events):
            return
        patient = subject.partition(".")[2]
        try:
            phone = self._seals.unseal(answer.phone)
        except SealError:
            outcome: Outcome = Refused(None, 0)
        else:
            # A patient's answer waits for no page; the pages that share the number wait for it.
            with contextlib.suppress(Unavailable):
                await self._slots.book(self._sender, 1, self._clock.now())
            outcome = await self._carrier.send_sms(
                phone,
                self._sender,
                answer.text,
                f"{self._callbacks}/{patient}/{answer.id}/{answer.attempt}",
                int(hear.SEND_WITHIN.total_seconds()),
            )
        await self._conclude(subject, answer, outcome)

    async def _conclude(self, subject: str, answer: Answer, outcome: Outcome) -> None:
        if isinstance(outcome, Refused) and answering.needs_ops(outcome.code, outcome.status):
            fault = signals.of_refusal(str(outcome.code or outcome.status), self._clock.now())
            await publish_fact(self._nc, f"signals.{fault.kind}", fault.model_dump_json().encode(), fault.id)

        def decide(state: Conversation, now: datetime) -> hear.Events:
            match outcome:
                case Accepted(sid):
                    return answering.accepted(state, now, answer.id, answer.attempt, sid)
                case Refused(code, status):
                    return answering.refused(state, now, answer.id, answer.attempt, code, status)
                case Unknown(why):
                    return answering.unknown(state, now, answer.id, answer.attempt, why)

        committed = await self._conversations.decide(subject, f"outcome:{answer.attempt}", decide)
        _log.info(
            "answer_sent" if isinstance(outcome, Accepted) else "answer_not_sent",
            subject=subject,
            attempt=answer.attempt,
            code=committed.state.answer.code if committed.state.answer else "",
        )
        if any(isinstance(event, OptedOut) for event in committed.events):
            await self._patients.opted(subject.partition(".")[2], self._clock.now())

    async def _reconcile(self, subject: str, answer: Answer) -> None:
        """Ask the carrier for the answer before it is sent again; a duplicate beats silence."""
        cause = f"reconcile:{answer.attempt}:{answer.unknowns}"
        try:
            phone = self._seals.unseal(answer.phone)
            sid = await self._carrier.find_sms(phone, answer.text, answer.intended_at or answer.asked_at)
        except (CarrierUnreachable, SealError):
            await self._conversations.decide(
                subject,
                cause,
                lambda state, now: answering.unknown(state, now, answer.id, answer.attempt, "unreachable"),
            )
            return
        if sid is not None:
            found = sid
            await self._conversations.decide(
                subject,
                cause,
                lambda state, now: answering.accepted(
                    state, now, answer.id, answer.attempt, found, reconciled=True
                ),
            )
            return
        committed = await self._conversations.decide(
            subject, cause, lambda state, now: answering.not_found(state, now, answer.attempt)
        )
        await self._send(subject, committed)
