"""A real nats-server with the streams of the table that a test needs, and hands to reach it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client

from contracts import streams
from services.runtime import stream_plan
from services.runtime.broker import client_of, make_broker
from services.runtime.nats_server import EmbeddedServer


class Bus:
    """The server, and its administrator."""

    def __init__(self, folder: Path) -> None:
        self.server = EmbeddedServer(folder / "var")
        self._clients: list[Client] = []

    async def open(self) -> None:
        await self.server.start()
        self.admin = await self.connect("admin")

    async def close(self) -> None:
        for nc in self._clients:
            with contextlib.suppress(Exception):
                await nc.close()
        self.server.kill()

    async def connect(self, user: str) -> Client:
        """Connect with the settings that services use."""
        nc = await client_of(make_broker(self.server.url, user, self.server.passwords[user]))
        self._clients.append(nc)
        return nc

    async def make(self, *names: str) -> None:
        """Create streams and buckets of the table, durables included."""
        js = self.admin.jetstream()
        for config in stream_plan.all_streams():
            if config.name in names:
                await js.add_stream(config)
        for stream in streams.STREAMS:
            for durable in stream.durables if stream.name in names else ():
                await js.add_consumer(stream.name, stream_plan.durable_config(durable))

    async def restarted_after_kill(self) -> None:
        """kill -9 of the server, and its start; return when the administrator is connected again."""
        self.server.kill()
        await self.server.start()
        await self.back(self.admin)

    async def back(self, nc: Client) -> None:
        async with asyncio.timeout(10):
            while not nc.is_connected:
                await asyncio.sleep(0.01)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    made = Bus(tmp_path)
    await made.open()
    yield made
    await made.close()
