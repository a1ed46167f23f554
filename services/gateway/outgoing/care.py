"""Wires what is told to other systems."""

import asyncio

import structlog

from contracts.deliveries import Recipient
from contracts.overdue import LookAgain
from contracts.people import Person
from services.gateway.outgoing.aggregate import RULES, Deliveries
from services.gateway.outgoing.hearing import Hearing
from services.gateway.outgoing.open_deliveries import OpenDeliveries
from services.gateway.outgoing.posting import Poster
from services.gateway.outgoing.sending import Sending
from services.gateway.outgoing.telling import Telling
from services.gateway.registry import Registry
from services.gateway.settings import GatewaySettings
from services.runtime.aggregates import Aggregates
from services.runtime.consume import Message
from services.runtime.follow import ValueTable
from services.runtime.log import Log, Unavailable
from services.runtime.shell import Shell

_log = structlog.get_logger()


class Outgoing:
    """Without recipients it hears, and does nothing."""

    def __init__(
        self, shell: Shell, settings: GatewaySettings, registry: Registry, people: ValueTable[Person]
    ) -> None:
        self._shell = shell
        self.recipients = ValueTable(shell.nc, "recipients", Recipient)
        self._open = OpenDeliveries(shell.nc, shell.clock, shell.activity, self._look)
        deliveries: Deliveries = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock)
        deliveries.on_commit = self._open.committed
        self._poster = Poster(settings.outgoing_timeout_seconds)
        self._hearing = Hearing(deliveries, lambda: self.recipients.values, lambda: people.values)
        self._sending = Sending(
            deliveries,
            lambda: self.recipients.values,
            registry,
            shell.seals,
            shell.clock,
            self._poster,
            Telling(shell.nc, shell.clock),
            settings.terms(),
            self._open.feed,
        )
        self._retries: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Know whom to tell and what is open, then act. What comes is heard when the shell's ears start."""
        await self.recipients.start()
        await self._open.follower.start()
        self._shell.followers += [self.recipients.follower.position, self._open.follower.position]
        self._shell.ears.hear("gateway_escalations", self._hearing.on_escalation)
        self._shell.ears.hear("gateway_triage", self._hearing.on_result)
        self._shell.ears.hear("gateway_overdue", self._look_again)
        await self._shell.nc.subscribe(f"vigil.retry.{self._shell.service}", cb=self._asked)
        self._open.start()

    async def stop(self) -> None:
        """End; a recipient that hangs is not waited for. The shell's ears must have stopped."""
        await asyncio.gather(*self._retries, return_exceptions=True)
        await self._poster.close()
        await self._open.stop()
        await self._open.follower.stop()
        await self.recipients.stop()

    async def _look(self, subject: str) -> None:
        await self._sending.look(subject)

    async def _look_again(self, message: Message) -> None:
        """The watchdog found it overdue: do what is due."""
        await self._sending.look(LookAgain.model_validate_json(message.data).subject)

    async def _asked(self, _message: object) -> None:
        task = asyncio.create_task(self._retry_all())
        self._retries.add(task)
        task.add_done_callback(self._retries.discard)

    async def _retry_all(self) -> None:
        """`vigil parked retry`: whatever is parked is looked at now, its ground too."""
        with self._shell.activity.work():
            for subject in self._open.parked:
                try:
                    await self._sending.retry(subject)
                except Unavailable as error:
                    _log.warning("retry_failed", error=type(error).__name__)
