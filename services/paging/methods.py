"""Contact methods that proved dead are marked in the people bucket, and ops are told."""

from datetime import datetime

import structlog
from nats.aio.client import Client
from nats.js.kv import KeyValue

from contracts.people import Person
from contracts.signals import Signal
from contracts.values import Channel, Kind, Urgency
from services.paging.core.pin_faults import too_many_pins
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact

_log = structlog.get_logger()


class Methods:
    """Retires and revives the SMS methods of responders."""

    def __init__(self, nc: Client, people: KeyValue, clock: Clock) -> None:
        self._nc = nc
        self._people = people
        self._clock = clock

    async def retire(self, responder: str, phone_ref: str, reason: str) -> None:
        """Mark the person's SMS methods with that phone dead and tell ops. Raises Unavailable."""
        now = self._clock.now()
        changed = await self._edit(
            responder, phone_ref, {"dead_since": now, "dead_reason": reason}, dead=False
        )
        if not changed:
            return
        _log.warning("method_dead", responder=responder, reason=reason)
        signal = Signal(
            id=f"paging/method-{responder}-{phone_ref}-{now:%Y%m%d%H}",
            kind=Kind.SYSTEM_FAULT,
            urgency=Urgency.URGENT,
            area="reachability",
            occurred_at=now,
            received_at=now,
            source="paging",
            note=f"{responder} can't be texted any more ({reason}). Call them, and mend it in people.yaml.",
        )
        await self._tell_ops(signal)

    async def pins_refused(self, responder: str, until: datetime) -> None:
        """Tell ops that too many PINs of somebody were wrong. Raises Unavailable."""
        await self._tell_ops(too_many_pins(responder, until, self._clock.now(), "paging"))

    async def revive(self, responder: str, phone_ref: str) -> None:
        """Use the phone again after the person opted in. Raises Unavailable."""
        await self._edit(responder, phone_ref, {"dead_since": None, "dead_reason": ""}, dead=True)

    async def _tell_ops(self, signal: Signal) -> None:
        await publish_fact(self._nc, "signals.system_fault", signal.model_dump_json().encode(), signal.id)

    async def _edit(self, responder: str, phone_ref: str, update: dict[str, object], *, dead: bool) -> bool:
        for _ in range(5):
            entry = await asked(self._people.get(responder))
            if entry is None:
                return False
            person = Person.model_validate_json(entry.value or b"")
            methods = tuple(
                method.model_copy(update=update)
                if method.phone_ref == phone_ref
                and method.channel is Channel.SMS
                and (method.dead_since is not None) is dead
                else method
                for method in person.methods
            )
            if methods == person.methods:
                return False
            edited = person.model_copy(update={"methods": methods})
            data = edited.model_dump_json().encode()
            if await written(self._people.update(responder, data, last=entry.revision)):
                return True
        raise Unavailable(f"people.{responder} is contended")
