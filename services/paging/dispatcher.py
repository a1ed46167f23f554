"""The one dispatcher of what is sent to staff.

Handlers commit attempts as waiting; here their turn comes, by urgency and then by age, as fast as
each of our numbers may send, one call at a time to each phone (see sending.py for what then happens).
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from datetime import datetime, timedelta

import structlog

from contracts.pages import PageBrief
from contracts.values import Channel, Urgency
from services.paging.briefs import Briefs
from services.paging.sending import Sending
from services.paging.settings import PagingSettings
from services.paging.waiting import Turn, Waiting, turns_of
from services.runtime.activity import Activity
from services.runtime.clock import Clock
from services.runtime.log import Unavailable
from services.runtime.logging import where
from services.runtime.sender_slots import SenderSlots

_log = structlog.get_logger()

OTHERS_GRACE = timedelta(seconds=1)
"""An attempt another copy committed is its to send first; if that copy died, ours takes over."""
GATHER = timedelta(seconds=1)
"""So long a soon or routine page waits for others to the same phone, to be one text with them."""
BURST = 3
"""Texts of such pages to one phone within a minute, beyond which the next waits a little longer."""
BURST_PAUSE = timedelta(seconds=2)
SHARED = 4
"""Pages in one text: so many codes fit into a segment, and a page whose code isn't told isn't told."""
SLOT_UNKNOWN = timedelta(seconds=0.2)
"""When to ask again for a sender's slot that could not be asked for."""
_AT_ONCE = 32


class Dispatcher:
    """Sends what waits. One queue per number of ours."""

    def __init__(
        self,
        sending: Sending,
        briefs: Briefs,
        slots: SenderSlots,
        clock: Clock,
        activity: Activity,
        settings: PagingSettings,
    ) -> None:
        self._sending = sending
        self._briefs = briefs
        self._slots = slots
        self._clock = clock
        self._activity = activity
        self._settings = settings
        self._queues: dict[str, Waiting] = {}
        self._pumping: set[str] = set()
        self._blocked: dict[str, list[Turn]] = {}
        self._dialling: set[str] = set()
        self._texted: dict[str, deque[datetime]] = {}
        self._gathering: dict[str, list[Turn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots_free = asyncio.Semaphore(_AT_ONCE)
        self._stopped = False

    def offer(self, subject: str, brief: PageBrief, own: bool) -> None:
        """Queue what the page waits for; free what waited for a call to end."""
        if brief.waiting:
            now = self._clock.now()
            for turn in turns_of(subject, brief, now if own else now + OTHERS_GRACE):
                if turn.may_share and turn.asked_at + GATHER > now:
                    self._gather(turn, now)
                else:
                    self._enqueue(turn)
        if self._blocked:
            self._free_blocked()

    async def stop(self) -> None:
        """Send nothing more; what is being sent is finished and recorded."""
        self._stopped = True
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _free_blocked(self) -> None:
        """Queue what waited for a call to a phone that is over."""
        for phone_ref in tuple(self._blocked):
            if not self._briefs.calling(phone_ref) and phone_ref not in self._dialling:
                for turn in self._blocked.pop(phone_ref):
                    self._enqueue(turn)

    def _gather(self, turn: Turn, now: datetime) -> None:
        """Let it wait together with others to its phone; the first that came sets the moment."""
        if turn.phone_ref in self._gathering:
            self._gathering[turn.phone_ref].append(turn)
            return
        self._gathering[turn.phone_ref] = [turn]

        async def gathered() -> None:
            for one in self._gathering.pop(turn.phone_ref):
                self._enqueue(one)

        self._clock.wake(f"gather-{id(self)}-{turn.phone_ref}", now + GATHER, gathered)

    def _enqueue(self, turn: Turn) -> None:
        sender = self._sender(turn.urgency)
        self._queues.setdefault(sender, Waiting()).add(turn)
        self._pump(sender)

    def _sender(self, urgency: Urgency) -> str:
        reserved = self._settings.imminent_number
        return reserved if reserved and urgency is Urgency.IMMINENT else self._settings.staff_number

    def _pump(self, sender: str) -> None:
        if sender not in self._pumping and not self._stopped:
            self._pumping.add(sender)
            self._spawn(self._serve(sender))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._counted(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _counted(self, work: Coroutine[None, None, None]) -> None:
        with self._activity.work():
            try:
                await work
            except Exception as error:
                # The attempt's own deadline makes it good; silence here would hide the fault.
                _log.error("dispatch_broken", error=type(error).__name__, where=where(error))

    async def _serve(self, sender: str) -> None:
        queue = self._queues[sender]
        try:
            while len(queue) and not self._stopped:
                turn = queue.take()
                wait = self._must_wait(turn, queue)
                if wait is None:
                    continue
                if wait <= timedelta(0) and turn.channel is Channel.SMS:
                    try:
                        wait = await self._slot(sender)
                    except Unavailable:
                        # No rate stands between an imminent risk and a person.
                        wait = timedelta(0) if turn.urgency is Urgency.IMMINENT else SLOT_UNKNOWN
                    if wait > timedelta(0):
                        # The sender is busy, not the turn: whatever is most urgent then goes first.
                        queue.add(turn)
                        self._later(sender, self._clock.now() + wait)
                        return
                if wait > timedelta(0):
                    self._postpone(turn, wait)
                    continue
                turns = self._granted(turn, queue)
                await self._slots_free.acquire()
                self._spawn(self._send(turns, sender))
        finally:
            self._pumping.discard(sender)

    async def _slot(self, sender: str) -> timedelta:
        if not self._slots.limited(sender):
            return timedelta(0)
        return await self._slots.take(sender, 1, self._clock.now())

    def _must_wait(self, turn: Turn, queue: Waiting) -> timedelta | None:
        """Return how long this turn waits; None when it is gone or set aside."""
        now = self._clock.now()
        _, responder, page = turn.subject.split(".")
        brief = self._briefs.get(responder, page)
        if brief is None or all(number != turn.attempt for number, _, _ in brief.waiting):
            return None
        if turn.not_before > now:
            return turn.not_before - now
        if turn.channel is Channel.VOICE:
            if self._briefs.calling(turn.phone_ref) or turn.phone_ref in self._dialling:
                self._blocked.setdefault(turn.phone_ref, []).append(turn)
                return None
            return timedelta(0)
        return self._burst_pause(turn.phone_ref, now) if turn.may_share else timedelta(0)

    def _granted(self, turn: Turn, queue: Waiting) -> list[Turn]:
        """Note that the turn came, and return the turns that go out with it in one text."""
        if turn.channel is Channel.VOICE:
            self._dialling.add(turn.phone_ref)
        if not turn.may_share:
            return [turn]
        texted = self._texted.setdefault(turn.phone_ref, deque(maxlen=BURST))
        others = queue.of_phone(turn.phone_ref)[: SHARED - 1]
        queue.remove(others)
        texted.append(self._clock.now())
        return [turn, *others]

    def _burst_pause(self, phone_ref: str, now: datetime) -> timedelta:
        texted = self._texted.get(phone_ref)
        if texted is None:
            return timedelta(0)
        while texted and now - texted[0] > timedelta(minutes=1):
            texted.popleft()
        if len(texted) < BURST:
            return timedelta(0)
        return max(timedelta(0), texted[-1] + BURST_PAUSE - now)

    def _postpone(self, turn: Turn, wait: timedelta) -> None:
        async def again() -> None:
            self._enqueue(turn)

        self._clock.wake(f"turn-{id(self)}-{turn.subject}-{turn.attempt}", self._clock.now() + wait, again)

    def _later(self, sender: str, at: datetime) -> None:
        async def again() -> None:
            self._pump(sender)

        self._clock.wake(f"pump-{id(self)}-{sender}", at, again)

    async def _send(self, turns: list[Turn], sender: str) -> None:
        try:
            for turn, later in await self._sending.send(turns, sender):
                self._postpone(turn, later - self._clock.now())
        except Unavailable as error:
            # Nothing was sent, or its outcome is not recorded: the deadline of the attempt asks.
            _log.warning("dispatch_failed", error=type(error).__name__)
            for turn in turns:
                self._postpone(turn, timedelta(seconds=1))
        finally:
            self._slots_free.release()
            if turns[0].channel is Channel.VOICE:
                self._dialling.discard(turns[0].phone_ref)
                self._free_blocked()
