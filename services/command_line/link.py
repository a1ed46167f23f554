"""The connection of a command: to NATS with the rights of the user `cli`, with the site's seals."""

import contextlib
import getpass
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import nats
import nats.errors
from nats.aio.client import Client
from nats.js.kv import KeyValue
from pydantic import BaseModel, ValidationError

from services.administration import Administration
from services.command_line.troubles import Trouble
from services.policy_store import PolicyStore
from services.process import make_clock
from services.runtime import logging, sealing
from services.runtime.clock import Clock
from services.runtime.follow import Table
from services.runtime.permissions import inbox_prefix
from services.runtime.sealing import Seals
from services.runtime.settings import Settings, load

V = TypeVar("V", bound=BaseModel)


@dataclass(frozen=True)
class Link:
    """What a command works with."""

    settings: Settings
    nc: Client
    clock: Clock

    def seals(self) -> Seals:
        """Return the site's seals; a key is never made here, for the services could not read it."""
        return seals_of(self.settings)

    def administration(self) -> Administration:
        """Return what writes the decisions of ops."""
        return Administration(self.nc, self.seals(), self.clock.now)

    def policy_store(self) -> PolicyStore:
        """Return what keeps the versions of the policies; it needs no keys."""
        return PolicyStore(self.nc, self.clock.now)

    async def bucket(self, name: str) -> KeyValue:
        """Return a bucket of the table."""
        return await self.nc.jetstream(timeout=5).key_value(name)

    async def values(self, bucket: str, kind: type[V]) -> dict[str, V]:
        """Return all values of a bucket, sorted by key. Raises Trouble when one can't be read."""
        # Not `kv.keys()`: its watch may end before it has shown everything.
        table = Table(self.nc, bucket)
        await table.start()
        await table.stop()
        found: dict[str, V] = {}
        for key, raw in sorted(table.raw.items()):
            try:
                found[key] = kind.model_validate_json(raw)
            except ValidationError as error:
                raise Trouble(
                    f"bucket {bucket}, key {key}: unreadable here ({error.error_count()} errors); "
                    "write it anew, or use the version that wrote it"
                ) from None
        return found


@contextlib.asynccontextmanager
async def linked(user: str = "cli") -> AsyncIterator[Link]:
    """Connect as that user and close at the end. Raises Trouble, or SystemExit for a wrong setting."""
    settings = load(Settings)
    logging.configure(settings.log_format, "error")
    nc = await connect(settings, user)
    clock = make_clock(settings)
    try:
        yield Link(settings, nc, clock)
    finally:
        clock.stop()
        await nc.close()


async def connect(settings: Settings, user: str) -> Client:
    """Return a connection of that user that gives up soon. Raises Trouble."""
    refused: list[str] = []

    async def heard(error: Exception) -> None:
        refused.append(str(error))

    try:
        return await nats.connect(
            settings.nats_url.split(","),
            user=user,
            password=settings.password(user),
            inbox_prefix=inbox_prefix(user),
            name=f"vigil-{user}",
            connect_timeout=2,
            max_reconnect_attempts=1,
            reconnect_time_wait=0.1,
            error_cb=heard,
        )
    except (nats.errors.Error, OSError, TimeoutError) as error:
        if "authorization" in " ".join([*refused, str(error)]).lower():
            raise Trouble(
                f"VIGIL_NATS_SECRETS: {settings.nats_url} refuses the password of {user!r}; "
                f"is {settings.secrets_file()} the file of this site?"
            ) from None
        raise Trouble(
            f"VIGIL_NATS_URL: no NATS server answers at {settings.nats_url}; "
            "start `vigil up`, or name the right server"
        ) from None


def seals_of(settings: Settings) -> Seals:
    """Return the site's seals from its key file. Raises Trouble when there is none."""
    file = settings.seal_file()
    if not file.exists():
        raise Trouble(
            f"VIGIL_SEAL_KEYS: {file} does not exist; copy the site's key file there "
            "(a new key would seal what the services can't open)"
        )
    try:
        return sealing.load_or_create(file)
    except ValueError as error:
        raise Trouble(f"VIGIL_SEAL_KEYS: {error}") from None


def this_moment() -> datetime:
    """Return the moment that the settings' clock shows, without a server."""
    clock = make_clock(load(Settings))
    try:
        return clock.now()
    finally:
        clock.stop()


def me() -> str:
    """Return the account on this machine: who did it, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
