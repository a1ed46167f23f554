"""A night in which the watchdog is awake."""

import pytest

from services.runtime.nats_server import EmbeddedServer
from services.runtime.provision import provision
from tests.services.watchdog.hands import Night, Outside


@pytest.fixture
async def outside():
    async with Outside().open() as opened:
        yield opened


@pytest.fixture
async def night(tmp_path, outside):
    server = EmbeddedServer(tmp_path / "var")
    await server.start()
    opened = Night(server, outside)
    await opened.connect()
    await provision(opened.admin, marks=False)
    yield opened
    await opened.stop()
    await server.stop()
