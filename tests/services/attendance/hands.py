"""Hands to run a programme: groups, members, check-ins, time; and eyes to see what comes of it."""

import asyncio
import itertools
import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from contracts.attendance import AttendanceBrief, AttendanceCode, Enrolment, Group, SessionTime
from contracts.commits import BRIEF
from contracts.facts import (
    AbsenceExcused,
    CheckedIn,
    PatientDischarged,
    SessionCancelled,
    SessionPlanned,
    message_id_of,
    subject_of,
)
from contracts.outreach import Outreach
from contracts.people import Patient
from contracts.programme import SignalFollowed
from contracts.schedules import Weekday
from contracts.signals import Signal
from services.attendance import app
from services.attendance.aggregate import RULES
from services.attendance.settings import AttendanceSettings
from services.runtime.aggregates import Aggregates
from services.runtime.clock import SteppedClock
from services.runtime.log import Log
from services.runtime.sealing import Seals
from services.runtime.settings import Settings
from services.runtime.shell import open_shell

ZONE = ZoneInfo("America/New_York")
SEALS = Seals({"k1": b"k" * 32}, {"h1": b"h" * 32})
_OUTREACH = TypeAdapter(Outreach)
STREAMS = ("PROGRAMME", "SIGNALS", "ATTENDANCES", "OUTREACH", "OVERDUE", "PARKED")
BUCKETS = ("groups", "enrolments", "calendars", "patients", "attendance_codes", "site_keys")
"""What the service needs of the table; the whole would take longer to make."""


class Programme:
    """The service under test in a programme; Tuesday 24 November 2026 begins at 06:00 in New York."""

    numbers = itertools.count(1)

    def __init__(self, server, admin, clock=None):
        self.server = server
        self.settings = Settings(var=server.folder, nats_url=server.url)
        self.own = AttendanceSettings()
        self.admin, self.js = admin, admin.jetstream()
        self.clock = clock or SteppedClock(self.wall("06:00"))
        self.service = self.shell = None

    async def start(self):
        self.shell = await open_shell("attendance", self.settings, self.clock, SEALS)
        self.service = await app.start(self.shell, self.own)
        await self.settle()

    async def stop(self):
        if self.service is not None:
            await self.service.stop()
            await self.shell.close()
            self.service = None

    # -- time ---------------------------------------------------------------------------------

    def wall(self, text):
        day, _, clock = text.rpartition(" ")
        local = datetime.fromisoformat(f"{day or '2026-11-24'}T{clock}")
        return local.replace(tzinfo=ZONE).astimezone(UTC)

    async def until(self, text):
        target = self.wall(text)
        await self.settle()
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            await self.clock.step(wake)
            await self.settle()
        await self.clock.step(target)
        await self.settle()

    async def settle(self):
        quiet = 0
        async with asyncio.timeout(60):
            while quiet < 2:
                if (wake := self.clock.next_wake()) is not None and wake <= self.clock.now():
                    await self.clock.step(self.clock.now())
                begun = self.shell.activity.begun
                busy = self.shell.activity.now > 0 or not await self._drained()
                await asyncio.sleep(0.003)
                quiet = quiet + 1 if not busy and begun == self.shell.activity.begun else 0

    async def _drained(self):
        for stream, durable in (("PROGRAMME", "attendance_facts"), ("OVERDUE", "attendance_overdue")):
            info = await self.js.consumer_info(stream, durable)
            if info.num_pending or info.num_ack_pending:
                return False
        for stream, seen in (position() for position in self.shell.followers):
            if (await self.js.stream_info(stream)).state.last_seq > seen:
                return False
        return True

    # -- acting -------------------------------------------------------------------------------

    async def group(self, name="iop", start="09:00", **more):
        rule = SessionTime(days=tuple(Weekday), start=time.fromisoformat(start), minutes=180)
        await self.put("groups", name, Group(id=name, times=(rule,), **more))

    async def member(self, patient, group="iop", record=True, reminders=False, last_on=None, **risk):
        if record:
            await self.put("patients", patient, Patient(id=patient, **risk))
        enrolment = Enrolment(group=group, patient=patient, reminders=reminders, last_on=last_on)
        await self.put("enrolments", f"{group}.{patient}", enrolment)

    async def put(self, bucket, key, value):
        store = await self.js.key_value(bucket)
        await store.put(key, value if isinstance(value, bytes) else value.model_dump_json().encode())
        if self.service is not None:
            await self.settle()

    async def drop(self, bucket, key):
        await (await self.js.key_value(bucket)).delete(key)
        await self.settle()

    async def fact(self, kind, patient, settle=True, **fields):
        now = self.clock.now()
        known = {"at": now, "received_at": now, "source": "ehr", "document": f"d{next(self.numbers)}"}
        fact = kind(patient=patient, **(known | fields))
        await self.js.publish(
            subject_of(fact), fact.model_dump_json().encode(), headers={"Nats-Msg-Id": message_id_of(fact)}
        )
        if settle and self.service is not None:
            await self.settle()
        return fact

    async def check_in(self, patient, **fields):
        return await self.fact(CheckedIn, patient, **fields)

    async def excuse(self, patient, on=date(2026, 11, 24), **fields):
        return await self.fact(AbsenceExcused, patient, on=on, **fields)

    async def discharge(self, patient, left, on=date(2026, 11, 24)):
        return await self.fact(PatientDischarged, patient, left=left, on=on)

    async def plan(self, patient, session, start, minutes=60, **fields):
        begin = self.wall(start)
        end = begin + timedelta(minutes=minutes)
        return await self.fact(
            SessionPlanned, patient, session=session, starts_at=begin, ends_at=end, **fields
        )

    async def cancel(self, patient, session, **fields):
        return await self.fact(SessionCancelled, patient, session=session, **fields)

    async def overdue(self, session, patient):
        about = json.dumps({"subject": f"attendances.{session}.{patient}"}).encode()
        await self.js.publish("overdue.ATTENDANCES", about)
        await self.settle()

    def aggregates(self):
        """Return aggregates without deadlines: what a copy that dies at once would do."""
        return Aggregates(Log(self.admin, "ATTENDANCES"), RULES, self.clock)

    # -- seeing -------------------------------------------------------------------------------

    async def stored(self, stream):
        info = await self.js.stream_info(stream)
        found = []
        for sequence in range(max(1, info.state.first_seq), info.state.last_seq + 1):
            found.append(await self.js.get_msg(stream, sequence))
        return found

    async def signals(self):
        return [Signal.model_validate_json(one.data) for one in await self.stored("SIGNALS")]

    async def missed(self):
        return {
            one.patient: (str(one.urgency), *one.tags)
            for one in await self.signals()
            if one.kind == "session_missed"
        }

    async def faults(self):
        return [one for one in await self.signals() if one.kind == "system_fault"]

    async def outreach(self):
        return [_OUTREACH.validate_json(one.data) for one in await self.stored("OUTREACH")]

    async def followed(self):
        return [
            SignalFollowed.model_validate_json(one.data)
            for one in await self.stored("PROGRAMME")
            if one.subject.startswith("programme.signal_followed.")
        ]

    async def statuses(self, session="iop-20261124-0900"):
        found = {}
        for one in await self.stored("ATTENDANCES"):
            _, its, patient = one.subject.split(".")
            if its == session:
                found[patient] = AttendanceBrief.model_validate_json(one.headers[BRIEF]).status.value
        return found

    async def kinds(self, patient, session="iop-20261124-0900"):
        return [
            event["type"].removeprefix("attendance_")
            for one in await self.stored("ATTENDANCES")
            if one.subject == f"attendances.{session}.{patient}"
            for event in json.loads(one.data)["events"]
        ]

    async def code(self, session="iop-20261124-0900"):
        entry = await (await self.js.key_value("attendance_codes")).get(session)
        return AttendanceCode.model_validate_json(entry.value)
