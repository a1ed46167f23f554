"""The pace of a demo week: fast to the next known moment, slow while anything is under way."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.demo_week.pace import Pacemaker
from services.runtime.paced_clock import PacedClock, PaceFile

START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RUN = ("ESCALATIONS", "escalations.pt_a")


class Plant:
    """A pacemaker among services that can be made busy."""

    def __init__(self, folder: Path) -> None:
        pace = PaceFile(folder / "pace", create=True)
        pace.write(START, 1.0, None, 1.0)
        self.clock = PacedClock(pace)
        self.unheard = 0
        self.carrier_busy = False

        async def request(subject: str, _body: bytes, timeout: float) -> SimpleNamespace:
            durable = {"name": "paging_escalations", "num_pending": self.unheard, "num_ack_pending": 0}
            return SimpleNamespace(data=json.dumps({"consumers": [durable]}).encode())

        async def busy() -> bool:
            return self.carrier_busy

        nc = SimpleNamespace(request=request)
        self.pacemaker = Pacemaker(pace, self.clock, 1e7, nc, busy, patience=60)  # type: ignore[arg-type]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.005)


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    made = Plant(tmp_path)
    yield made
    await made.pacemaker.stop()
    made.clock.stop()


async def test_it_goes_from_one_known_moment_to_the_next_without_passing_any(plant: Plant) -> None:
    for number in (1, 2, 3):
        plant.pacemaker.due(RUN, START + number * DAY)
        if number == 1:
            plant.pacemaker.start()
        await plant.until(lambda number=number: plant.clock.now() >= START + number * DAY)  # type: ignore[misc]
        # A deadline that has come is waited for: it would have to be a day late to be passed.
        assert plant.clock.now() < START + (number + 1) * DAY
    plant.pacemaker.due(RUN, None)


@pytest.mark.parametrize("why", ["a request of ours", "an unheard message", "a busy carrier"])
async def test_while_anything_is_under_way_it_goes_slowly(plant: Plant, why: str) -> None:
    plant.unheard, plant.carrier_busy = int(why == "an unheard message"), why == "a busy carrier"
    working = plant.pacemaker.work()
    if why == "a request of ours":
        working.__enter__()
    plant.pacemaker.due(RUN, START + 30 * DAY)
    plant.pacemaker.start()
    await asyncio.sleep(0.1)
    assert plant.clock.now() < START + DAY

    plant.unheard, plant.carrier_busy = 0, False
    if why == "a request of ours":
        working.__exit__(None, None, None)
    await plant.until(lambda: plant.clock.now() >= START + 30 * DAY)
    assert plant.pacemaker.slow_seconds > 0


async def test_held_it_stands_and_quiet_is_told_once_all_is_done(plant: Plant) -> None:
    plant.pacemaker.start()
    plant.unheard = 1
    plant.pacemaker.hold()
    assert not await plant.pacemaker.quiet(0.1)
    plant.unheard = 0
    assert await plant.pacemaker.quiet(60)
