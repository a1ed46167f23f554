"""The nats-server as a child of `vigil up`: ready once it answers, then provisioned."""

import asyncio
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client

from contracts import streams
from services import supervisor
from services.runtime import nats_secrets, nats_server, nats_setup, provision
from services.runtime.settings import Settings

_LONGEST_RECOVERY = 300.0


def nats_child(settings: Settings, *, key: str | None = None) -> supervisor.Child:
    """Return the child that runs NATS under `settings.var` at the port of `settings.nats_url`.

    After it answers, streams and durables are provisioned before the next child starts; a
    ProvisionError then ends the supervisor. `key` encrypts the store. The passwords exist when
    this returns.
    """
    nats_secrets.passwords(settings.var)
    port = urlsplit(settings.nats_url).port or 4222
    argv, environment = nats_server.supervised(settings.var, port, key=key)

    async def ready() -> None:
        for _ in range(int(_LONGEST_RECOVERY / 0.05)):
            if await nats_server.answers(port):
                return
            await asyncio.sleep(0.05)
        raise nats_setup.ServerError(
            f"nats-server does not answer on port {port}; see {settings.var}/nats.log"
        )

    async def prepare() -> None:
        nc = await _admin(settings)
        try:
            await provision.provision(
                nc, marks_file=settings.var / "marks.json", store=nats_setup.store(settings.var)
            )
        finally:
            await nc.close()

    return supervisor.Child("nats", argv, environment, ready, prepare)


async def _admin(settings: Settings) -> Client:
    return await nats.connect(
        settings.nats_url,
        user=streams.ADMIN,
        password=settings.password(streams.ADMIN),
        allow_reconnect=False,
    )
