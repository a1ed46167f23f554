"""What the gateway does at the carrier by itself: recover what no webhook brought, redact what is old."""

import asyncio
from datetime import timedelta

import structlog
from nats.js.kv import KeyValue

from services.gateway import redaction
from services.gateway.arrived import Arrived
from services.gateway.carrier_marks import CarrierMarks
from services.gateway.inbound import Inbound
from services.gateway.lost_webhooks import LostWebhooks
from services.gateway.recovery import Recovery
from services.gateway.redaction import Redaction
from services.gateway.rounds import Rounds
from services.gateway.settings import GatewaySettings
from services.runtime.shell import Shell
from services.runtime.twilio_client import Carrier

_log = structlog.get_logger()


class CarrierCare:
    """Started after the gateway answers: what comes in now must not wait for what came in before."""

    def __init__(
        self,
        shell: Shell,
        settings: GatewaySettings,
        bucket: KeyValue,
        inbound: Inbound,
        lost: LostWebhooks,
        may_go: redaction.MayGo,
    ) -> None:
        self._arrived = Arrived(shell.nc)
        self._carrier: Carrier | None = None
        self._rounds: list[Rounds] = []
        self._activity = shell.activity
        self._starting: asyncio.Task[None] | None = None
        account, numbers = settings.carrier(), settings.our_numbers()
        every, after = settings.gateway_recover_every_seconds, settings.carrier_redact_after_hours
        if account is None or not (every or after):
            _log.warning("recovery_off", reason="no account" if account is None else "set to never")
            return
        self._carrier = Carrier(account)
        marks = CarrierMarks(shell.nc, bucket)
        if every:
            recovery = Recovery(self._carrier, inbound, self._arrived, marks, lost, numbers, shell.clock)
            self._add(shell, "recovery", recovery, timedelta(seconds=every))
        if after:
            kept = timedelta(hours=after)
            redacting = Redaction(self._carrier, self._arrived, marks, numbers, shell.clock, kept, may_go)
            self._add(shell, "redaction", redacting, redaction.EVERY)

    def _add(self, shell: Shell, name: str, does: Recovery | Redaction, every: timedelta) -> None:
        # Several copies in one process share a clock, and a wake of the same name replaces the other.
        own = f"{name}-{id(self)}"
        self._rounds.append(Rounds(own, does.look, every, shell.clock, shell.activity))

    def start(self) -> None:
        """Begin in the background: nothing waits for it."""
        if self._carrier is not None:
            self._starting = asyncio.create_task(self._start(), name="carrier_care")

    async def _start(self) -> None:
        with self._activity.work():
            await self._arrived.start()
            for rounds in self._rounds:
                rounds.start()

    async def stop(self) -> None:
        """End; what is under way ends first."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        for rounds in self._rounds:
            await rounds.stop()
        await self._arrived.stop()
        if self._carrier is not None:
            await self._carrier.close()
