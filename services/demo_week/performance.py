"""Plays a week from beginning to end, or until it is broken off; what came of it is its report."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import aiohttp
from nats.aio.client import Client
from rich.console import Console

from services.demo_week import setting_up
from services.demo_week.feed import Feed
from services.demo_week.hands import Hands
from services.demo_week.laws import Evidence, judge
from services.demo_week.pace import SLOW, Pacemaker
from services.demo_week.progress import Progress
from services.demo_week.record import Recorded
from services.demo_week.report import Report, report
from services.demo_week.script import Week, week
from services.demo_week.stage import Stage
from services.demo_week.stories import stories
from services.demo_week.watch import Watch
from services.runtime.clock import Clock
from services.runtime.settings import Settings

SLACK = timedelta(seconds=15)
"""Real time within which nothing counts as overdue: three times what the watchdog allows an owner."""
_DRAIN_SECONDS = 60.0
Audit = Callable[[Settings, Client, Clock], Awaitable[list[str]]]
"""Proves the coverage of what is in force: every hole in a sentence."""


class Performance:
    """One week in one folder."""

    def __init__(
        self, folder: Path, *, seed: int, days: float, speed: float, console: Console, audit: Audit
    ) -> None:
        self._week: Week = week(seed, days)
        self._seed, self._days, self._speed = seed, days, speed
        self._console = console
        self._audit = audit
        self._stage = Stage(folder, self._week.cast, self._week.start, speed, seed)
        self._record = Recorded()
        self._stopping = asyncio.Event()
        self._coverage: list[str] = []
        self._slow_seconds = 0.0

    async def run(self) -> Report:
        """Start everything, play, end everything. Raises StageError when something does not start."""
        stage = self._stage
        try:
            await stage.open(self._set_up)
            # From here on a Ctrl-C is no end of the processes, but of the week.
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._stopping.set)
            began = loop.time()
            evidence, complete = await self._play()
            seconds = max(loop.time() - began, 0.001)
        finally:
            await stage.close()
        # After the end of the processes: their last lines are judged, too.
        laws = judge(evidence, _lines(stage.logs))
        return report(
            evidence,
            laws,
            seed=self._seed,
            days=self._days,
            speed=self._speed,
            slow=min(SLOW, self._speed),
            slow_share=min(1.0, self._slow_seconds / seconds),
            real_seconds=seconds,
            complete=complete,
            coverage=self._coverage,
            restarts=stage.restarts,
        )

    async def _set_up(self, nc: Client, clock: Clock) -> None:
        await setting_up.set_up(nc, self._stage.settings, clock, self._week.cast)
        self._coverage = await self._audit(self._stage.settings, nc, clock)

    async def _play(self) -> tuple[Evidence, bool]:
        """Return what there is to judge, and whether the week came to its end."""
        stage, record, clock = self._stage, self._record, self._stage.clock
        nc = await stage.connect()
        progress = Progress(self._console, record, self._week.start, self._week.end)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
            pacemaker = Pacemaker(stage.pace, clock, self._speed, nc, lambda: _is_busy(http, stage))
            watch = Watch(nc, record, pacemaker, progress.hear)
            hands = Hands(http, stage, self._week.cast, self._seed, record, pacemaker)
            shown = asyncio.create_task(progress.show(clock))
            try:
                await watch.start()
                await hands.start()
                pacemaker.start()
                feed = Feed(http, stage, self._week.cast, record, pacemaker)
                complete = await self._until_end(feed)
                # Nothing new becomes due while what is under way ends.
                pacemaker.hold()
                await pacemaker.quiet(_DRAIN_SECONDS)
                await hands.stop()
                await watch.catch_up(_DRAIN_SECONDS)
                now, self._slow_seconds = clock.now(), pacemaker.slow_seconds
            finally:
                shown.cancel()
                await asyncio.gather(
                    shown, pacemaker.stop(), hands.stop(), watch.stop(), return_exceptions=True
                )
                await nc.close()
        found = stories(record.escalations, record.pages)
        return Evidence(self._week, record, found, now, SLACK * self._speed), complete

    async def _until_end(self, feed: Feed) -> bool:
        """Feed until the week is over, or somebody breaks it off; return whether it came to its end."""

        async def play() -> None:
            await feed.run(self._week.happenings)
            await self._stage.clock.sleep((self._week.end - self._stage.clock.now()).total_seconds())

        playing, stopping = asyncio.create_task(play()), asyncio.create_task(self._stopping.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        complete = playing.done()
        for task in (playing, stopping):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await playing
        return complete


async def _is_busy(http: aiohttp.ClientSession, stage: Stage) -> bool:
    """Return whether anything happens at the carrier without the clock moving on."""
    try:
        async with http.get(f"{stage.emulator}/_emu/health", headers=stage.admin_headers) as reply:
            return bool((await reply.json())["busy"])
    except (aiohttp.ClientError, TimeoutError):
        return True


def _lines(files: tuple[Path, ...]) -> Iterator[str]:
    for file in files:
        if file.exists():
            with file.open(encoding="utf-8", errors="replace") as lines:
                yield from lines
