"""The timetable as the buckets hold it: groups, enrolments, holidays."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from nats.aio.client import Client

from contracts.attendance import AttendanceCode, Enrolment, Group
from contracts.schedules import Calendar
from services.attendance.core import timetable
from services.attendance.core.limits import Limits
from services.attendance.core.timetable import Planned
from services.runtime.follow import ValueTable


class Tables:
    """The buckets in memory; `on_change` tells of every change of the timetable."""

    def __init__(self, nc: Client, on_change: Callable[[], None], limits: Limits) -> None:
        self._limits = limits
        self._on_change = on_change
        self._members: dict[str, list[Enrolment]] | None = None
        self.groups = ValueTable(nc, "groups", Group, self._changed)
        self.enrolments = ValueTable(nc, "enrolments", Enrolment, self._changed)
        self.calendars = ValueTable(nc, "calendars", Calendar, self._changed)
        self.codes = ValueTable(nc, "attendance_codes", AttendanceCode)

    def enrolments_of(self, patient: str) -> tuple[Enrolment, ...]:
        """Return every enrolment of a patient."""
        if self._members is None:
            self._members = {}
            for one in self.enrolments.values.values():
                self._members.setdefault(one.patient, []).append(one)
        return tuple(self._members.get(patient, ()))

    def expected(self, start: datetime, end: datetime) -> dict[tuple[str, str], Planned]:
        """Return who is expected where from `start` until before `end`."""
        return self._expected(self.enrolments.values.values(), start, end)

    def expected_of(self, patient: str, start: datetime, end: datetime) -> tuple[Planned, ...]:
        """Return where a patient is expected from `start` until before `end`."""
        return tuple(self._expected(self.enrolments_of(patient), start, end).values())

    def expectation(self, session: str, patient: str, near: datetime) -> Planned | None:
        """Return what the timetable says of a patient at a session that begins within two days of `near`."""
        around = self.expected_of(patient, near - timedelta(days=2), near + timedelta(days=2))
        return next((one for one in around if one.session == session), None)

    def off(self, start: datetime, end: datetime) -> dict[str, str]:
        """Return session -> why it does not take place, as AttendanceCancelled says it."""
        found = {}
        for group in self.groups.values.values():
            calendar = self.calendars.values.get(group.calendar or "")
            for session in timetable.sessions(group, calendar, start, end):
                if session.off:
                    found[session.id] = session.off
        return found

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """Return (bucket, key) of what can't be read; what was read of it before still holds."""
        found = {
            "groups": self.groups.unreadable,
            "enrolments": self.enrolments.unreadable,
            "calendars": self.calendars.unreadable,
        }
        return tuple((name, key) for name, keys in found.items() for key in sorted(keys))

    def all(self) -> tuple[ValueTable[Any], ...]:
        """Return every table."""
        return self.groups, self.enrolments, self.calendars, self.codes

    async def start(self) -> None:
        """Read everything there is."""
        for table in self.all():
            await table.start()

    async def stop(self) -> None:
        """Follow no more."""
        for table in reversed(self.all()):
            await table.stop()

    def _expected(
        self, enrolments: Iterable[Enrolment], start: datetime, end: datetime
    ) -> dict[tuple[str, str], Planned]:
        held = tuple(enrolments)
        names = {one.group for one in held}
        groups = {name: group for name, group in self.groups.values.items() if name in names}
        return timetable.expected(groups, held, self.calendars.values, self._limits, start, end)

    def _changed(self) -> None:
        self._members = None
        self._on_change()
