"""The watchdog as a process of its own: whatever dies, hangs or is cut off, an ops phone hears of it."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.carrier_emulator.phones import Phone
from services.process import APPS
from services.watchdog import app
from services.watchdog.settings import WatchdogSettings
from tests.support.plant import Copy, Plant
from tests.support.world import LINE, SID, TOKEN, World
from tests.support.world import world as open_world

pytestmark = pytest.mark.kill
OPS = "+12025550199"
SHORT = {
    "VIGIL_OPS_PHONES": OPS,
    "VIGIL_WATCHDOG_LOOK_SECONDS": "0.2",
    "VIGIL_WATCHDOG_GRACE_SECONDS": "0.6",
    "VIGIL_WATCHDOG_TELL_SECONDS": "1.5",
    "VIGIL_WATCHDOG_NATS_SECONDS": "1.5",
}


class Watched(Plant):
    """A plant, and the watchdog beside it."""

    async def open(self, copies: int = 1) -> None:
        await super().open(copies)
        self.watchdog = Copy(
            self.environment | SHORT, self.folder / "watchdog.log", (), module="services.watchdog"
        )
        await self.watchdog.start()
        await until(lambda: self.heartbeat.exists(), "the heart beats once all is known")

    async def close(self) -> None:
        await self.watchdog.kill()
        await super().close()

    @property
    def heartbeat(self) -> Path:
        return self.folder / "var" / "heartbeat"

    @property
    def ops(self) -> Phone:
        return self.emulator.phone(OPS)

    def told(self, *words: str) -> bool:
        """Whether ops were sent a text with all these words."""
        return any(all(word in text.body for word in words) for text in self.ops.inbox)

    def beat_at(self) -> datetime:
        return datetime.fromisoformat(self.heartbeat.read_text().strip())


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Watched]:
    """One copy of everything; a step waits 1 s, so that an open escalation is soon due."""
    made = Watched(tmp_path, wait=1)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Every service: the watchdog misses one that doesn't run."""
    async with open_world(tmp_path, services=tuple(APPS)) as opened:
        yield opened


async def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until it is true."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, what
        await asyncio.sleep(0.05)


async def test_all_well_then_hung_then_well_again(plant: Watched) -> None:
    """A quiet night: the file is touched, no text. Then SIGSTOP: a text though nothing was open."""
    before = plant.beat_at()
    await until(lambda: plant.beat_at() > before, "the file is touched again and again")
    await asyncio.sleep(2)
    assert plant.ops.inbox == []

    plant.copies[0].freeze(True)
    await until(lambda: plant.told("handles nothing"), "hung services are told")
    stopped = plant.beat_at()
    await asyncio.sleep(0.6)
    assert plant.beat_at() == stopped, "the heart stands still"

    plant.copies[0].freeze(False)
    await until(lambda: plant.beat_at() > stopped, "the heart beats again")


async def test_killed_services_with_a_page_open_are_told_as_overdue(plant: Watched) -> None:
    """A signal, a page, kill -9, and nobody starts them again."""
    assert await plant.signal("w1", 1)
    await plant.until_paged({"w1"})
    await plant.copies[0].kill()

    await until(lambda: plant.told("escalation", "Look at:"), "ops hear that nobody acts")
    assert plant.beat_at() < datetime.now(UTC) - timedelta(seconds=1)


async def test_nats_killed_for_good_is_told(plant: Watched) -> None:
    """kill -9 of nats-server: the text needs nothing of it."""
    assert plant.ops.inbox == []
    plant.server.kill()
    await until(lambda: plant.told("NATS does not answer"), "ops hear that NATS is gone")


async def test_cut_off_by_a_wrong_password_is_told_and_the_right_one_ends_it(plant: Watched) -> None:
    """NATS runs, but no longer lets the watchdog in."""
    secrets = plant.settings.secrets_file()
    right = json.loads(secrets.read_text())
    await asyncio.to_thread(lambda: secrets.write_text(json.dumps(right | {"watchdog": "another"})))
    plant.server.kill()
    await plant.server.start()
    await plant.until_ready()

    await until(lambda: plant.told("NATS does not answer"), "ops hear that it can't see")

    await asyncio.to_thread(lambda: secrets.write_text(json.dumps(right)))
    plant.server.kill()
    await plant.server.start()
    stopped = plant.beat_at()
    await until(lambda: plant.beat_at() > stopped, "let in again, it sees again")


async def test_a_watchdog_that_was_asked_to_end_does(plant: Watched) -> None:
    """SIGTERM ends it within moments, without a text."""
    process = plant.watchdog.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        assert await process.wait() == 0
    assert plant.ops.inbox == []


async def test_a_lost_deadline_is_repaired_by_its_owner_without_a_text(world: World) -> None:
    """03:13 nobody wakes escalation; `overdue` says look again; ben is paged seconds late, ops sleep."""
    own = WatchdogSettings(
        ops_phones=OPS,
        staff_number=LINE,
        twilio_account_sid=SID,
        twilio_auth_token=TOKEN,
        carrier_url=world.emulator.base_url,
    )
    watchdog = await app.start(world.settings, own, world.clock, world.vigil.activity)
    try:
        async with asyncio.timeout(30):
            while not await watchdog.view.answers():
                await asyncio.sleep(0.01)
        await world.signal("screen_positive", "imminent", "rivera")
        await world.later(seconds=2)
        world.texts("ben")
        world.clock.forget("ESCALATIONS")

        await world.until("03:13:02")
        assert world.texts("ben") == [], "the deadline is lost"
        await world.until("03:13:12")
        assert len(world.texts("ben")) == 1
        await world.until("03:14")
        assert world.emulator.phone(OPS).inbox == []
        assert await world.due() > world.clock.now() - timedelta(seconds=1)  # type: ignore[operator]
    finally:
        await watchdog.stop()
