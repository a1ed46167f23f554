"""Followup on a real nats-server, with a clock that stands still until all is quiet."""

import pytest

from tests.services.followup.hands import BUCKETS, STREAMS, Site
from tests.services.runtime.conftest import Bus


@pytest.fixture
async def site(tmp_path):
    bus = Bus(tmp_path)
    await bus.open()
    await bus.make(*STREAMS, *(f"KV_{bucket}" for bucket in BUCKETS))
    opened = Site(bus.server, bus.admin)
    await opened.start()
    yield opened
    await opened.stop()
    await bus.close()
