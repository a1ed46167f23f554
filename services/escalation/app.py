"""Wiring of the escalation service."""

import random

from pydantic import TypeAdapter

from contracts.commits import DUE
from contracts.escalations import EscalationEvent
from services.escalation.codes import Codes
from services.escalation.core import due as core_due
from services.escalation.core import evolve as core_evolve
from services.escalation.core.brief import brief
from services.escalation.core.state import VERSION, Run
from services.escalation.handlers import Handlers
from services.escalation.settings import EscalationSettings
from services.escalation.world import Surroundings
from services.runtime.aggregates import Aggregates, Rules
from services.runtime.deadlines import DueIndex, parse_due
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Shell

RULES: Rules[Run, EscalationEvent] = Rules(
    stream="ESCALATIONS",
    version=VERSION,
    state=Run,
    events=TypeAdapter(EscalationEvent),
    empty=Run.empty,
    evolve=core_evolve.evolve,
    due=core_due.due,
    brief=brief,
    opening=frozenset({"opened"}),
)


class EscalationService:
    """The running service."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def start(self) -> None:
        """Build the view of the log, then hear and meet deadlines."""
        shell = self._shell
        self.surroundings = Surroundings(shell.nc)
        await self.surroundings.start()
        self.index = DueIndex("ESCALATIONS", shell.clock, self._look, shell.activity)
        self.runs = Aggregates(Log(shell.nc, "ESCALATIONS"), RULES, shell.clock, self.index)
        codes = Codes(
            await shell.bucket("codes"),
            shell.clock,
            random.SystemRandom(),
            shell.activity,
            self.surroundings.is_code_open,
        )
        self.handlers = Handlers(self.runs, self.surroundings, codes, shell.clock)
        self.follower = Follower(shell.nc, "ESCALATIONS", self._learn, headers_only=True, label="escalation")
        self.runs.on_commit = self._committed
        await self.follower.start()
        shell.followers += [f.position for f in (self.follower, *self.surroundings.followers())]
        codes.refill()
        for durable, handler in (
            ("escalation_signals", self.handlers.on_signal),
            ("escalation_pages", self.handlers.on_page),
            ("escalation_overdue", self.handlers.on_overdue),
            ("escalation_parked", self.handlers.on_parked),
            ("escalation_programme", self.handlers.on_programme),
        ):
            shell.ears.hear(durable, handler)
        await shell.ears.start()
        self.index.start()
        self.parked = ParkedRetries(shell)
        await self.parked.start()

    async def stop(self) -> None:
        """Hear no more and close; what is under way ends first."""
        await self.parked.stop()
        await self._shell.ears.stop()
        await self.index.stop()
        await self.follower.stop()
        await self.surroundings.stop()

    async def _look(self, subject: str) -> None:
        await self.handlers.look(subject)

    def _learn(self, stored: Stored) -> None:
        self.index.feed(stored.subject, stored.sequence, parse_due(stored.headers.get(DUE)))
        self.surroundings.learn(stored)

    def _committed(
        self, subject: str, sequence: int, state: Run, events: tuple[EscalationEvent, ...]
    ) -> None:
        self.surroundings.note(subject, brief(state))


async def start(shell: Shell, settings: EscalationSettings) -> EscalationService:
    """Start escalation."""
    service = EscalationService(shell)
    await service.start()
    return service
