"""From what the carrier reported to signals and conversations. Decides nothing: `core` does.

The order in which a text is handled, and why a kill -9 between any two steps harms nobody:

1. The patient is found or minted. Repeated, it finds what it made.
2. The signal is published (and beside it the record of somebody new), unless the text is carried to
   whoever holds the conversation and is no more urgent than what they hold. From here on people are
   paged, whatever happens to the rest; repeated, its id makes it harmless. It comes first because
   the answer says that a person is being contacted, and that must be true before it can be sent.
3. The text, and an answer as *intended*, are committed together; a carried one as owed to the
   holder, until the carrier took it for their phone: should they let go before, it becomes a signal
   after all. Killed before this, the message is delivered again and steps 1 and 2 change nothing;
   killed after it, the intention stands in the log: whoever starts next asks the carrier what became
   of it, and sends it. Only now is the message acknowledged.
4. In the background: the carrier is asked, the outcome is committed. A handler that waited for that
   would hold the next patient's signal back while the carrier is slow. What waits for its turn, or
   for its moment, is intended and sent by deadline.

Whoever texts for the first time waits for four answers of NATS in a row until the carrier is asked:
what does not follow from one another is asked for at once.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable

import structlog
from nats.aio.client import Client
from pydantic import TypeAdapter, ValidationError

from contracts.carrier import CallReceived, CarrierFact, SmsReceived, SmsStatus
from contracts.people import Patient
from contracts.signals import Signal
from contracts.values import Sealed
from services.conversation import attendance_codes
from services.conversation.aggregate import Conversations, subject_of
from services.conversation.attendance_codes import Coded
from services.conversation.core import answering, hear, signals
from services.conversation.core.hear import Call, Code, Receipt, Text
from services.conversation.core.opting import Opting, opting
from services.conversation.core.staff import Meaning
from services.conversation.core.state import Conversation, Hold
from services.conversation.patients import Patients
from services.conversation.runs import Runs
from services.conversation.sending import Sending
from services.conversation.staff import Staff
from services.conversation.triage import Assessment, assess, staff_meaning
from services.conversation.worlds import Worlds
from services.runtime.clock import Clock
from services.runtime.consume import Message, Unreadable
from services.runtime.log import publish_fact
from services.runtime.sealing import PatientSeals, SealError, Seals

_log = structlog.get_logger()
_FACTS: TypeAdapter[CarrierFact] = TypeAdapter(CarrierFact)
_MEDIA = re.compile(r"MediaUrl\d{1,2}")
CodeOf = Callable[[str, str, Hold | None], Coded | None]
"""Of a patient's text, while that holds for them: what it does as an attendance code; None: it is a text."""


def no_code(_patient: str, _text: str, _hold: Hold | None) -> Coded | None:
    """Say that a text is no attendance code."""
    return None


class Handlers:
    """One method per durable. Each may hear the same message again."""

    def __init__(
        self,
        nc: Client,
        conversations: Conversations,
        patients: Patients,
        runs: Runs,
        worlds: Worlds,
        sending: Sending,
        talk: Staff,
        seals: Seals,
        clock: Clock,
        triage_ready: asyncio.Task[None],
        attendance_code: CodeOf = no_code,
    ) -> None:
        self._nc = nc
        self._conversations = conversations
        self._patients = patients
        self._runs = runs
        self._worlds = worlds
        self._sending = sending
        self._talk = talk
        self._seals = seals
        self._clock = clock
        self._triage_ready = triage_ready
        self._attendance_code = attendance_code

    async def from_carrier(self, message: Message) -> None:
        """A patient texted or called, or the carrier reports of a text of ours."""
        try:
            fact = _FACTS.validate_json(message.data)
        except ValidationError:
            await self._page_all_the_same(message)
            raise
        match fact:
            case SmsReceived():
                await self._seals.have(fact.body, fact.sender_phone)
                await self._text(fact, message.sequence)
            case CallReceived():
                await self._seals.have(fact.sender_phone)
                await self._call(fact, message.sequence)
            case SmsStatus():
                await self._receipt(fact)
            case _:
                raise Unreadable(f"{fact.type} is nothing the crisis line hears")

    async def from_staff(self, message: Message) -> None:
        """A responder texted: words and keys of a conversation, or a command, which is paging's."""
        fact = SmsReceived.model_validate_json(message.data)
        await self._seals.have(fact.body, fact.sender_phone)
        await asyncio.shield(self._triage_ready)
        if message.subject.endswith(".talk"):
            meaning = await self._talk.talk(fact, message.sequence)
        else:
            meaning = staff_meaning(self._unsealed(fact.body) or "")
        if meaning is Meaning.NOTHING:
            return
        sender = await self._patients.by_phone(fact.sender, fact.sender_phone, fact.sid)
        await self._publish(
            signals.of_staff(fact.sid, sender.id, message.sequence, fact.received_at, meaning, fact.person)
        )

    async def look_again(self, message: Message) -> None:
        """The watchdog found it overdue: do what is due."""
        await self._sending.look(json.loads(message.data)["subject"])

    async def _text(self, fact: SmsReceived, sequence: int) -> None:
        owner = await self._patients.whose(fact.sender, fact.sender_phone, fact.sid)
        subject = subject_of(owner.patient)
        known, hold, at = await asyncio.gather(
            self._patients.found(owner),
            self._runs.fresh(owner.patient),
            self._conversations.load(subject, cached=True),
        )
        patient, state, body = known.patient, at.state, self._unsealed(fact.body)
        if body and not fact.media and (found_code := self._attendance_code(patient.id, body, hold)):
            await self._coded(fact, sequence, patient, found_code)
            return
        opted = opting(fact.opt_out, body or "")
        await asyncio.shield(self._triage_ready)
        found = assess(body)
        first: list[Awaitable[None]] = [] if known.stored else [self._patients.store(patient)]
        if survey := _answers_survey(state, self._clock, body or ""):
            first.append(self._publish(signals.of_survey(fact.sid, patient.id, sequence, fact.received_at)))
        carried = not survey and opted is not Opting.OUT and self._carried(state, hold, found, fact)
        if not carried and not survey:
            label = ("record_request",) if self._worlds.languages.asks_record(body or "") else ()
            first.append(self._signal(fact, patient, sequence, opted, found, state, label))
        if found.broken:
            first.append(self._publish(signals.of_broken_triage(self._clock.now())))
        # All of it is tried, whatever becomes of the rest: a signal waits for no bucket.
        for failure in await asyncio.gather(*first, return_exceptions=True):
            if failure is not None:
                raise failure
        if opted is not Opting.NONE:
            await self._patients.opted(patient.id, self._clock.now() if opted is Opting.OUT else None)
        own = await self._seals.for_patient(patient.id)
        text = Text(
            sid=fact.sid,
            evidence=sequence,
            body=own.resealed(fact.body),
            phone=own.resealed(fact.sender_phone) if self._unsealed(fact.sender_phone) else None,
            opting=opted,
            language=patient.language,
            words=body or "",
            urgency=found.urgency,
            risk=found.risk,
            carried=carried,
            media=fact.media,
            attachments=self._attachments(fact, own),
        )
        done = await self._sending.decide(
            subject,
            fact.sid,
            lambda draft: answering.text_heard(draft, text),
            language=patient.language,
            record=patient,
        )
        self._sending.soon(subject, done, patient)

    async def _coded(self, fact: SmsReceived, sequence: int, patient: Patient, found: Coded) -> None:
        """An attendance code: it checks them in, or staff are told that it did not; then it is answered."""
        if found.session is not None:
            await attendance_codes.check_in(self._nc, fact, patient.id, found.session)
        else:
            await self._publish(signals.of_code(fact.sid, patient.id, sequence, fact.received_at))
        own = await self._seals.for_patient(patient.id)
        readable = self._unsealed(fact.sender_phone) is not None
        heard = Code(fact.sid, sequence, found.session, own.resealed(fact.sender_phone) if readable else None)
        subject = subject_of(patient.id)
        done = await self._sending.decide(
            subject, fact.sid, lambda draft: answering.code_heard(draft, heard), record=patient
        )
        self._sending.soon(subject, done, patient)

    def _carried(self, state: Conversation, hold: Hold | None, found: Assessment, fact: SmsReceived) -> bool:
        """Whether the text goes to whoever holds it, and is no signal: no louder than what they hold."""
        if hold is None or hold.held_by is None or hold.held_by == fact.person or state.opted_out:
            return False
        reachable = self._worlds.phone_of(hold.held_by) is not None
        return reachable and found.urgency.rank <= hold.urgency.rank

    async def _signal(
        self,
        fact: SmsReceived,
        patient: Patient,
        sequence: int,
        opted: Opting,
        found: Assessment,
        state: Conversation,
        label: tuple[str, ...] = (),
    ) -> None:
        tags = (*found.tags, *label, *(("cant_text",) if state.opted_out else ()))
        signal = signals.of_text(fact.sid, patient.id, sequence, fact.received_at, opted, tags, found.urgency)
        ended, soon = state.ended_at, self._worlds.times.reopen
        if ended is not None and self._clock.now() - ended <= soon:
            signal = signals.also_to(signal, state.last_holder)
        await self._publish(signals.not_to(signal, fact.person))

    async def _call(self, fact: CallReceived, sequence: int) -> None:
        patient = await self._patients.by_phone(fact.sender, fact.sender_phone, fact.sid)
        signal = signals.of_call(fact.sid, patient.id, sequence, fact.received_at, fact.room)
        await self._publish(signals.not_to(signal, fact.person))
        call = Call(fact.sid, sequence, fact.room)
        await self._sending.decide(
            subject_of(patient.id), fact.sid, lambda draft: hear.call(draft, call), record=patient
        )

    async def _receipt(self, fact: SmsStatus) -> None:
        subject = subject_of(fact.responder)
        known = (await self._conversations.load(subject, cached=True)).state
        if hear.is_old(known, fact.page, fact.status):
            return
        receipt = Receipt(fact.page, fact.attempt, fact.sid, fact.status, str(fact.error_code or ""))
        await self._sending.decide(
            subject,
            f"{fact.sid}:{fact.status}",
            lambda draft: hear.receipt(draft, receipt),
        )

    async def _page_all_the_same(self, message: Message) -> None:
        """Publish the signal of a text or call that can't be read whole, before it is parked."""
        try:
            raw = json.loads(message.data)
            sid, ref = str(raw["sid"]), str(raw["sender"])
            sealed = Sealed.model_validate(raw["sender_phone"])
            await self._seals.have(sealed)
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

    def _attachments(self, fact: SmsReceived, own: PatientSeals) -> Sealed | None:
        """Return where the carrier keeps the pictures that came with a text, sealed."""
        if not fact.media:
            return None
        try:
            form = json.loads(self._unsealed(fact.form) or "[]")
        except ValueError:
            return None
        pairs = form.items() if isinstance(form, dict) else form
        urls = [str(pair[1]) for pair in pairs if _MEDIA.fullmatch(str(pair[0]))]
        return own.seal(json.dumps(urls)) if urls else None

    def _unsealed(self, sealed: Sealed) -> str | None:
        try:
            return self._seals.unseal(sealed)
        except SealError:
            _log.error("content_unreadable", error="SealError")
            return None


def _answers_survey(state: Conversation, clock: Clock, body: str) -> bool:
    return hear.answers_survey(state, clock.now(), body)
