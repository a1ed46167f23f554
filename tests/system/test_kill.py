"""kill -9 at random moments, under a stream of signals with faults on: nothing acknowledged is lost."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.carrier_emulator.entries import SmsReachedPhone
from services.carrier_emulator.faults import Fault
from tests.support.plant import Plant

pytestmark = [pytest.mark.kill, pytest.mark.timeout(400)]
RUNS = 25


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """One copy of every service; waits of 20 s, so that pages go to the first responder."""
    made = Plant(tmp_path, wait=20)
    await made.open()
    made.emulator.faults.add(Fault("http_5xx", path="Messages", prob=0.04))
    made.emulator.faults.add(Fault("timeout_after", path="Messages", prob=0.02))
    made.emulator.faults.add(Fault("lost", path="sms-status", prob=0.1))
    made.emulator.faults.add(Fault("duplicate", path="sms-status", prob=0.1))
    yield made
    await made.close()


async def stream_of_signals(plant: Plant, seed: int, acknowledged: set[str]) -> None:
    """Post six signals over half a second."""
    for number in range(6):
        patient = f"k{seed}x{number}"
        if await plant.signal(patient, seed):
            acknowledged.add(patient)
        await asyncio.sleep(0.08)


def extra_copies(plant: Plant) -> int:
    """How many page texts reached a phone more often than once."""
    copies = Counter((e.to, e.body) for e in plant.emulator.ledger.of(SmsReachedPhone) if "1 take" in e.body)
    return sum(count - 1 for count in copies.values())


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("victim", ["services", "nats-server"])
async def test_every_acknowledged_signal_is_paged_in_a_long_run(plant: Plant, victim: str) -> None:
    """The same for three hundred runs; VIGIL_SOAK_RUNS sets another number."""
    await survive(plant, victim, int(os.environ.get("VIGIL_SOAK_RUNS", "300")))


@pytest.mark.parametrize("victim", ["services", "nats-server"])
async def test_every_acknowledged_signal_is_paged_whatever_is_killed(plant: Plant, victim: str) -> None:
    """Twenty-five seeded runs each: six signals, a kill -9 in their midst, a restart."""
    await survive(plant, victim, RUNS)


async def survive(plant: Plant, victim: str, runs: int) -> None:
    """Kill in the midst of each run, and assert the laws at the end; print the extra copies."""
    everyone: set[str] = set()
    for seed in range(runs):
        chance = random.Random(f"{victim}-{seed}")
        acknowledged: set[str] = set()
        posting = asyncio.create_task(stream_of_signals(plant, seed, acknowledged))
        await asyncio.sleep(chance.uniform(0.0, 0.6))
        if victim == "services":
            await plant.copies[0].kill()
            await plant.copies[0].start()
        else:
            plant.server.kill()
            await plant.server.start()
        await posting
        await plant.until_ready()
        everyone |= acknowledged
        await plant.until_paged(acknowledged)
    assert len(everyone) > runs, "the runs must have acknowledged something"
    await plant.audit()
    extra = extra_copies(plant)
    print(f"\n{victim}: {len(everyone)} signals acknowledged, {extra} extra copies")
    assert extra <= runs * 2
