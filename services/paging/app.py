"""Wiring of the paging service."""

import asyncio

import structlog
from pydantic import TypeAdapter

from contracts.commits import DUE
from contracts.pages import AttemptFailed, PageBrief, PageEvent
from contracts.people import Person
from services.paging.answering import Answering
from services.paging.briefs import Briefs
from services.paging.core import brief as core_brief
from services.paging.core import due as core_due
from services.paging.core import evolve as core_evolve
from services.paging.core.state import VERSION, Page, attempt_of, method_of
from services.paging.dispatcher import Dispatcher
from services.paging.handlers import Handlers
from services.paging.methods import Methods
from services.paging.pressing import Pressing
from services.paging.reconciling import Reconciling
from services.paging.sending import Sending
from services.paging.settings import PagingSettings
from services.paging.wording import Wording
from services.runtime.aggregates import Aggregates, Rules
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower, ValueTable
from services.runtime.log import Log, Stored
from services.runtime.parking import ParkedRetries
from services.runtime.pin_tries import BUCKET as PIN_TRIES
from services.runtime.pin_tries import PinGate
from services.runtime.sender_slots import SenderSlots
from services.runtime.shell import Shell
from services.runtime.twilio_client import Carrier

_log = structlog.get_logger()

RULES: Rules[Page, PageEvent] = Rules(
    stream="PAGES",
    version=VERSION,
    state=Page,
    events=TypeAdapter(PageEvent),
    empty=Page.empty,
    evolve=core_evolve.evolve,
    due=core_due.due,
    brief=core_brief.brief,
    opening=frozenset({"asked"}),
)


class PagingService:
    """The running service."""

    def __init__(self, shell: Shell, settings: PagingSettings) -> None:
        self._shell = shell
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Build the view of the log, then hear and send."""
        shell, settings = self._shell, self._settings
        self.people = ValueTable(shell.nc, "people", Person)
        await self.people.start()
        self.index = DueIndex("PAGES", shell.clock, self._look, shell.activity)
        self.pages = Aggregates(Log(shell.nc, "PAGES"), RULES, shell.clock, self.index)
        self.briefs = Briefs(shell.clock.now)
        self.carrier = Carrier(settings.carrier())
        slots = SenderSlots(await shell.bucket("senders"), settings.rates())
        wording = Wording(lambda: self.people.values, self.briefs, shell.seals, shell.clock)
        self.reconciling = Reconciling(self.pages, self.carrier, shell.seals, shell.clock)
        sending = Sending(
            self.pages, self.carrier, self.reconciling, shell.seals, wording, shell.clock, settings
        )
        self.dispatcher = Dispatcher(sending, self.briefs, slots, shell.clock, shell.activity, settings)
        self.methods = Methods(shell.nc, await shell.bucket("people"), shell.clock)
        self.follower = Follower(shell.nc, "PAGES", self._learn, headers_only=True, label="paging")
        self.pages.on_commit = self._committed
        await self.follower.start()
        self.briefs.on_change = self.dispatcher.offer
        shell.followers += [self.follower.position, self.people.follower.position]
        self._hear(PinGate(await shell.bucket(PIN_TRIES)))
        await shell.ears.start()
        self.index.start()
        for subject, brief in tuple(self.briefs.all_waiting()):
            self.dispatcher.offer(subject, brief, True)
        self.parked = ParkedRetries(shell)
        await self.parked.start()

    async def stop(self) -> None:
        """Hear no more, finish what is being sent, and close."""
        await self.parked.stop()
        await self._shell.ears.stop()
        await self.index.stop()
        await self.dispatcher.stop()
        await self.follower.stop()
        await self.people.stop()
        await self.carrier.close()

    def _hear(self, pins: PinGate) -> None:
        shell = self._shell
        answering = Answering(
            self.pages,
            self.briefs,
            self.follower,
            Log(shell.nc, "KV_codes"),
            lambda: self.people.values,
            self.methods,
            self.reconciling,
            pins,
            shell.seals,
            shell.clock,
        )
        handlers = Handlers(self.pages, self.reconciling, answering.on_text, self._heard_up_to)
        shell.ears.hear("paging_escalations", handlers.on_escalation)
        shell.ears.hear("paging_answers", handlers.on_carrier)
        shell.ears.hear("paging_receipts", handlers.on_carrier)
        shell.ears.hear("paging_overdue", handlers.on_overdue)
        shell.ears.hear("paging_notices", handlers.on_notice)
        pressing = Pressing(self.pages, self.briefs, self.follower, answering, self.reconciling)
        shell.ears.hear("paging_pressed", pressing.on_pressed)

    async def _look(self, subject: str) -> None:
        await self.reconciling.look(subject)

    def _heard_up_to(self, responder: str, page: str) -> int:
        brief = self.briefs.get(responder, page)
        return max(brief.evidence, brief.told) if brief else 0

    def _learn(self, stored: Stored) -> None:
        self.index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        self.briefs.learn(stored)

    def _committed(self, subject: str, sequence: int, state: Page, events: tuple[PageEvent, ...]) -> None:
        brief: PageBrief | None = core_brief.brief(state)
        if brief is not None:
            self.briefs.put(subject, sequence, brief, own=True)
        for event in events:
            if isinstance(event, AttemptFailed) and event.reaction == "method_dead":
                self._retire(state, event)

    def _retire(self, state: Page, event: AttemptFailed) -> None:
        attempt = attempt_of(state, event.attempt)
        method = method_of(state, attempt) if attempt else None
        if method is None or state.what is None:
            return
        task = asyncio.create_task(
            self._retire_counted(state.what.responder, method.phone_ref, f"carrier error {event.code}")
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _retire_counted(self, responder: str, phone_ref: str, reason: str) -> None:
        with self._shell.activity.work():
            await self.methods.retire(responder, phone_ref, reason)


async def start(shell: Shell, settings: PagingSettings) -> PagingService:
    """Start paging."""
    service = PagingService(shell, settings)
    await service.start()
    return service
