"""Two copies of every service at once: one page each, one deadline each; one dies, the other goes on."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.plant import Plant
from tests.system.test_kill import extra_copies

LATE = timedelta(seconds=10)
"""Nothing waits for a copy that is dead; how fast they are is measured by `make bench`."""

pytestmark = [pytest.mark.kill, pytest.mark.timeout(200)]


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """Two copies; a step waits 3 s."""
    made = Plant(tmp_path, wait=3)
    await made.open(copies=2)
    yield made
    await made.close()


async def steps(plant: Plant) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return (began, ends) of every step of every escalation."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for subject, messages in (await plant.read("ESCALATIONS", "escalations.*")).items():
        for commit, _ in messages:
            for event in commit.events:
                if event["type"] == "step_started":
                    began, ends = (datetime.fromisoformat(event[key]) for key in ("at", "ends_at"))
                    found.setdefault(subject, []).append((began, ends))
    return found


async def begun(plant: Plant, patients: set[str], count: int) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return the steps as soon as everybody has had so many."""
    async with asyncio.timeout(90):
        while True:
            found = await steps(plant)
            subjects = [f"escalations.{plant.vigil_ids[patient]}" for patient in patients]
            if all(len(found.get(subject, ())) >= count for subject in subjects):
                return found
            await asyncio.sleep(0.2)


def lateness(found: dict[str, list[tuple[datetime, datetime]]]) -> list[timedelta]:
    """Return how late each step began after the one before it had ended."""
    return [after[0] - before[1] for one in found.values() for before, after in itertools.pairwise(one)]


async def test_each_page_is_sent_once_and_each_deadline_fires_once(plant: Plant) -> None:
    """Twenty signals, three steps each: no page twice, no step twice, none late."""
    patients = {f"d{number}" for number in range(20)}
    for number, patient in enumerate(sorted(patients)):
        assert await plant.signal(patient, number)
    await plant.until_paged(patients)
    found = await begun(plant, patients, 3)

    assert extra_copies(plant) == 0
    assert len(found) == len(patients)
    for one in found.values():
        assert len({began for began, _ in one}) == len(one)
    late = lateness(found)
    assert len(late) >= 2 * len(patients)
    assert min(late) >= timedelta(0), "a deadline fired early, or twice"
    assert max(late) < LATE
    await plant.audit()


async def test_when_one_copy_is_killed_for_good_the_other_meets_its_deadlines(plant: Plant) -> None:
    """kill -9 in the midst of twenty signals: all are paged, and no step waits for the dead."""
    patients = set()
    for number in range(20):
        if await plant.signal(f"g{number}", number):
            patients.add(f"g{number}")
        if number == 10:
            await plant.copies[1].kill()
    await plant.until_paged(patients)

    late = lateness(await begun(plant, patients, 2))
    assert len(late) >= len(patients)
    assert max(late) < LATE
    print(f"\none of two copies killed: {len(patients)} paged, {extra_copies(plant)} extra copies")
    assert extra_copies(plant) <= 2
    await plant.audit()
