"""Acts on what is due: publishes what is owed, sends what waits, asks what became of what was sent."""

import asyncio
import contextlib
from datetime import datetime

import structlog
from nats.aio.client import Client

from contracts.conversations import AnswerIntended, AnswerStage, ConversationEvent, OptedOut
from contracts.people import Patient
from services.conversation.aggregate import Conversations
from services.conversation.core import answering, signals
from services.conversation.core.decide import Act, decide, raised, time_reached
from services.conversation.core.draft import SEND_WITHIN, Draft, Events
from services.conversation.core.state import DESK, Answer, Conversation
from services.conversation.patients import Patients
from services.conversation.runs import Runs
from services.conversation.worlds import Worlds
from services.runtime.activity import Activity
from services.runtime.aggregates import Committed, NewerState
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact
from services.runtime.sealing import SealError, Seals
from services.runtime.sender_slots import SenderSlots
from services.runtime.twilio_client import Accepted, Carrier, CarrierUnreachable, Outcome, Refused, Unknown

_log = structlog.get_logger()
_AT_ONCE = 48
"""Texts that are on their way to the carrier at the same moment, fewer than the connections to it."""
Done = Committed[Conversation, ConversationEvent]


class Senders:
    """Our numbers: patients are texted from one, responders from the other; they may be the same."""

    def __init__(self, patients: str, staff: str, public_url: str) -> None:
        self.patients = patients
        self.staff = staff
        self.callbacks = f"{public_url.rstrip('/')}/twilio/sms-status/conversation"


class Sending:
    """Moves conversations on when they are due. Raises Unavailable; then they are looked at again later."""

    def __init__(
        self,
        nc: Client,
        conversations: Conversations,
        patients: Patients,
        runs: Runs,
        worlds: Worlds,
        carrier: Carrier,
        slots: SenderSlots,
        seals: Seals,
        clock: Clock,
        senders: Senders,
        activity: Activity,
    ) -> None:
        self._nc = nc
        self._conversations = conversations
        self._patients = patients
        self._runs = runs
        self._worlds = worlds
        self._carrier = carrier
        self._slots = slots
        self._seals = seals
        self._clock = clock
        self._senders = senders
        self._activity = activity
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def decide(
        self, subject: str, cause: str, act: Act, language: str = "", record: Patient | None = None
    ) -> Done:
        """Let a rule act on a conversation, in the world as it is now."""
        patient = subject.partition(".")[2]
        desk = patient.startswith(DESK)
        if not desk and record is None:
            record = await self._patients.record(patient)
        # What is written of a patient is under their own key, and their key is in memory from here on.
        own = self._seals.site() if desk else await self._seals.for_patient(patient)

        def rule(state: Conversation, now: datetime) -> Events:
            hold = None if desk else self._runs.of(patient)
            return decide(
                state, now, self._worlds.of(hold, language or _language(state, record), now, record, own), act
            )

        done = await self._conversations.decide(subject, cause, rule)
        if any(isinstance(event, OptedOut) for event in done.events):
            await self._patients.opted(patient, self._clock.now())
        return done

    def soon(self, subject: str, done: Done, record: Patient | None) -> None:
        """Send what this decision intended, without letting who asked for it wait for the carrier.

        Killed before that, the intention stands in the log: whoever starts next asks the carrier.
        """
        if any(isinstance(event, AnswerIntended) for event in done.events):
            task = asyncio.create_task(self._in_background(subject, done, record))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Return when what is on its way to the carrier has its outcome."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _in_background(self, subject: str, done: Done, record: Patient | None) -> None:
        with self._activity.work():
            try:
                await self._send(subject, done, record)
            except (Unavailable, NewerState) as error:
                # The outcome could not be stored: the carrier will be asked for it.
                _log.warning("outcome_not_stored", error=type(error).__name__)

    async def look(self, subject: str) -> None:
        """Do what is due."""
        patient = subject.partition(".")[2]
        if patient.startswith(DESK):
            record, state = None, (await self._conversations.load(subject)).state
        else:
            record, at, _ = await asyncio.gather(
                self._patients.record(patient), self._conversations.load(subject), self._runs.fresh(patient)
            )
            state = at.state
        if state.owed:
            await self._raise(subject, patient, state)
        await asyncio.gather(
            *(self._reconcile(subject, one, record) for one in answering.lost(state, self._clock.now()))
        )
        await self._send(subject, await self.decide(subject, "time", time_reached, record=record), record)

    async def _raise(self, subject: str, patient: str, state: Conversation) -> None:
        """Publish the signals that are owed. Repeated, their ids make them harmless."""
        now = self._clock.now()
        for owed in state.owed:
            signal = signals.of_owed(owed, patient, now, state.last_holder)
            await publish_fact(
                self._nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id
            )
            _log.info("signal_published", patient=patient, kind=owed.why, urgency=str(owed.urgency))
        names = tuple(owed.signal for owed in state.owed)
        await self.decide(subject, "raised", lambda draft: raised(draft, names))

    async def _send(self, subject: str, done: Done, record: Patient | None) -> None:
        # Only the copy whose own append stored the intention sends: any other finds no event here.
        intended = [event.answer for event in done.events if isinstance(event, AnswerIntended)]
        answers = [answer for name in intended if (answer := done.state.out(name)) is not None]
        await asyncio.gather(*(self._send_one(subject, answer, record) for answer in answers))

    async def _send_one(self, subject: str, answer: Answer, record: Patient | None) -> None:
        patient = subject.partition(".")[2]
        sender = self._senders.patients if answer.to is None else self._senders.staff
        opened = self._opened(answer)
        if opened is None:
            outcome: Outcome = Refused(None, 0)
        else:
            phone, text = opened
            # A conversation waits for no page; the pages that share the number wait for it.
            with contextlib.suppress(Unavailable):
                await self._slots.book(sender, 1, self._clock.now())
            async with self._places:
                if not await self._still(subject, answer):
                    return
                outcome = await self._carrier.send_sms(
                    phone,
                    sender,
                    text,
                    f"{self._senders.callbacks}/{patient}/{answer.id}/{answer.attempt}",
                    int(SEND_WITHIN.total_seconds()),
                )
        await self._conclude(subject, answer, outcome, record)

    async def _still(self, subject: str, answer: Answer) -> bool:
        """Whether it is still to be sent: it may have waited so long for its place that it was given up."""
        now = (await self._conversations.load(subject, cached=True)).state.out(answer.id)
        return now is not None and now.attempt == answer.attempt and now.stage is AnswerStage.INTENDED

    def _opened(self, answer: Answer) -> tuple[str, str] | None:
        try:
            text = self._seals.unseal(answer.sealed) if answer.sealed is not None else answer.text
            return self._seals.unseal(answer.phone), text
        except SealError:
            return None

    async def _conclude(self, subject: str, answer: Answer, outcome: Outcome, record: Patient | None) -> None:
        if isinstance(outcome, Refused) and answering.needs_ops(outcome.code, outcome.status):
            fault = signals.of_refusal(str(outcome.code or outcome.status), self._clock.now())
            await publish_fact(self._nc, f"signals.{fault.kind}", fault.model_dump_json().encode(), fault.id)
        name, attempt = answer.id, answer.attempt

        def act(draft: Draft) -> None:
            match outcome:
                case Accepted(sid):
                    answering.accepted(draft, name, attempt, sid)
                case Refused(code, status):
                    answering.refused(draft, name, attempt, code, status)
                case Unknown(why):
                    answering.unknown(draft, name, attempt, why)

        done = await self.decide(subject, f"outcome:{name}:{attempt}", act, record=record)
        now = done.state.out(name)
        _log.info(
            "answer_sent" if isinstance(outcome, Accepted) else "answer_not_sent",
            subject=subject,
            kind=answer.purpose.value,
            attempt=attempt,
            code=now.code if now is not None else "",
        )

    async def _reconcile(self, subject: str, answer: Answer, record: Patient | None) -> None:
        """Ask the carrier for the text before it is sent again; a duplicate beats silence."""
        cause = f"reconcile:{answer.id}:{answer.attempt}:{answer.unknowns}"
        name, attempt = answer.id, answer.attempt
        await self._seals.have(answer.phone, answer.sealed)
        opened = self._opened(answer)
        try:
            found = await self._carrier.find_sms(*(opened or ("", "")), answer.intended_at or answer.asked_at)
        except CarrierUnreachable:
            await self.decide(
                subject, cause, lambda draft: answering.unknown(draft, name, attempt, "unreachable")
            )
            return
        if found is not None:
            sid = found
            await self.decide(
                subject, cause, lambda draft: answering.accepted(draft, name, attempt, sid, reconciled=True)
            )
            return
        done = await self.decide(subject, cause, lambda draft: answering.not_found(draft, name, attempt))
        await self._send(subject, done, record)


def _language(state: Conversation, record: Patient | None) -> str:
    """Whoever never texted us is texted in the language of their record."""
    return state.language if state.texts or record is None else record.language
