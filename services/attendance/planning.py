"""From the timetable to expected attendances: at every change of it, and every hour.

What is cancelled, moved or left is taken back the same way. A group or enrolment that can't be read
changes nothing: what was planned from it before still stands, and ops are told.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta

import structlog
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue

from contracts.attendance import AttendanceBrief, AttendanceStatus, subject_of
from contracts.facts import Modality
from services.attendance.aggregate import Attendances
from services.attendance.core import codes, decide, messages, timetable
from services.attendance.core.timetable import Planned
from services.attendance.register import Register
from services.attendance.settings import AttendanceSettings
from services.attendance.tables import Tables
from services.runtime.buckets import written
from services.runtime.log import publish_fact
from services.runtime.logging import where
from services.runtime.one_look import OneLook
from services.runtime.shell import Shell

_log = structlog.get_logger()
_NAME = "attendance"
_BACK = timedelta(hours=24)
"""So far back it still sees to it that nobody was forgotten, and takes in what was cancelled afterwards."""
_AFTER_TROUBLE = timedelta(seconds=30)
_SOON = timedelta(seconds=60)
_AT_ONCE = 32


class Planning:
    """Keeps the expected attendances as the timetable has them."""

    def __init__(
        self,
        shell: Shell,
        settings: AttendanceSettings,
        tables: Tables,
        register: Register,
        attendances: Attendances,
        codes_bucket: KeyValue,
    ) -> None:
        self._shell = shell
        self._settings = settings
        self._tables = tables
        self._register = register
        self._attendances = attendances
        self._codes = codes_bucket
        self._looks = OneLook(_NAME, shell.clock, shell.activity, self._look)

    async def start(self) -> None:
        """Look once, and go on looking."""
        await self._looks.start()

    async def stop(self) -> None:
        """Look no more; a look under way ends first."""
        await self._looks.stop()

    def changed(self) -> None:
        """The timetable changed. However much changes at once, one look sees all of it."""
        self._looks.changed()

    async def _look(self) -> datetime | None:
        now = self._shell.clock.now()
        again = now + timedelta(seconds=self._settings.expand_every_seconds)
        for part in (self._plan, self._take_back, self._put_codes, self._tell_unreadable):
            try:
                await part(now)
            except Exception as error:
                # What fails stops none of the others; soon it is tried again.
                _log.error("plan_failed", part=part.__name__, error=type(error).__name__, where=where(error))
                again = now + _AFTER_TROUBLE
        anything = self._tables.groups.values or any(self._register.all()) or again < now + _SOON
        return again if anything else None

    async def _plan(self, now: datetime) -> None:
        wanted = self._tables.expected(now - _BACK, now + self._settings.ahead)
        await self._all(self._planned(one, now) for one in wanted.values() if self._is_news(one, now))

    def _is_news(self, one: Planned, now: datetime) -> bool:
        brief = self._register.of(one.session, one.patient)
        if brief is None or brief.status in (AttendanceStatus.UNKNOWN, AttendanceStatus.CANCELLED):
            by_source = brief is not None and brief.cancelled == "source"
            # Not what had begun before anybody knew of it: it can't have been missed.
            return not by_source and one.starts_at >= (one.since or now)
        if brief.group is None and brief.starts_at is not None:
            # The source planned it for this patient itself, and knows better.
            return False
        known = (brief.starts_at, brief.ends_at, brief.grace_minutes, brief.remind_at)
        return known != (one.starts_at, one.ends_at, one.grace_minutes, one.remind_at)

    async def _planned(self, one: Planned, now: datetime) -> None:
        fresh = self._register.of(one.session, one.patient) is None
        await self._attendances.decide(
            subject_of(one.session, one.patient),
            f"plan:{one.starts_at.isoformat()}",
            lambda state, at: decide.plan(state, one, at),
            seems_new=fresh,
        )

    async def _take_back(self, now: datetime) -> None:
        """Cancel what is expected, and no longer stands in the timetable."""
        start, end = now - _BACK, now + self._settings.ahead
        wanted = self._tables.expected(start, end)
        off = self._tables.off(start - timedelta(days=2), end + timedelta(days=2))
        unread = set(self._tables.unreadable())
        gone = [
            (session, patient, why)
            for session, patient, brief in self._register.all()
            if self._is_planned_here(brief, start, end)
            and (session, patient) not in wanted
            and not {("groups", brief.group), ("enrolments", f"{brief.group}.{patient}")} & unread
            and (why := self._why(session, patient, brief, off, now))
        ]
        await self._all(self._cancelled(*one) for one in gone)

    @staticmethod
    def _is_planned_here(brief: AttendanceBrief, start: datetime, end: datetime) -> bool:
        if brief.group is None or brief.starts_at is None or not start <= brief.starts_at < end:
            return False
        return brief.status in (
            AttendanceStatus.EXPECTED,
            AttendanceStatus.HELD_BACK,
            AttendanceStatus.MISSED,
        )

    def _why(
        self, session: str, patient: str, brief: AttendanceBrief, off: dict[str, str], now: datetime
    ) -> timetable.Why | None:
        """Return why they are not expected there; None: that is no reason for one that has begun."""
        enrolled = (one.group for one in self._tables.enrolments_of(patient))
        why = timetable.why_not(session, brief.group or "", self._tables.groups.values, off, enrolled)
        begun = brief.starts_at is not None and brief.starts_at <= now
        if not begun or session in off:
            return why
        # A rule that was rewritten is no word about a session that has begun: they stay expected there.
        return why if brief.status is not AttendanceStatus.MISSED and why == "not_enrolled" else None

    async def _cancelled(self, session: str, patient: str, why: timetable.Why) -> None:
        await self._attendances.decide(
            subject_of(session, patient),
            f"cancel:{why}",
            lambda state, at: decide.cancel(state, why, at),
        )

    async def _put_codes(self, now: datetime) -> None:
        await self._tables.codes.follower.catch_up()
        stored = self._tables.codes.values
        early = self._settings.limits.early
        wanted = codes.wanted(self._register.all(), self._keyed, now, self._settings.ahead, early)
        for session, code in wanted.items():
            if stored.get(session) != code:
                await written(self._codes.put(session, code.model_dump_json().encode()))
        for session in set(stored) - set(wanted):
            try:
                await self._codes.delete(session)
            except KeyNotFoundError:
                continue

    def _keyed(self, session: str) -> str:
        return self._shell.seals.alias("attendance-code", session).rpartition("-")[2]

    async def _tell_unreadable(self, now: datetime) -> None:
        for bucket, key in self._tables.unreadable():
            signal = messages.system_fault(
                f"unreadable/{bucket}/{key}/{now:%Y%m%dT%H}",
                f"{key} in the bucket {bucket} can't be read: its sessions stay as they were planned last. "
                "Write it anew (`vigil sessions load`).",
                now,
            )
            await publish_fact(
                self._shell.nc, f"signals.{signal.kind}", signal.model_dump_json().encode(), signal.id
            )

    async def _all(self, works: Iterable[Awaitable[None]]) -> None:
        """Do all, some at a time; then raise what failed first."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(work: Awaitable[None]) -> None:
            async with slots:
                await work

        done = await asyncio.gather(*(one(work) for work in works), return_exceptions=True)
        failed = [error for error in done if isinstance(error, BaseException)]
        if failed:
            raise failed[0]


def alone(
    session: str,
    patient: str,
    times: tuple[datetime, datetime],
    settings: AttendanceSettings,
    *,
    site: str,
    modality: Modality,
    reminded: bool,
) -> Planned:
    """Return the expectation of a session of one patient alone."""
    ahead = timedelta(minutes=settings.reminder_minutes)
    return Planned(
        session=session,
        patient=patient,
        starts_at=times[0],
        ends_at=times[1],
        grace_minutes=settings.grace_minutes,
        remind_at=times[0] - ahead if reminded else None,
        site=site,
        zone=settings.zone,
        modality=modality,
    )
