"""Sends status callbacks in the background, one after the other for each sid.

Faults of schedule live here: a callback may be lost, late, doubled, swapped with the next one,
followed by an old one, or come in a burst.
"""

import asyncio
from collections import deque

from services.carrier_emulator.activity import Activity
from services.carrier_emulator.faults import WEBHOOK_SCHEDULE, Fault, Faults
from services.carrier_emulator.signed_request import Webhook
from services.carrier_emulator.webhooks import Webhooks, subject_of

_HELD_SECONDS = 30.0


class Outbox:
    """Queues of status callbacks by sid, so that they keep their order unless a fault says so."""

    def __init__(self, activity: Activity, webhooks: Webhooks, faults: Faults) -> None:
        self._activity = activity
        self._webhooks = webhooks
        self._faults = faults
        self._queues: dict[str, deque[Webhook]] = {}
        self._held: dict[str, Webhook] = {}

    def post(self, webhook: Webhook) -> None:
        """Queue a callback; nothing waits for its answer."""
        queue = self._queues.get(webhook.subject)
        if queue is not None:
            queue.append(webhook)
            return
        self._queues[webhook.subject] = deque([webhook])
        self._activity.spawn(self._drain(webhook.subject))

    def clear(self) -> None:
        """Forget everything that is queued or held back."""
        self._queues.clear()
        self._held.clear()

    async def _drain(self, subject: str) -> None:
        queue = self._queues[subject]
        try:
            while queue:
                await self._deliver(queue.popleft())
        finally:
            self._queues.pop(subject, None)

    async def _deliver(self, webhook: Webhook) -> None:
        fault = self._faults.take(WEBHOOK_SCHEDULE, subject_of(webhook))
        match fault:
            case Fault(kind="lost"):
                return
            case Fault(kind="delay"):
                self._activity.spawn(self._late(webhook, fault.number("seconds", 30)))
            case Fault(kind="out_of_order"):
                self._held[webhook.subject] = webhook
                self._activity.spawn(self._release_later(webhook))
                return
            case Fault():
                await self._repeat(webhook, fault)
            case None:
                await self._webhooks.send(webhook)
        held = self._held.pop(webhook.subject, None)
        if held is not None:
            await self._webhooks.send(held)

    async def _late(self, webhook: Webhook, seconds: float) -> None:
        await self._activity.pause(seconds)
        await self._webhooks.send(webhook)

    async def _release_later(self, webhook: Webhook) -> None:
        await self._activity.pause(_HELD_SECONDS)
        if self._held.get(webhook.subject) is webhook:
            del self._held[webhook.subject]
            await self._webhooks.send(webhook)

    async def _repeat(self, webhook: Webhook, fault: Fault) -> None:
        request = self._webhooks.prepare(webhook)
        await self._webhooks.resend(request)
        match fault.kind:
            case "replay_old":
                await self._webhooks.resend(self._webhooks.history[0])
            case "duplicate":
                for _ in range(int(fault.number("n", 1))):
                    await self._webhooks.resend(request)
            case _:
                copies = range(int(fault.number("n", 1000)))
                await asyncio.gather(*(self._webhooks.resend(request) for _ in copies))
