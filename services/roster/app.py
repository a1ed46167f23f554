"""Wiring of the roster service."""

import asyncio
from datetime import timedelta

import structlog

from contracts.schedules import Schedule
from services.roster.handlers import compile_all
from services.roster.settings import RosterSettings
from services.runtime.follow import ValueTable
from services.runtime.shell import Shell

_log = structlog.get_logger()


class RosterService:
    """Compiles shifts whenever a schedule changes, and every hour."""

    def __init__(self, shell: Shell, settings: RosterSettings) -> None:
        self._shell = shell
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._compiling = asyncio.Lock()
        self._started = False

    async def start(self) -> None:
        """Read the schedules, compile them, and keep watch."""
        shell = self._shell
        self._shifts = await shell.bucket("shifts")
        self.schedules = ValueTable(shell.nc, "schedules", Schedule, self._changed)
        await self.schedules.start()
        shell.followers.append(self.schedules.follower.position)
        await shell.ears.start()
        self._started = True
        await self._compile()

    async def stop(self) -> None:
        """Watch no more."""
        self._started = False
        self._shell.clock.forget("roster")
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.schedules.stop()
        await self._shell.ears.stop()

    def _changed(self) -> None:
        if self._started:
            task = asyncio.create_task(self._compile())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _compile(self) -> None:
        with self._shell.activity.work():
            async with self._compiling:
                try:
                    done = await compile_all(
                        self.schedules.values,
                        self._shifts,
                        self._shell.clock.now(),
                        horizon=self._settings.horizon,
                    )
                except Exception as error:
                    _log.error("compile_failed", error=type(error).__name__)
                else:
                    for schedule in done.written:
                        _log.info("shifts_written", schedule=schedule)
                    for schedule in done.failed or {}:
                        _log.error("schedule_broken", schedule=schedule)
        if self._started:
            again = self._shell.clock.now() + timedelta(seconds=self._settings.compile_every_seconds)
            self._shell.clock.wake("roster", again, self._compile)


async def start(shell: Shell, settings: RosterSettings) -> RosterService:
    """Start the roster."""
    service = RosterService(shell, settings)
    await service.start()
    return service
