"""What the programme reports, brought to the attendances it is about. Decides nothing: `core` does."""

import json
from datetime import date, datetime, timedelta

import structlog
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue
from pydantic import TypeAdapter

from contracts.attendance import AttendanceBrief, AttendanceStatus, Enrolment, subject_of
from contracts.facts import (
    AbsenceExcused,
    CheckedIn,
    CheckInUndone,
    Fact,
    PatientDischarged,
    SessionCancelled,
    SessionPlanned,
)
from contracts.programme import PatientLinked
from services.attendance.aggregate import Attendances
from services.attendance.core import decide, placing
from services.attendance.core.decide import Word
from services.attendance.core.timetable import Planned
from services.attendance.looking import Looking, word_of
from services.attendance.planning import alone
from services.attendance.register import Register
from services.attendance.settings import AttendanceSettings
from services.attendance.tables import Tables
from services.runtime.buckets import asked, written
from services.runtime.clock import Clock
from services.runtime.consume import Message
from services.runtime.in_turn import in_turn
from services.runtime.log import Unavailable

_log = structlog.get_logger()
_FACTS: TypeAdapter[Fact] = TypeAdapter(Fact)
_TRIES = 5
_AROUND = timedelta(days=1)
_STILL_OPEN = (AttendanceStatus.EXPECTED, AttendanceStatus.HELD_BACK)


class Handlers:
    """One method per durable. Each may hear the same message again, and in any order."""

    def __init__(
        self,
        attendances: Attendances,
        register: Register,
        tables: Tables,
        enrolments: KeyValue,
        looking: Looking,
        settings: AttendanceSettings,
        clock: Clock,
    ) -> None:
        self._attendances = attendances
        self._register = register
        self._tables = tables
        self._enrolments = enrolments
        self._looking = looking
        self._settings = settings
        self._clock = clock

    async def on_fact(self, message: Message) -> None:
        """The programme reported something, or two patients turned out to be one."""
        if message.subject.startswith("programme.patient_linked."):
            await self._linked(PatientLinked.model_validate_json(message.data))
            return
        fact = _FACTS.validate_json(message.data)
        match fact:
            case SessionPlanned():
                await self._planned(fact)
            case SessionCancelled():
                await self._attendances.decide(
                    subject_of(fact.session, fact.patient),
                    _cause(fact),
                    lambda state, now: decide.cancel(state, "source", now, fact.received_at),
                )
            case CheckedIn():
                await self._checked_in(fact)
            case CheckInUndone():
                await self._taken_back(fact)
            case AbsenceExcused():
                await self._excused(fact)
            case PatientDischarged():
                await self._discharged(fact)
            case _:
                return

    async def look_again(self, message: Message) -> None:
        """The watchdog found it overdue: do what is due."""
        await self._looking.look(json.loads(message.data)["subject"])

    async def _planned(self, fact: SessionPlanned) -> None:
        if fact.received_at >= fact.ends_at and self._register.of(fact.session, fact.patient) is None:
            # History that a source brings along: it was over before anybody here could expect them.
            _log.info("session_over_when_planned", patient=fact.patient)
            return
        wanted = alone(
            fact.session,
            fact.patient,
            (fact.starts_at, fact.ends_at),
            self._settings,
            site=fact.site,
            modality=fact.modality,
            reminded=any(one.reminders for one in self._tables.enrolments_of(fact.patient)),
        )
        await self._attendances.decide(
            subject_of(fact.session, fact.patient),
            _cause(fact),
            lambda state, now: decide.plan(state, wanted, now, fact.received_at),
        )

    async def _checked_in(self, fact: CheckedIn) -> None:
        session = fact.session or self._session_at(fact.patient, fact.at)
        if session is None:
            # If a session comes to be known that it counts for, the end of its grace finds it.
            _log.warning("check_in_without_session", patient=fact.patient)
            return
        word = word_of(fact, self._clock.now())
        wanted = self._wanted(session, fact.patient, fact.at)
        await self._attendances.decide(
            subject_of(session, fact.patient),
            _cause(fact),
            lambda state, _: decide.check_in(state, word, wanted),
        )

    async def _taken_back(self, fact: CheckInUndone) -> None:
        word = word_of(fact, self._clock.now())
        theirs = self._register.patient(fact.patient).items()
        session = fact.session or placing.session_seen(theirs, word.document, fact.received_at)
        if session is None:
            # Should the check-in still come, the end of grace finds that it was taken back.
            _log.warning("check_in_not_found", patient=fact.patient)
            return
        done = await self._attendances.decide(
            subject_of(session, fact.patient), _cause(fact), lambda state, _: decide.take_back(state, word)
        )
        if done.events:
            _log.info("check_in_undone", session=session, patient=fact.patient, status=str(done.state.status))

    async def _excused(self, fact: AbsenceExcused) -> None:
        sessions = (fact.session,) if fact.session else self._sessions_of_day(fact.patient, fact.on)
        if not sessions:
            _log.warning("excuse_without_session", patient=fact.patient)
        await in_turn(self._excused_from(fact, session) for session in sessions)

    async def _excused_from(self, fact: AbsenceExcused, session: str) -> None:
        word = Word(fact.at, self._clock.now(), fact.source)
        wanted = self._wanted(session, fact.patient, _noon(fact.on))
        await self._attendances.decide(
            subject_of(session, fact.patient),
            _cause(fact),
            lambda state, _: decide.excuse(state, word, wanted),
        )

    async def _discharged(self, fact: PatientDischarged) -> None:
        """From the programme: nobody expects them any more.

        From elsewhere weeks of raised risk begin: followup notes that in the patient's record.
        """
        if fact.left != "programme":
            return
        for one in self._tables.enrolments_of(fact.patient):
            if one.last_on is None or one.last_on > fact.on:
                await self._enrolled(one.model_copy(update={"last_on": fact.on}))
        open_after = [
            session
            for session, brief in self._register.patient(fact.patient).items()
            if brief.status in (AttendanceStatus.EXPECTED, AttendanceStatus.HELD_BACK)
            and brief.starts_at is not None
            and placing.local_day(brief.starts_at, brief.zone) > fact.on
        ]
        await in_turn(
            self._attendances.decide(
                subject_of(session, fact.patient),
                _cause(fact),
                lambda state, now: decide.cancel(state, "discharged", now),
            )
            for session in open_after
        )

    async def _linked(self, linked: PatientLinked) -> None:
        """Whoever was enrolled under one id is enrolled under the other, where their past counts too."""
        if linked.patient == linked.into:
            return
        await in_turn(
            self._adopted(linked, session, theirs)
            for session, theirs in tuple(self._register.patient(linked.patient).items())
        )
        for one in self._tables.enrolments_of(linked.patient):
            await self._enrolled(one.model_copy(update={"patient": linked.into}), fresh=True)
            try:
                await self._enrolments.delete(f"{one.group}.{one.patient}")
            except KeyNotFoundError:
                continue

    async def _adopted(self, linked: PatientLinked, session: str, theirs: AttendanceBrief) -> None:
        cause = f"linked:{linked.patient}"
        theirs_alone = theirs.group is None and theirs.status in _STILL_OPEN
        if theirs_alone and theirs.starts_at is not None and theirs.ends_at is not None:
            # A session of theirs alone stands in no timetable: it is expected anew, then no more here.
            old = (await self._attendances.load(subject_of(session, linked.patient))).state
            wanted = alone(
                session,
                linked.into,
                (theirs.starts_at, theirs.ends_at),
                self._settings,
                site=theirs.site,
                modality=old.modality,
                reminded=theirs.remind_at is not None and not old.reminded,
            )
            await self._attendances.decide(
                subject_of(session, linked.into), cause, lambda state, now: decide.plan(state, wanted, now)
            )
            await self._attendances.decide(
                subject_of(session, linked.patient),
                cause,
                lambda state, now: decide.cancel(state, "linked", now),
            )
            return
        await self._attendances.decide(
            subject_of(session, linked.into),
            cause,
            lambda state, now: decide.adopt(state, linked.patient, theirs, now),
        )

    async def _enrolled(self, one: Enrolment, *, fresh: bool = False) -> None:
        """Write an enrolment over whatever stands there; a fresh one leaves what stands."""
        key, value = f"{one.group}.{one.patient}", one.model_dump_json().encode()
        for _ in range(_TRIES):
            entry = await asked(self._enrolments.get(key))
            if entry is None:
                if await written(self._enrolments.create(key, value)):
                    return
            elif fresh or await written(self._enrolments.update(key, value, last=entry.revision)):
                return
        raise Unavailable("the enrolment is contended")

    def _session_at(self, patient: str, at: datetime) -> str | None:
        planned = self._tables.expected_of(patient, at - _AROUND, at + _AROUND)
        early = self._settings.limits.early
        return placing.session_at(self._register.patient(patient).items(), planned, at, early)

    def _sessions_of_day(self, patient: str, on: date) -> tuple[str, ...]:
        noon = _noon(on)
        planned = self._tables.expected_of(patient, noon - _AROUND, noon + _AROUND)
        return placing.sessions_of_day(self._register.patient(patient).items(), planned, on)

    def _wanted(self, session: str, patient: str, near: datetime) -> Planned | None:
        if self._register.of(session, patient) is not None:
            return None
        return self._tables.expectation(session, patient, near)


def _noon(on: date) -> datetime:
    return datetime.fromisoformat(f"{on.isoformat()}T12:00:00+00:00")


def _cause(
    fact: SessionPlanned | SessionCancelled | CheckedIn | CheckInUndone | AbsenceExcused | PatientDischarged,
) -> str:
    return f"{fact.type}:{fact.source}:{fact.document}:{fact.version}"
