"""Attendance on a real nats-server, with a clock that stands still until all is quiet."""

import pytest

from tests.services.attendance.hands import BUCKETS, STREAMS, Programme
from tests.services.runtime.conftest import Bus


@pytest.fixture
async def programme(tmp_path):
    bus = Bus(tmp_path)
    await bus.open()
    await bus.make(*STREAMS, *(f"KV_{bucket}" for bucket in BUCKETS))
    opened = Programme(bus.server, bus.admin)
    await opened.start()
    yield opened
    await opened.stop()
    await bus.close()
