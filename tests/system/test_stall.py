"""A process that stands still for seconds drops no deadline: all fire when it goes on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.plant import Plant
from tests.system.test_two_copies import steps

pytestmark = pytest.mark.kill


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """One copy; a step waits 3 s."""
    made = Plant(tmp_path, wait=3)
    await made.open()
    yield made
    await made.close()


Steps = dict[str, list[tuple[datetime, datetime]]]


def moved_on(before: Steps, after: Steps) -> bool:
    """Return whether every escalation has begun another step."""
    return all(len(after[who]) > len(known) for who, known in before.items())


async def test_deadlines_that_pass_while_the_process_is_stopped_all_fire_afterwards(plant: Plant) -> None:
    """Eight pages out; SIGSTOP for 5 s across the end of every step; SIGCONT: all move on at once."""
    patients = {f"s{number}" for number in range(8)}
    for number, patient in enumerate(sorted(patients)):
        assert await plant.signal(patient, number)
    await plant.until_paged(patients)

    plant.copies[0].freeze(True)
    before = await steps(plant)
    await asyncio.sleep(5)
    assert all(one[-1][1] < datetime.now(UTC) for one in before.values()), "every deadline has passed"
    assert await steps(plant) == before, "a stopped process does nothing"
    went_on = datetime.now(UTC)
    plant.copies[0].freeze(False)

    async with asyncio.timeout(30):
        while not moved_on(before, await steps(plant)):
            await asyncio.sleep(0.05)
    after = await steps(plant)
    assert len(after) == len(before) == len(patients)
    late = [(one[len(before[who])][0] - went_on).total_seconds() for who, one in after.items()]
    print(f"\nafter 5 s at a stand: {len(late)} deadlines fired, the last {max(late):.2f} s after SIGCONT")
    assert max(late) < 20
    await plant.audit()
