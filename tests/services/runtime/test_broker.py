"""The connection comes back after whatever the server did to it, a refused password included."""

import asyncio
import json

import pytest

from tests.services.runtime.conftest import Bus


# nats-py leaves the socket of a refused attempt to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_refused_password_does_not_end_reconnecting_for_good(bus: Bus) -> None:
    """A server started with other passwords refuses us; set right again, it finds us there."""
    nc = await bus.connect("paging")
    file = bus.server.folder / "secrets" / "nats.json"
    right = dict(bus.server.passwords)
    file.write_text(json.dumps(right | {"paging": "another"}))
    await bus.restarted_after_kill()
    await asyncio.sleep(0.5)
    assert not nc.is_connected

    file.write_text(json.dumps(right))
    await bus.restarted_after_kill()
    await bus.back(nc)


async def test_a_server_that_was_away_for_a_while_is_found_again(bus: Bus) -> None:
    nc = await bus.connect("paging")
    bus.server.kill()
    await asyncio.sleep(1)
    await bus.server.start()
    await bus.back(nc)
