"""What an attendance's deadline does: remind, judge at the end of grace, and tell others what is owed.

The order, and why a kill -9 between any two steps harms nobody: that somebody is missing is
committed together with what is owed because of it, and stays due until it is told; then the signal is
published, then the text asked for, each under an id that makes a repetition harmless; then that is
committed. So no text can delay a signal, and a check-in that comes between them is known to follow one.
"""

from datetime import datetime, timedelta

import structlog
from nats.aio.client import Client
from pydantic import ValidationError

from contracts.facts import AbsenceExcused, CheckedIn, CheckInUndone
from services.attendance.aggregate import Attendances
from services.attendance.core import decide, messages, placing, sessions
from services.attendance.core.decide import View, Word
from services.attendance.core.limits import Limits
from services.attendance.core.state import Attendance
from services.attendance.patients import Patients
from services.attendance.register import Register
from services.runtime.clock import Clock
from services.runtime.log import Log, Unavailable, publish_fact

_log = structlog.get_logger()


class Looking:
    """Acts on deadlines. Every method raises Unavailable when NATS does not answer."""

    def __init__(
        self,
        nc: Client,
        attendances: Attendances,
        register: Register,
        patients: Patients,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._nc = nc
        self._attendances = attendances
        self._register = register
        self._patients = patients
        self._limits = limits
        self._clock = clock
        self._programme = Log(nc, "PROGRAMME")

    async def look(self, subject: str) -> None:
        """Do what is due there."""
        state = (await self._attendances.load(subject, cached=True)).state
        if not state.owed:
            state = await self._decided(subject, state)
        await self._tell(subject, state)

    async def _decided(self, subject: str, state: Attendance) -> Attendance:
        if not decide.is_judged(state, self._clock.now()):
            done = await self._attendances.decide(
                subject, "time", lambda now_state, now: decide.look(now_state, None, now)
            )
            return done.state
        if (after := await self._heard_after_all(subject, state)) is not None:
            return after
        view = await self._view(state)
        done = await self._attendances.decide(
            subject, "judged", lambda now_state, now: decide.look(now_state, view, now)
        )
        if done.events:
            _log.info(
                "attendance_judged", status=str(done.state.status), urgency=str(done.state.urgency or "none")
            )
        return done.state

    async def _view(self, state: Attendance) -> View:
        try:
            # Another copy may have heard a check-in a moment ago.
            await self._register.follower.catch_up()
        except Unavailable:
            # Better a fault too many than a signal too late.
            _log.warning("judged_without_catching_up")
        now = self._clock.now()
        theirs = self._register.patient(state.patient)
        return View(
            turnout=sessions.turnout(self._register.session(state.session).values()),
            past=sessions.past(theirs, state.session, state.starts_at or now, now),
            risk=await self._patients.risk(state.patient),
            limits=self._limits,
        )

    async def _heard_after_all(self, subject: str, state: Attendance) -> Attendance | None:
        """Return the state after a check-in or an excuse that is stored, and was not brought here yet.

        It may wait behind others, or have come before anybody knew of the session.
        """
        came = await self._programme.last(f"programme.checked_in.{state.patient}")
        undone = await self._programme.last(f"programme.check_in_undone.{state.patient}")
        excused = await self._programme.last(f"programme.absence_excused.{state.patient}")
        try:
            checked_in = CheckedIn.model_validate_json(came.data) if came is not None else None
            mistake = CheckInUndone.model_validate_json(undone.data) if undone is not None else None
            absence = AbsenceExcused.model_validate_json(excused.data) if excused is not None else None
        except ValidationError:
            # The durable parks it, and ops are told; the signal does not wait for that.
            return None
        waits = mistake is not None and checked_in is not None and _takes_back(mistake, checked_in)
        if checked_in is not None and _counts(checked_in, state, self._limits.early) and not waits:
            word = word_of(checked_in, self._clock.now())
            if decide.was_taken_back(state, word):
                return None
            return (
                await self._attendances.decide(
                    subject,
                    f"fact:{checked_in.document}",
                    lambda now_state, _: decide.check_in(now_state, word, None),
                )
            ).state
        if absence is not None and _excuses(absence, state):
            word = Word(absence.at, self._clock.now(), absence.source)
            return (
                await self._attendances.decide(
                    subject,
                    f"fact:{absence.document}",
                    lambda now_state, _: decide.excuse(now_state, word, None),
                )
            ).state
        return None

    async def _tell(self, subject: str, state: Attendance) -> None:
        if not state.owed:
            return
        now = self._clock.now()
        for owed in state.owed:
            for one in messages.message(state, owed, now):
                await publish_fact(self._nc, one.subject, one.value.model_dump_json().encode(), one.id)
        keys = tuple(owed.key for owed in state.owed)
        await self._attendances.decide(
            subject, f"told:{keys[-1]}", lambda now_state, at: decide.told(now_state, keys, at)
        )


def word_of(fact: CheckedIn | CheckInUndone, heard_at: datetime) -> Word:
    """Return what the fact says. Taken back by staff, or by a list, nothing of what was said counts."""
    document = "" if isinstance(fact, CheckInUndone) and fact.by in ("list", "staff") else fact.document
    return Word(fact.at, heard_at, fact.source, fact.by, document, fact.received_at)


def _takes_back(mistake: CheckInUndone, fact: CheckedIn) -> bool:
    same = mistake.by in ("list", "staff") or mistake.document == fact.document
    return same and mistake.session in (None, fact.session) and fact.received_at <= mistake.received_at


def _counts(fact: CheckedIn, state: Attendance, early: timedelta) -> bool:
    if fact.session is not None:
        return fact.session == state.session
    if state.starts_at is None or state.ends_at is None:
        return False
    return placing.is_on(state.starts_at, state.ends_at, fact.at, early)


def _excuses(fact: AbsenceExcused, state: Attendance) -> bool:
    if fact.session is not None:
        return fact.session == state.session
    return state.starts_at is not None and placing.local_day(state.starts_at, state.zone) == fact.on
