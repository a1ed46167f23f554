"""Texts are made to disappear from the carrier's own storage, some hours after its last word on them.

What is still to be redacted is asked of the carrier itself, so nothing is lost with a process. A
text that came in goes only once CARRIER has it, and a patient's picture only once it is kept here
(`media_keeping`): until then the carrier's copy is the only one. It is the least urgent work there
is: one request at a time, few in a minute, none after a refusal to hurry, until the next round.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.gateway.arrived import Arrived
from services.gateway.carrier_marks import CarrierMarks
from services.runtime.clock import Clock
from services.runtime.twilio_client import Accepted, Carrier, Listed, Outcome, Refused

_log = structlog.get_logger()
REDACTED = Counter("vigil_redacted_total", "Texts at the carrier by what became of them.", ["outcome"])
MARK = "redacted"
EVERY = timedelta(minutes=1)
MayGo = Callable[[str, str], bool]
"""Whether the carrier's copy of a file (of a text) is needed no more."""
PER_ROUND = 30
"""Requests that change something, in one round: half a request a second beside everything else."""
WINDOW = timedelta(hours=6)
"""How much is listed at once."""
PATIENCE = timedelta(hours=72)
"""How long a text that can't be redacted yet is tried again; then it is left, and ops read it in the log."""
UNDATED_EVERY = timedelta(hours=1)
UNDATED_NEWEST = 1000
"""How many of the newest texts of a number are searched for those that never left it: they have no
sending date, and filters by date miss them."""


class Redaction:
    """One round redacts what is due, oldest first."""

    def __init__(
        self,
        carrier: Carrier,
        arrived: Arrived,
        marks: CarrierMarks,
        numbers: Sequence[str],
        clock: Clock,
        after: timedelta,
        may_go: MayGo,
    ) -> None:
        self._may_go = may_go
        self._carrier = carrier
        self._arrived = arrived
        self._marks = marks
        self._numbers = numbers
        self._clock = clock
        self._after = after
        self._undated_at: datetime | None = None

    async def look(self) -> timedelta | None:
        """Redact what is due, as far as one round goes. Raises CarrierUnreachable and Unavailable."""
        now = self._clock.now()
        round_ = _Round(self._carrier, self._arrived, self._may_go, now, now - self._after)
        await self._dated(round_)
        if self._undated_at is None or now - self._undated_at >= UNDATED_EVERY:
            for our in self._numbers:
                newest = await self._carrier.texts(sender=our, newest=UNDATED_NEWEST)
                await round_.redact([text for text in newest if not text.dated])
            # When the round was over too early, the next one goes on.
            self._undated_at = None if round_.is_over else now
        return None

    async def _dated(self, round_: "_Round") -> None:
        begin = await self._begin(round_.cutoff)
        while begin < round_.cutoff and not round_.is_over:
            end = min(begin + WINDOW, round_.cutoff)
            texts: list[Listed] = []
            for our in self._numbers:
                texts += await self._carrier.texts(to=our, since=begin, until=end)
                texts += await self._carrier.texts(sender=our, since=begin, until=end)
            # The carrier may know days only, and list more than was asked for.
            due = sorted((one for one in texts if one.at <= end), key=lambda one: one.at)
            if not await round_.redact(due):
                return
            await self._marks.move(MARK, end)
            begin = end

    async def _begin(self, cutoff: datetime) -> datetime:
        """Return from when on; for the first time, since Vigil's own beginning: older texts are not ours."""
        mark = await self._marks.read(MARK)
        if mark is None:
            mark = min(await self._marks.first_fact() or self._clock.now(), self._clock.now())
            await self._marks.move(MARK, mark)
        return mark


class _Round:
    """What one round may still do."""

    def __init__(
        self, carrier: Carrier, arrived: Arrived, may_go: MayGo, now: datetime, cutoff: datetime
    ) -> None:
        self._may_go = may_go
        self._carrier = carrier
        self._arrived = arrived
        self._now = now
        self.cutoff = cutoff
        self._left = PER_ROUND
        self.is_over = False

    async def redact(self, texts: Sequence[Listed]) -> bool:
        """Redact these as far as they are due; return whether none of them needs to be looked at again."""
        settled = True
        for text in texts:
            if not text.body and not text.media:
                continue
            if self.is_over:
                return False
            if not await self._one(text):
                settled = settled and text.at < self.cutoff - PATIENCE
                if text.at < self.cutoff - PATIENCE:
                    REDACTED.labels("left").inc()
                    _log.error("text_not_redacted", status=text.status, inbound=text.sid in self._arrived)
        return settled

    async def _one(self, text: Listed) -> bool:
        """Return whether nothing of the text is left at the carrier."""
        came_in = text.status == "received"
        last_word = text.at if came_in else text.changed or text.at
        if last_word > self.cutoff or (came_in and text.sid not in self._arrived):
            return False
        files_gone = not text.media or await self._files(text)
        if not text.body:
            return files_gone
        if self.is_over:
            return False
        # The words do not wait for a picture that is still to be kept.
        return await self._outcome(self._carrier.redact_text(text.sid), "text") and files_gone

    async def _files(self, text: Listed) -> bool:
        files = await self._carrier.media_of(text.sid)
        self._spend()
        gone = True
        for file in files:
            if self.is_over:
                return False
            if self._arrived.is_patients(text.sid) and not self._may_go(text.sid, file.sid):
                gone = False
                continue
            gone = await self._outcome(self._carrier.drop_media(text.sid, file.sid), "file") and gone
        return gone

    async def _outcome(self, request: Awaitable[Outcome], what: str) -> bool:
        self._spend()
        match await request:
            case Accepted() | Refused(status=404):
                REDACTED.labels(what).inc()
                return True
            case Refused(status=429):
                self.is_over = True
            case Refused():
                REDACTED.labels("refused").inc()
            case _unknown:
                self.is_over = True
        return False

    def _spend(self) -> None:
        self._left -= 1
        self.is_over = self.is_over or self._left <= 0
