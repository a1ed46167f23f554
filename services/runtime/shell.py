"""What a service is given to work with: its connection, the clock, the seals, its log and ears."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.kv import KeyValue

from contracts.streams import BUCKETS
from services.runtime import provision, site_keys
from services.runtime.activity import Activity
from services.runtime.broker import client_of, make_broker
from services.runtime.clock import Clock
from services.runtime.consume import Ears
from services.runtime.patient_keys import BUCKET as PATIENT_KEYS
from services.runtime.patient_keys import PatientKeys
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
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What `close` ends before the connection."""

    async def bucket(self, name: str) -> KeyValue:
        """Return a KV bucket of the table."""
        return await self.nc.jetstream(timeout=2).key_value(name)

    async def close(self) -> None:
        """End the connection, and what is the shell's own on it."""
        for end in self.closing:
            await end()
        if not self.nc.is_closed:
            await self.nc.close()


async def open_shell(
    service: str,
    settings: Settings,
    clock: Clock,
    seals: Seals,
    activity: Activity | None = None,
) -> Shell:
    """Connect as the service and check that all it needs is provisioned, and the keys are this site's.

    Raises provision.ProvisionError or site_keys.WrongKey that says what is missing and how to mend it.
    """
    activity = activity or Activity()
    broker = make_broker(settings.nats_url, service, settings.password(service))
    nc = await client_of(broker)
    try:
        await provision.check(nc, service)
        await site_keys.check(nc, service, seals, clock.now)
    except BaseException:
        await nc.close()
        raise
    ears = Ears(broker, nc, service, clock, activity, settings.lanes)
    shell = Shell(service, broker, nc, clock, seals, ears, activity, settings)
    if _holds_patient_keys(service):
        keys = PatientKeys(nc, seals, clock.now)
        await keys.start()
        shell.seals = seals.with_patients(keys)
        shell.followers.append(keys.follower.position)
        shell.closing.append(keys.stop)
    return shell


def _holds_patient_keys(service: str) -> bool:
    return any(bucket.name == PATIENT_KEYS and service in bucket.read_by for bucket in BUCKETS)
