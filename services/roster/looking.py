"""The roster's one look: compile, then gaps, handoffs, swaps and codes; again at each change and moment.

Nothing polls: between changes it looks when something is due, and when the compiled window has moved
by so much that it is written again. Shifts that somebody else wrote (another copy, the command line)
are compared with what was compiled here, for they may come from an older reading. A look that fails
is made again soon, and what fails in one part stops none of the others.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from nats.js.kv import KeyValue

from services.roster import core, telling
from services.roster.gap_notices import GapNotices
from services.roster.handing_over import HandingOver
from services.roster.handlers import Compiled, compile_all
from services.roster.settings import RosterSettings
from services.roster.swapping import Swapping
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.roster.verifying import Verifying
from services.runtime.logging import where
from services.runtime.one_look import OneLook
from services.runtime.shell import Shell

_log = structlog.get_logger()
_AFTER_TROUBLE = timedelta(seconds=60)
_TOLD_AGAIN = timedelta(hours=1)
"""How often a schedule that can't be compiled is tried, and told, again."""
_OTHERS_SHIFTS = timedelta(seconds=10)
"""How soon others' shifts are mended. Two copies of different versions may disagree: no race of theirs."""
_NAME = "roster"


class Looking:
    """Looks whenever something changed, and when something is due."""

    def __init__(
        self,
        shell: Shell,
        settings: RosterSettings,
        tables: Tables,
        shifts: KeyValue,
        telling_: Telling,
        gaps: GapNotices,
        handing_over: HandingOver,
        swapping: Swapping,
        verifying: Verifying,
    ) -> None:
        self._shell = shell
        self._settings = settings
        self._tables = tables
        self._shifts = shifts
        self._telling = telling_
        self._gaps = gaps
        self._handing_over = handing_over
        self._swapping = swapping
        self._verifying = verifying
        self._looks = OneLook(_NAME, shell.clock, shell.activity, self._look)
        self._compiled = Compiled()
        self._compile_at: datetime | None = None
        self._compiling = False
        self._written_elsewhere = False

    async def start(self) -> None:
        """Look once, and go on looking."""
        await self._looks.start()

    async def stop(self) -> None:
        """Look no more; a look under way ends first."""
        await self._looks.stop()

    def roster_changed(self) -> None:
        """What shifts are compiled from changed."""
        self._compile_at = None
        self._handing_over.roster_changed()
        self.people_changed()

    def shifts_changed(self) -> None:
        """Compiled shifts were written or removed; what this copy writes itself is no news."""
        if not self._compiling:
            self._written_elsewhere = True
            self.people_changed()

    def people_changed(self) -> None:
        """What is looked at changed. However much changes at once, one look sees all of it."""
        self._looks.changed()

    async def _look(self) -> datetime:
        now = self._shell.clock.now()
        moments = [await self._part(part, now) for part in self._parts()]
        due = min([moment for moment in moments if moment is not None], default=now + _AFTER_TROUBLE)
        return max(due, now + timedelta(seconds=1))

    def _parts(self) -> tuple[Callable[[datetime], Awaitable[datetime | None]], ...]:
        # The order matters: who stays on as well stands in the shifts before anybody is told.
        return (
            self._prepare_handoffs,
            self._compile,
            self._tell_handoffs,
            self._find_gaps,
            self._tell_swaps,
            self._ask_for_codes,
        )

    async def _part(
        self, part: Callable[[datetime], Awaitable[datetime | None]], now: datetime
    ) -> datetime | None:
        try:
            return await part(now)
        except Exception as error:
            _log.error("look_failed", part=part.__name__, error=type(error).__name__, where=where(error))
            return now + _AFTER_TROUBLE

    async def _prepare_handoffs(self, now: datetime) -> None:
        await self._tables.handoffs.follower.catch_up()
        await self._handing_over.prepare(now)

    async def _tell_handoffs(self, now: datetime) -> datetime | None:
        return await self._handing_over.tell(now)

    async def _compile(self, now: datetime) -> datetime:
        await self._tables.handoffs.follower.catch_up()
        if self._compile_at is None or self._compile_at <= now:
            return await self._compile_now(now)
        if self._written_elsewhere and self._differs():
            self._compile_at = min(self._compile_at, now + _OTHERS_SHIFTS)
        self._written_elsewhere = False
        return self._compile_at

    async def _compile_now(self, now: datetime) -> datetime:
        # A change that comes while it compiles clears this again.
        self._compile_at = again = now + timedelta(seconds=self._settings.compile_every_seconds)
        self._compiling, self._written_elsewhere = True, False
        try:
            await self._write_shifts(now)
        except Exception:
            self._compile_at = None
            raise
        finally:
            self._compiling = False
        if self._compiled.failed:
            again = min(again, now + _TOLD_AGAIN)
        if self._differs():
            again = min(again, now + _OTHERS_SHIFTS)
        if self._compile_at is not None:
            self._compile_at = again
        return again

    async def _write_shifts(self, now: datetime) -> None:
        tables = self._tables
        done = await compile_all(
            tables.schedules.values,
            self._shifts,
            now,
            horizon=self._settings.horizon,
            calendars=tables.calendars.values,
            leaves=tables.leaves.values,
            swaps=tables.swaps.values,
            handoffs=tables.handoffs.values,
        )
        failed = {name: "Unreadable" for name in sorted(tables.schedules.unreadable)} | dict(done.failed)
        self._compiled = dataclasses.replace(done, failed=failed)
        for schedule in done.written:
            _log.info("shifts_written", schedule=schedule)
        for schedule, reason in failed.items():
            _log.error("schedule_broken", schedule=schedule)
            await self._telling.faults([telling.of_failure(schedule, reason, now)])
        await self._telling.faults(telling.of_unreadable(*what, now) for what in tables.unreadable())
        await tables.shifts.follower.catch_up()

    def _differs(self) -> bool:
        """Whether any shifts stand otherwise than they were compiled here last."""
        stored = self._tables.shifts.values
        return any(core.worth_writing(stored.get(name), one) for name, one in self._compiled.shifts.items())

    async def _find_gaps(self, now: datetime) -> datetime | None:
        return await self._gaps.look(now, self._compiled.failed)

    async def _tell_swaps(self, now: datetime) -> None:
        await self._swapping.look(now)

    async def _ask_for_codes(self, now: datetime) -> datetime | None:
        # What was asked a moment ago must not be asked again.
        await self._tables.verifications.follower.catch_up()
        until = now + self._settings.gaps_ahead
        on = {
            shift.person
            for shifts in self._tables.shifts.values.values()
            for shift in shifts.shifts
            if now < shift.end and shift.start < until
        }
        return await self._verifying.look(on, now)
