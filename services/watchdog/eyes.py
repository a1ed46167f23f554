"""What the watchdog looks at, and how often: NATS at every look, the rest when its turn comes."""

from datetime import datetime, timedelta

from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.settings import Settings
from services.watchdog import high_water
from services.watchdog.background import Background
from services.watchdog.core.limits import Limits
from services.watchdog.core.seen import Backlog, Seen, StreamState
from services.watchdog.core.streams import Fault
from services.watchdog.nats_view import NatsView

DURABLES_EVERY = timedelta(seconds=5)
STREAMS_EVERY = timedelta(seconds=10)
SCAN_EVERY = timedelta(minutes=10)
MARKS_EVERY = timedelta(minutes=1)


class Eyes:
    """Looks through one connection; what takes long goes on in the background."""

    def __init__(
        self, settings: Settings, clock: Clock, limits: Limits, view: NatsView, background: Background
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._view = view
        self._background = background
        self._next: dict[str, datetime] = {}
        self._missing: dict[str, tuple[str, ...]] = {}
        self.faults: list[Fault] = []
        """Faults found while looking, to be published."""

    async def look(self) -> Seen:
        """Return what is seen now; never raises for NATS being away."""
        try:
            if await self._view.answers():
                return await self._look_closer()
        except Unavailable:
            pass
        # What was followed until now may have missed something.
        self.scan_soon()
        return Seen(reachable=False)

    def scan_soon(self) -> None:
        """Read everything anew at the next look."""
        self._next.pop("scan", None)

    async def _look_closer(self) -> Seen:
        if self._is_time("scan", SCAN_EVERY):
            self._background.start(self._scan())
        if self._is_time("marks", MARKS_EVERY):
            self._background.start(self._remember_marks())
        backlogs: tuple[Backlog, ...] | None = None
        streams: tuple[StreamState, ...] | None = None
        if self._is_time("durables", min(DURABLES_EVERY, self._limits.tell_stalled / 3)):
            backlogs, self._missing["durables"] = await self._view.backlogs()
        if self._is_time("streams", STREAMS_EVERY):
            streams, self._missing["streams"] = await self._view.streams()
        missing = tuple(name for names in self._missing.values() for name in names)
        return Seen(
            reachable=True,
            scanned=self._view.scanned,
            late=await self._view.late(self._clock.now(), self._limits, without=missing),
            undue=await self._view.undue(without=missing),
            backlogs=backlogs,
            streams=streams,
            missing=missing,
        )

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
            self.scan_soon()

    async def _remember_marks(self) -> None:
        if not await high_water.remember(self._settings):
            day = f"{self._clock.now():%Y-%m-%d}"
            note = "A stream vanished or went backwards since its last mark; run `vigil doctor`."
            self.faults.append(Fault(f"marks_refused/{day}", "storage", note))
