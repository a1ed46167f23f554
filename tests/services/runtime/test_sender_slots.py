"""Sender slots: one rate for all copies; a number without a rate is free."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.log import Unavailable
from services.runtime.sender_slots import AHEAD, SenderSlots
from tests.services.runtime.conftest import Bus

NOW = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
LINE, FREE = "+12025550100", "+12025550109"
NONE = timedelta(0)


async def two_copies(bus: Bus, rate: float = 10) -> tuple[SenderSlots, SenderSlots]:
    await bus.make("KV_senders")
    bucket = await bus.admin.jetstream(timeout=20).key_value("senders")
    return SenderSlots(bucket, {LINE: rate}), SenderSlots(bucket, {LINE: rate})


async def test_two_copies_together_keep_to_the_rate(bus: Bus) -> None:
    """Ten segments a second: two lie ahead of their time at the carrier, then everybody waits."""
    one, other = await two_copies(bus)
    given = [await slots.take(LINE, 1, NOW) for slots in (one, other, one, other, one)]
    assert given[:3] == [NONE, NONE, NONE] and all(wait > NONE for wait in given[3:])

    later = NOW + given[3]
    assert await other.take(LINE, 1, later) == NONE
    assert await one.take(LINE, 1, later) > NONE


async def test_asked_at_the_same_moment_no_slot_is_given_twice(bus: Bus) -> None:
    slots = await two_copies(bus)
    given = await asyncio.gather(*(slots[number % 2].take(LINE, 1, NOW) for number in range(8)))
    assert sum(wait == NONE for wait in given) == 3


async def test_a_long_text_takes_its_segments(bus: Bus) -> None:
    one, other = await two_copies(bus, rate=2)
    assert await one.take(LINE, 3, NOW) == NONE
    assert await other.take(LINE, 1, NOW) == timedelta(seconds=1.5) - AHEAD


async def test_a_number_without_a_rate_is_free(bus: Bus) -> None:
    one, _ = await two_copies(bus)
    assert not one.limited(FREE) and one.limited(LINE)
    assert [await one.take(FREE, 1, NOW) for _ in range(50)] == [NONE] * 50


async def test_without_nats_it_says_so(bus: Bus) -> None:
    one, _ = await two_copies(bus)
    bus.server.kill()
    with pytest.raises(Unavailable):
        await one.take(LINE, 1, NOW)


async def test_a_clock_that_ran_ahead_holds_no_page_back(bus: Bus) -> None:
    """One copy's clock was an hour ahead for a moment: the others send at their rate at once."""
    one, other = await two_copies(bus, rate=1)
    assert await one.take(LINE, 1, NOW + timedelta(hours=1)) == NONE
    assert await other.take(LINE, 1, NOW) == NONE
    assert timedelta(0) < await other.take(LINE, 1, NOW) <= timedelta(seconds=1)
