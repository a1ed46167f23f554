"""Wires attendance."""

import asyncio
from dataclasses import dataclass

import nats.errors
import structlog

from services.attendance.aggregate import RULES, Attendances
from services.attendance.handlers import Handlers
from services.attendance.looking import Looking
from services.attendance.patients import Patients
from services.attendance.planning import Planning
from services.attendance.register import Register
from services.attendance.settings import AttendanceSettings
from services.attendance.tables import Tables
from services.runtime.aggregates import Aggregates
from services.runtime.deadlines import DueIndex
from services.runtime.log import Log
from services.runtime.parking import ParkedRetries
from services.runtime.shell import Running, Shell

_log = structlog.get_logger()
_DURABLE = "attendance_facts"
_DRAINED_WITHIN = 30.0
"""Real seconds. After an outage check-ins wait: nobody is judged before they were heard, or this passed."""


@dataclass
class AttendanceService:
    """A started attendance."""

    shell: Shell
    attendances: Attendances
    index: DueIndex
    register: Register
    tables: Tables
    planning: Planning
    parked: ParkedRetries
    judging: asyncio.Task[None]

    async def stop(self) -> None:
        """End it; what is under way ends first."""
        self.judging.cancel()
        await asyncio.gather(self.judging, return_exceptions=True)
        await self.parked.stop()
        await self.planning.stop()
        await self.shell.ears.stop()
        await self.index.stop()
        await self.register.follower.stop()
        await self.tables.stop()


async def start(shell: Shell, settings: AttendanceSettings) -> Running:
    """Start attendance; raises Unavailable when NATS does not answer."""

    async def look(subject: str) -> None:
        await looking.look(subject)

    limits = settings.limits
    index = DueIndex("attendances", shell.clock, look, shell.activity)
    attendances: Attendances = Aggregates(Log(shell.nc, RULES.stream), RULES, shell.clock, index)
    register = Register(shell.nc, index)
    attendances.on_commit = register.committed
    tables = Tables(shell.nc, lambda: planning.changed(), limits)
    patients = Patients(await shell.bucket("patients"))
    planning = Planning(
        shell, settings, tables, register, attendances, await shell.bucket("attendance_codes")
    )
    looking = Looking(shell.nc, attendances, register, patients, limits, shell.clock)
    handlers = Handlers(
        attendances,
        register,
        tables,
        await shell.bucket("enrolments"),
        looking,
        settings,
        shell.clock,
    )
    await tables.start()
    await register.follower.start()
    shell.followers.append(register.follower.position)
    shell.followers += [table.follower.position for table in tables.all()]
    await planning.start()
    shell.ears.hear(_DURABLE, handlers.on_fact)
    shell.ears.hear("attendance_overdue", handlers.look_again)
    await shell.ears.start()
    judging = asyncio.create_task(_judge_when_heard(shell, index))
    parked = ParkedRetries(shell)
    await parked.start()
    return AttendanceService(shell, attendances, index, register, tables, planning, parked, judging)


async def _judge_when_heard(shell: Shell, index: DueIndex) -> None:
    """Let the deadlines act once the check-ins that were waiting are heard."""
    with shell.activity.work():
        try:
            async with asyncio.timeout(_DRAINED_WITHIN):
                while await _waiting(shell):  # noqa: ASYNC110  # asked of the server, nobody tells
                    await asyncio.sleep(0.05)
        except TimeoutError:
            _log.warning("judging_before_all_was_heard")
        index.start()


async def _waiting(shell: Shell) -> bool:
    try:
        info = await shell.nc.jetstream(timeout=2).consumer_info("PROGRAMME", _DURABLE)
    except (nats.errors.Error, OSError):
        return True
    return bool(info.num_pending) or bool(info.num_ack_pending)
