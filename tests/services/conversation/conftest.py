"""The crisis line on a real nats-server, with a carrier that answers as it is told to."""

import asyncio

import nats
import pytest

from services.conversation.settings import ConversationSettings
from services.runtime.clock import SteppedClock
from services.runtime.nats_server import EmbeddedServer
from services.runtime.provision import provision
from services.runtime.settings import Settings
from tests.services.conversation.hands import LINE, START, FakeCarrier, Line


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    embedded = EmbeddedServer(tmp_path_factory.mktemp("line") / "var")

    async def begin():
        await embedded.start()
        admin = await connect(embedded)
        await provision(admin, marks=False)
        await admin.close()

    asyncio.run(begin())
    yield embedded
    asyncio.run(embedded.stop())


async def connect(embedded):
    return await nats.connect(embedded.url, user="admin", password=embedded.passwords["admin"])


@pytest.fixture
def clock():
    return SteppedClock(START)


@pytest.fixture
async def line(server, clock):
    carrier = FakeCarrier(clock)
    admin = await connect(server)
    async with carrier.serving() as url:
        settings = Settings(var=server.folder, nats_url=server.url)
        own = ConversationSettings(
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="t",
            carrier_url=url,
            carrier_timeout_seconds=1,
            public_url="https://vigil.example",
            patient_number=LINE,
        )
        opened = Line(settings, own, clock, carrier, admin)
        await opened.start()
        yield opened
        await opened.stop()
        await admin.close()
