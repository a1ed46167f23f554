"""Codes: one that an open run has is given to nobody else, whatever became of its link."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats.errors
import pytest

from services.escalation.codes import Codes
from services.runtime.activity import Activity
from services.runtime.clock import SteppedClock
from tests.services.runtime.conftest import Bus

START = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    made = Bus(tmp_path)
    await made.open()
    yield made
    await made.close()


async def test_a_code_whose_copy_died_before_it_was_linked_stays_with_its_open_run(bus: Bus) -> None:
    """Taken, used, killed; two days later another copy asks for codes in the very same order."""
    await bus.make("KV_codes")
    bucket = await bus.admin.jetstream(timeout=20).key_value("codes")
    used: set[str] = set()

    def copy(at: datetime) -> Codes:
        return Codes(bucket, SteppedClock(at), random.Random(7), Activity(), used.__contains__)

    first = await copy(START)._fresh()
    assert await copy(START + timedelta(days=2))._fresh() == first, "never linked, no run has it: free again"
    used.add(first)
    assert await copy(START + timedelta(days=4))._fresh() != first


class Broken:
    """A bucket that can't be reached."""

    async def create(self, _key: str, _value: bytes) -> int:
        raise nats.errors.TimeoutError


async def test_a_page_does_not_wait_for_a_bucket_of_codes_that_cannot_be_reached() -> None:
    codes = Codes(
        Broken(),  # type: ignore[arg-type]
        SteppedClock(START),
        random.Random(7),
        Activity(),
        lambda _: False,
    )
    assert len(await codes.take()) == 5
