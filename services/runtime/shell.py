"""What a service is given to work with: its connection, the clock, the seals, its log and ears."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.kv import KeyValue

from services.runtime import provision
from services.runtime.activity import Activity
from services.runtime.broker import client_of, make_broker
from services.runtime.clock import Clock
from services.runtime.consume import Ears
from services.runtime.sealing import Seals
from services.runtime.settings import Settings


class Running(Protocol):
    """A started service."""

    async def stop(self) -> None:
        """End it; what is under way ends first."""


@dataclass
class Shell:
    """One service's hands: everything that acts, passed in, so that nothing is global."""

    service: str
    broker: NatsBroker
    nc: Client
    clock: Clock
    seals: Seals
    ears: Ears
    activity: Activity
    settings: Settings
    followers: list[Callable[[], tuple[str, int]]] = field(default_factory=list)
    """For tests: (stream, sequence seen) of each follower."""

    async def bucket(self, name: str) -> KeyValue:
        """Return a KV bucket of the table."""
        return await self.nc.jetstream(timeout=2).key_value(name)


async def open_shell(
    service: str,
    settings: Settings,
    clock: Clock,
    seals: Seals,
    activity: Activity | None = None,
) -> Shell:
    """Connect as the service and check that all it needs is provisioned.

    Raises provision.ProvisionError that says what is missing and how to make it.
    """
    activity = activity or Activity()
    broker = make_broker(settings.nats_url, service, settings.password(service))
    nc = await client_of(broker)
    await provision.check(nc, service)
    ears = Ears(broker, nc, service, clock, activity)
    return Shell(service, broker, nc, clock, seals, ears, activity, settings)
