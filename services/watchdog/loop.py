"""The watchdog's loop: look, judge, act; whatever happens in one look, the next one comes."""

from datetime import datetime, timedelta

import structlog

from contracts.signals import Signal
from contracts.values import Kind
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact
from services.watchdog.background import Background
from services.watchdog.core import judge
from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import Late
from services.watchdog.core.streams import Fault
from services.watchdog.core.troubles import Tell
from services.watchdog.eyes import Eyes
from services.watchdog.heartbeat import Heartbeat
from services.watchdog.nats_view import NatsView
from services.watchdog.ops_sms import OpsSms

_log = structlog.get_logger()
_WAKE = "watchdog"


class Loop:
    """Looks again and again."""

    def __init__(
        self,
        clock: Clock,
        every: timedelta,
        limits: Limits,
        zone: str,
        eyes: Eyes,
        view: NatsView,
        ops: OpsSms,
        heart: Heartbeat,
        background: Background,
        activity: Activity,
    ) -> None:
        self._clock = clock
        self._every = every
        self._limits = limits
        self._zone = zone
        self._eyes = eyes
        self._view = view
        self._ops = ops
        self._heart = heart
        self._background = background
        self._activity = activity
        self._watch = judge.Watch()
        self._faults: list[Fault] = []
        self._stopped = False

    def start(self) -> None:
        """Look now, and from then on."""
        self._clock.wake(_WAKE, self._clock.now(), self._look)

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._clock.forget(_WAKE)

    async def _look(self) -> None:
        with self._activity.work():
            try:
                await self._look_once()
            except Exception as error:
                # No heartbeat then: whoever listens for it hears that something is wrong here.
                _log.error("look_failed", error=type(error).__name__)
            finally:
                if not self._stopped:
                    self._clock.wake(_WAKE, self._clock.now() + self._every, self._look)

    async def _look_once(self) -> None:
        seen = await self._eyes.look()
        now = self._clock.now()
        verdict = judge.judge(self._watch, seen, now, self._limits, self._zone)
        self._watch = verdict.watch
        # Ops first: it needs nothing of what may have failed.
        for tell in verdict.tell:
            self._background.start(self._tell(tell))
        if verdict.rescan:
            self._eyes.scan_soon()
        if verdict.well:
            self._heart.beat(now)
        for late in verdict.ask:
            if not await self._ask(late, now):
                # NATS went away: each further one would only cost another time-out.
                break
        self._faults += (*verdict.faults, *self._eyes.faults)
        self._eyes.faults.clear()
        await self._publish_faults(now)

    async def _tell(self, tell: Tell) -> None:
        _log.error("ops_recovery_told" if tell.recovery else "ops_told", name=tell.cause)
        for _ in range(3 if tell.recovery else 1):
            if await self._ops.send(tell.text):
                return
        if not tell.recovery:
            self._watch = judge.untold(self._watch, tell.cause, self._clock.now(), self._limits)

    async def _ask(self, late: Late, now: datetime) -> bool:
        _log.warning("overdue", subject=late.subject, due=late.due.isoformat())
        body = f'{{"subject": "{late.subject}"}}'.encode()
        try:
            await publish_fact(
                self._view.nc, f"overdue.{late.stream}", body, f"{late.subject}:{now.isoformat()}"
            )
        except Unavailable:
            _log.error("overdue_not_published", stream=late.stream)
            return False
        return True

    async def _publish_faults(self, now: datetime) -> None:
        while self._faults:
            signal = _signal(self._faults[0], now)
            try:
                data = signal.model_dump_json().encode()
                await publish_fact(self._view.nc, f"signals.{signal.kind}", data, signal.id)
            except Unavailable:
                return
            _log.error("fault_published", fault=signal.id)
            del self._faults[0]


def _signal(fault: Fault, now: datetime) -> Signal:
    return Signal(
        id=fault.id,
        kind=Kind.SYSTEM_FAULT,
        urgency=fault.urgency,
        area=fault.area,
        occurred_at=now,
        received_at=now,
        source="watchdog",
        note=fault.note,
    )
