"""What came in while nobody answered the carrier: found in its lists, and published as a webhook would be.

The carrier asks our webhook, then the fallback, and then never again; but the text stands in its
list. So the list is compared with CARRIER, at start and every minute, from a stored mark on. The
mark moves only behind what is stored, so a kill -9 at any point costs a repetition. Facts carry the
carrier's sid as their id: copies of the gateway that find the same text, and a webhook that comes
after all, change nothing.
"""

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.gateway.arrived import Arrived
from services.gateway.carrier_marks import CarrierMarks
from services.gateway.inbound import Inbound
from services.gateway.lost_webhooks import LostWebhooks
from services.gateway.signatures import Form
from services.runtime.clock import Clock
from services.runtime.in_turn import in_turn
from services.runtime.log import Unavailable
from services.runtime.logging import where
from services.runtime.twilio_client import Carrier, CarrierUnreachable, Listed, Media

_log = structlog.get_logger()
TEXTS, CALLS = "texts", "calls"
GRACE = timedelta(seconds=20)
"""How long a webhook may be under way: the carrier waits 15 s for an answer, then tries the fallback."""
OVERLAP = timedelta(minutes=10)
"""How far before the mark a look begins: the carrier's list may lag, and its clock differ from ours."""
WINDOW = timedelta(hours=1)
"""How much is listed at once after a long outage, so that the mark moves while it is caught up."""
GIVE_UP = timedelta(hours=24)
"""How long what can't be stored is tried again; it is told to ops every hour of it."""
FIRST_LOOK = timedelta(hours=24)
"""How far back the first look of all goes, at a site that has taken texts before: within the time in
which JetStream itself drops a repetition."""


class Recovery:
    """One round compares the carrier's lists with what came in."""

    def __init__(
        self,
        carrier: Carrier,
        inbound: Inbound,
        arrived: Arrived,
        marks: CarrierMarks,
        lost: LostWebhooks,
        numbers: Sequence[str],
        clock: Clock,
    ) -> None:
        self._carrier = carrier
        self._inbound = inbound
        self._arrived = arrived
        self._marks = marks
        self._lost = lost
        self._numbers = numbers
        self._clock = clock

    async def look(self) -> timedelta | None:
        """Publish what no webhook brought; return GRACE when something is too young to tell.

        Raises CarrierUnreachable and Unavailable; what was found before is stored and told.
        """
        found = _Found()
        try:
            await in_turn((self._texts(found), self._calls(found)))
        finally:
            await self._lost.found(texts=found.texts, calls=found.calls, failed=found.failed)
        return GRACE if found.young else None

    async def _texts(self, found: "_Found") -> None:
        now = self._clock.now()
        for begin, end in windows(await self._since(TEXTS, now), now):
            # Open at its end when it ends now, for the carrier's clock may be ahead of ours.
            until = end if end < now else None
            listed = [await self._carrier.texts(to=our, since=begin, until=until) for our in self._numbers]
            whole = True
            for text in _in_order(listed):
                # The carrier may know days only, and list more than was asked for.
                if text.at >= begin and self._is_due(text, now, found):
                    stored = await self._store(self._take_text(text))
                    found.texts += stored is True
                    found.failed += stored is None
                    whole = whole and (stored is not None or now - text.at > GIVE_UP)
            if not whole:
                return
            await self._marks.move(TEXTS, min(end, now - GRACE))

    async def _calls(self, found: "_Found") -> None:
        now = self._clock.now()
        since = await self._since(CALLS, now)
        listed = [await self._carrier.calls_in(our, since) for our in self._numbers]
        whole = True
        for call in _in_order(listed):
            if call.at >= since and self._is_due(call, now, found):
                stored = await self._store(self._take_call(call))
                found.calls += stored is True
                found.failed += stored is None
                whole = whole and (stored is not None or now - call.at > GIVE_UP)
        if whole:
            await self._marks.move(CALLS, now - GRACE)

    async def _since(self, name: str, now: datetime) -> datetime:
        """Return where to begin: before the mark, and for the first time where Vigil itself began."""
        mark = await self._marks.read(name)
        if mark is None:
            first = await self._marks.first_fact()
            mark = now if first is None else min(max(first, now - FIRST_LOOK), now)
        return min(mark, now) - OVERLAP

    def _is_due(self, one: Listed, now: datetime, found: "_Found") -> bool:
        if one.sid in self._arrived:
            return False
        if now - one.at < GRACE:
            found.young = True
            return False
        return True

    async def _store(self, take: Awaitable[bool]) -> bool | None:
        """Return whether it was new, or None when it can't be stored; one must not hold up the others."""
        try:
            return await take
        except Unavailable:
            raise
        except Exception as error:
            _log.error("not_recovered", error=type(error).__name__, where=where(error))
            return None

    async def _take_text(self, text: Listed) -> bool:
        form = {
            "MessageSid": text.sid,
            "From": text.sender,
            "To": text.to,
            "Body": text.body,
            "NumMedia": str(text.media),
            "SmsStatus": "received",
        }
        for number, file in enumerate(await self._files(text)):
            form |= {f"MediaUrl{number}": file.url, f"MediaContentType{number}": file.content_type}
        return await self._inbound.text(Form(form), text.at, recovered=True)

    async def _files(self, text: Listed) -> list[Media]:
        """Return the files of a text; that they can't be listed must not hold it up."""
        if not text.media:
            return []
        try:
            return await self._carrier.media_of(text.sid)
        except CarrierUnreachable:
            return []

    async def _take_call(self, call: Listed) -> bool:
        form = {"CallSid": call.sid, "From": call.sender, "To": call.to, "CallStatus": call.status}
        new, _, _ = await self._inbound.call(Form(form), call.at, recovered=True)
        return new


@dataclass
class _Found:
    """What one round has come to."""

    texts: int = 0
    calls: int = 0
    failed: int = 0
    young: bool = False


def windows(since: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return the spans to list, oldest first; the last one ends now."""
    while since < now:
        end = min(since + WINDOW, now)
        yield since, end
        since = end


def _in_order(listed: Iterable[Iterable[Listed]]) -> list[Listed]:
    """Return what came in at all our numbers, oldest first, each once."""
    return sorted({one.sid: one for lists in listed for one in lists}.values(), key=lambda one: one.at)
