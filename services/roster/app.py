"""Wiring of the roster service."""

import asyncio
from datetime import timedelta

import structlog

from contracts.people import Person
from contracts.schedules import Schedule, Shifts
from contracts.signals import Signal
from services.roster import core, telling
from services.roster.handlers import compile_all
from services.roster.settings import RosterSettings
from services.runtime.consume import Message
from services.runtime.follow import ValueTable
from services.runtime.log import publish_fact
from services.runtime.logging import where
from services.runtime.shell import Shell

_log = structlog.get_logger()


class RosterService:
    """Compiles shifts whenever a schedule changes and every hour, and tells ops of what is wrong then."""

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
        self.people = ValueTable(shell.nc, "people", Person)
        self.shifts = ValueTable(shell.nc, "shifts", Shifts)
        self.schedules = ValueTable(shell.nc, "schedules", Schedule, self._changed)
        for table in (self.people, self.shifts, self.schedules):
            await table.start()
            shell.followers.append(table.follower.position)
        shell.ears.hear("roster_pages", self._on_page)
        await shell.ears.start()
        self._started = True
        await self._compile()

    async def stop(self) -> None:
        """Watch no more."""
        self._started = False
        self._shell.clock.forget("roster")
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for table in (self.schedules, self.shifts, self.people):
            await table.stop()
        await self._shell.ears.stop()

    async def _on_page(self, message: Message) -> None:
        """Learn from a page which phones fail, and what was answered to notices."""

    def _changed(self) -> None:
        if self._started:
            task = asyncio.create_task(self._compile())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _compile(self) -> None:
        with self._shell.activity.work():
            async with self._compiling:
                try:
                    await self._compile_and_tell()
                except Exception as error:
                    _log.error("compile_failed", error=type(error).__name__, where=where(error))
        if self._started:
            again = self._shell.clock.now() + timedelta(seconds=self._settings.compile_every_seconds)
            self._shell.clock.wake("roster", again, self._compile)

    async def _compile_and_tell(self) -> None:
        now = self._shell.clock.now()
        done = await compile_all(self.schedules.values, self._shifts, now, horizon=self._settings.horizon)
        for schedule in done.written:
            _log.info("shifts_written", schedule=schedule)
        for schedule, reason in done.failed.items():
            _log.error("schedule_broken", schedule=schedule)
            await self._tell(telling.of_failure(schedule, reason, now))
        await self.shifts.follower.catch_up()
        for name in self.schedules.values:
            if (shifts := self.shifts.values.get(name)) is not None:
                gaps = core.gaps(shifts, self.people.values, now, now + telling.AHEAD)
                for fault in telling.of_gaps(gaps, now):
                    await self._tell(fault)

    async def _tell(self, fault: Signal) -> None:
        data = fault.model_dump_json().encode()
        if await publish_fact(self._shell.nc, f"signals.{fault.kind}", data, fault.id):
            _log.warning("roster_fault", fault=fault.id)


async def start(shell: Shell, settings: RosterSettings) -> RosterService:
    """Start the roster."""
    service = RosterService(shell, settings)
    await service.start()
    return service
