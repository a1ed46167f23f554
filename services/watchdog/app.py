"""The watchdog's loop: look, judge, act; whatever happens in one look, the next one comes."""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import datetime, timedelta

import structlog

from contracts.signals import Signal
from contracts.values import Kind, Urgency
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable, publish_fact
from services.runtime.settings import Settings
from services.watchdog import high_water
from services.watchdog.core import judge
from services.watchdog.core.seen import Backlog, Late, Seen, StreamState
from services.watchdog.core.streams import Fault
from services.watchdog.core.troubles import Tell
from services.watchdog.heartbeat import Heartbeat
from services.watchdog.nats_view import NatsView
from services.watchdog.ops_sms import Account, OpsSms
from services.watchdog.settings import WatchdogSettings

_log = structlog.get_logger()
DURABLES_EVERY = timedelta(seconds=5)
STREAMS_EVERY = timedelta(seconds=10)
SCAN_EVERY = timedelta(minutes=10)
MARKS_EVERY = timedelta(minutes=1)


class Watchdog:
    """A started watchdog."""

    def __init__(
        self, settings: Settings, own: WatchdogSettings, clock: Clock, activity: Activity | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._activity = activity or Activity()
        self._limits = own.limits()
        self._zone = own.ops_zone
        self._every = timedelta(seconds=own.watchdog_look_seconds)
        self._ops = OpsSms(_account(own), own.phones())
        self._heart = Heartbeat(settings.var / "heartbeat", own.heartbeat_url)
        self._view = NatsView(settings)
        self._watch = judge.Watch()
        self._faults: list[Fault] = []
        self._next: dict[str, datetime] = {}
        self._missing: dict[str, tuple[str, ...]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Begin to look."""
        self._view.start()
        self._clock.wake("watchdog", self._clock.now(), self._look)

    async def stop(self) -> None:
        """Look no more; texts under way are given up."""
        self._stopped = True
        self._clock.forget("watchdog")
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._heart.stop()
        await self._view.stop()

    async def _look(self) -> None:
        with self._activity.work():
            try:
                await self._look_once()
            except Exception as error:
                # No heartbeat then: whoever listens for it hears that something is wrong here.
                _log.error("look_failed", error=type(error).__name__)
            finally:
                if not self._stopped:
                    self._clock.wake("watchdog", self._clock.now() + self._every, self._look)

    async def _look_once(self) -> None:
        seen = await self._seen()
        now = self._clock.now()
        verdict = judge.judge(self._watch, seen, now, self._limits, self._zone)
        self._watch = verdict.watch
        self._faults += verdict.faults
        # Ops first: it needs nothing of what may have failed.
        for tell in verdict.tell:
            self._in_background(self._tell(tell))
        if verdict.rescan:
            self._next.pop("scan", None)
        if verdict.well:
            self._heart.beat(now)
        for late in verdict.ask:
            await self._ask(late, now)
        await self._publish_faults(now)

    async def _seen(self) -> Seen:
        if not await self._view.answers():
            return Seen(reachable=False)
        try:
            if self._is_time("scan", SCAN_EVERY):
                self._in_background(self._scan())
            if self._is_time("marks", MARKS_EVERY):
                self._in_background(self._remember_marks())
            backlogs: tuple[Backlog, ...] | None = None
            streams: tuple[StreamState, ...] | None = None
            if self._is_time("durables", DURABLES_EVERY):
                backlogs, self._missing["durables"] = await self._view.backlogs()
            if self._is_time("streams", STREAMS_EVERY):
                streams, self._missing["streams"] = await self._view.streams()
            missing = tuple(name for names in self._missing.values() for name in names)
            before = self._clock.now() - self._limits.grace
            return Seen(
                reachable=True,
                scanned=self._view.scanned,
                late=await self._view.late(before, without=missing),
                backlogs=backlogs,
                streams=streams,
                missing=missing,
            )
        except Unavailable:
            return Seen(reachable=False)

    def _is_time(self, what: str, every: timedelta) -> bool:
        now = self._clock.now()
        if now < self._next.get(what, now):
            return False
        self._next[what] = now + every
        return True

    async def _scan(self) -> None:
        try:
            await self._view.scan()
        except Unavailable:
            self._next["scan"] = self._clock.now() + self._every

    async def _remember_marks(self) -> None:
        if not await high_water.remember(self._settings):
            day = f"{self._clock.now():%Y-%m-%d}"
            note = "A stream vanished or went backwards since its last mark; run `vigil doctor`."
            self._faults.append(Fault(f"marks_refused/{day}", "storage", note))

    async def _tell(self, tell: Tell) -> None:
        _log.error("ops_told" if not tell.recovery else "ops_told_recovery", name=tell.cause)
        for _ in range(3 if tell.recovery else 1):
            if await self._ops.send(tell.text):
                return
        if not tell.recovery:
            self._watch = judge.untold(self._watch, tell.cause, self._clock.now(), self._limits)

    async def _ask(self, late: Late, now: datetime) -> None:
        _log.warning("overdue", subject=late.subject, due=late.due.isoformat())
        body = f'{{"subject": "{late.subject}"}}'.encode()
        try:
            await publish_fact(
                self._view.nc, f"overdue.{late.stream}", body, f"{late.subject}:{now.isoformat()}"
            )
        except Unavailable:
            _log.error("overdue_not_published", stream=late.stream)

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

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        # Counted before the task first runs: whoever waits for quiet must not slip in between.
        counted = contextlib.ExitStack()
        counted.enter_context(self._activity.work())
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: counted.close())
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("watchdog_task_failed", error=type(error).__name__)


async def start(
    settings: Settings, own: WatchdogSettings, clock: Clock, activity: Activity | None = None
) -> Watchdog:
    """Start the watchdog; it needs neither NATS nor the carrier to be there."""
    watchdog = Watchdog(settings, own, clock, activity)
    await watchdog.start()
    return watchdog


def _signal(fault: Fault, now: datetime) -> Signal:
    return Signal(
        id=fault.id,
        kind=Kind.SYSTEM_FAULT,
        urgency=Urgency.URGENT,
        area=fault.area,
        occurred_at=now,
        received_at=now,
        source="watchdog",
        note=fault.note,
    )


def _account(own: WatchdogSettings) -> Account:
    return Account(
        sid=own.twilio_account_sid,
        token=own.twilio_auth_token,
        sender=own.ops_number or own.staff_number,
        api_key=own.twilio_api_key,
        api_secret=own.twilio_api_secret,
        base_url=own.carrier_url,
    )
