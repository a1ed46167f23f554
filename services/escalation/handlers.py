"""What escalation hears: signals, answers, deadlines. Parse, decide, append."""

import asyncio
from typing import Any

import structlog
from pydantic import TypeAdapter

from contracts.commits import KINDS
from contracts.escalations import EscalationEvent, Merged, Opened, PageRequested, Resolved, Undone
from contracts.pages import PageEvent, ToEscalation
from contracts.parked import Parked
from contracts.programme import DeskAnswered, SignalFollowed
from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.escalation.codes import Codes
from services.escalation.core import inputs
from services.escalation.core.decide import decide
from services.escalation.core.faults import fault_signal, untold_faults
from services.escalation.core.state import Run
from services.escalation.reading import from_desk, read_signal
from services.escalation.world import AboutPatient, Surroundings
from services.runtime.aggregates import Aggregates, Committed, read_events
from services.runtime.clock import Clock
from services.runtime.consume import Message
from services.runtime.in_turn import in_turn
from services.runtime.log import Unavailable

_log = structlog.get_logger()
PAGE_EVENTS: TypeAdapter[Any] = TypeAdapter(PageEvent)
_OVERDUE: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
_TO_ESCALATION = frozenset(kind.model_fields["type"].default for kind in ToEscalation.__args__)
Done = Committed[Run, EscalationEvent]


class Handlers:
    """The handlers of escalation's durables and of its deadlines."""

    def __init__(
        self,
        runs: Aggregates[Run, EscalationEvent],
        surroundings: Surroundings,
        codes: Codes,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._surroundings = surroundings
        self._codes = codes
        self._clock = clock

    async def on_signal(self, message: Message) -> None:
        """Open a run for the signal, or let it join the open one."""
        await self.hear_signal(
            read_signal(message.data, message.headers, message.subject, message.sequence, self._clock.now())
        )

    async def on_page(self, message: Message) -> None:
        """Hear what a responder answered; attempts and receipts are paging's own."""
        if not _TO_ESCALATION & set(message.headers.get(KINDS, "").split(",")):
            return
        await in_turn(
            self._hear(event.subject, inputs.PageHeard(event))
            for event in read_events(message.data, PAGE_EVENTS)
            if isinstance(event, ToEscalation) and event.subject
        )

    async def on_overdue(self, message: Message) -> None:
        """Look again at what the watchdog found overdue."""
        await self.look(_OVERDUE.validate_json(message.data)["subject"])

    async def on_parked(self, message: Message) -> None:
        """Tell ops of a message that was parked."""
        parked = Parked.model_validate_json(message.data)
        if parked.status == "parked" and parked.tries == 0:
            now = self._clock.now()
            await self.hear_signal(
                Signal(
                    id=f"parked/{parked.durable}/{parked.sequence}",
                    kind=Kind.SYSTEM_FAULT,
                    urgency=Urgency.URGENT,
                    area="parked",
                    occurred_at=parked.at,
                    received_at=now,
                    source="runtime",
                    note=f"{parked.durable} parked a message ({parked.error}). See `vigil parked list`.",
                )
            )

    async def on_programme(self, message: Message) -> None:
        """Two patients are one, somebody answered at a desk, or something came later about a signal."""
        if message.subject.startswith("programme.desk_answered."):
            desk = DeskAnswered.model_validate_json(message.data)
            await self._hear(desk.subject, inputs.PageHeard(from_desk(desk)))
        elif message.subject.startswith("programme.signal_followed."):
            followed = SignalFollowed.model_validate_json(message.data)
            await self._hear(f"escalations.{followed.patient}", inputs.FollowHeard(followed))
        else:
            await self._linked(message)

    async def _linked(self, message: Message) -> None:
        """Let the open run of a patient join the run of the patient they were linked to."""
        linked = _OVERDUE.validate_json(message.data)
        patient, into = linked["patient"], linked["into"]
        if patient == into:
            return
        before = (await self._runs.load(f"escalations.{patient}")).state
        if before.open:
            # First the one, then the other: killed in between, both are open, and none is forgotten.
            await self._join(patient, before, into)
        done = await self._hear(f"escalations.{patient}", inputs.PatientLinked(into))
        after = done.state
        if any(isinstance(event, Merged) for event in done.events) and (
            (after.run, after.urgency) != (before.run, before.urgency) or not before.open
        ):
            # It opened or rose in this very moment.
            await self._join(patient, after, into)

    async def _join(self, patient: str, run: Run, into: str) -> None:
        now = self._clock.now()
        await self.hear_signal(
            Signal(
                id=f"linked/{patient}/{run.run}/{run.urgency}",
                kind=run.kind or Kind.CONCERN_RAISED,
                urgency=run.urgency,
                patient=into,
                occurred_at=now,
                received_at=now,
                source="escalation",
            )
        )

    async def hear_signal(self, signal: Signal) -> None:
        """Decide on one signal."""
        subject = f"escalations.{signal.patient}" if signal.patient else f"faults.{signal.area}"
        # Side by side, because a page waits for them. The run may open a new one even when it seems
        # to be open, since it may just have closed: have a code and the patient in any case.
        _, code, patient = await asyncio.gather(
            self._runs.load(subject, cached=True),
            self._codes.take(),
            self._about(signal),
        )
        heard = inputs.SignalHeard(signal)
        done = await self._runs.decide(
            subject,
            heard.cause,
            lambda state, now: decide(state, heard, now, self._surroundings.world(subject, code, patient)),
        )
        if not any(isinstance(event, Opened) for event in done.events):
            self._codes.put_back(code)
        await self._after(subject, done)

    async def _about(self, signal: Signal) -> AboutPatient:
        try:
            return await self._surroundings.about(signal.patient, self._clock.now())
        except Unavailable:
            # The policies of loud signals name schedules first: they page without the record. One that
            # asks for the patient's tags may then not apply; there is always one that does.
            if signal.urgency.rank >= Urgency.URGENT.rank:
                return AboutPatient()
            raise

    async def look(self, subject: str) -> None:
        """Act on a run's deadline, and bring its untold faults to ops."""
        done = await self._hear(subject, inputs.TimeReached())
        if faults := untold_faults(done.state):
            for fault in faults:
                await self.hear_signal(fault_signal(fault))
            await self._hear(subject, inputs.FaultsTold(tuple(fault.fault for fault in faults)))

    async def _hear(self, subject: str, heard: inputs.Heard) -> Done:
        done = await self._runs.decide(
            subject,
            heard.cause,
            lambda state, now: decide(state, heard, now, self._surroundings.world(subject)),
        )
        await self._after(subject, done)
        return done

    async def _after(self, subject: str, done: Done) -> None:
        for event in done.events:
            match event:
                case Opened(code=code, run=run):
                    self._codes.link(code, subject, run)
                case Undone():
                    self._codes.link(done.state.code, subject, done.state.run)
                case Resolved() | Merged():
                    self._codes.free(done.state.code, subject, done.state.run)
                case _:
                    pass
        if done.events:
            # One line for what happened together: writing lines takes longer than deciding.
            kinds = ",".join(dict.fromkeys(event.type for event in done.events))
            _log.info("escalation_event", kind=kinds, run=done.state.run)
        await self._end_drills(done)

    async def _end_drills(self, done: Done) -> None:
        """End the drill of whoever was paged about something real; its page is on its way already."""
        for event in done.events:
            if not isinstance(event, PageRequested) or (event.test and not event.drill):
                continue
            if event.drill and not self._surroundings.is_engaged(event.responder):
                continue
            for subject in self._surroundings.drills_of(event.responder):
                try:
                    await self._hear(subject, inputs.RealPageSent(event.responder))
                except Unavailable as error:
                    # It ends by itself within three minutes.
                    _log.warning("drill_not_ended", error=str(error))
