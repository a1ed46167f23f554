"""After a lost answer the carrier is asked what became of it; calls nobody needs are hung up."""

from datetime import timedelta

import structlog

from contracts.pages import PageEvent
from contracts.values import Channel
from services.paging.core import decide as core
from services.paging.core import inputs
from services.paging.core.brief import calls_to_end
from services.paging.core.due import unreconciled
from services.paging.core.state import Attempt, Page, method_of
from services.runtime.aggregates import Aggregates
from services.runtime.clock import Clock
from services.runtime.sealing import SealError, Seals
from services.runtime.twilio_client import Carrier, CarrierUnreachable

_log = structlog.get_logger()


def sent_text(attempt: Attempt, seals: Seals) -> str:
    """Return what the attempt's text said; raises SealError when its key is unknown."""
    return seals.unseal(attempt.sealed) if attempt.sealed is not None else attempt.text


class Reconciling:
    """Looks again at pages whose moment has come."""

    def __init__(
        self,
        pages: Aggregates[Page, PageEvent],
        carrier: Carrier,
        seals: Seals,
        clock: Clock,
    ) -> None:
        self._pages = pages
        self._carrier = carrier
        self._seals = seals
        self._clock = clock

    async def look(self, subject: str) -> None:
        """Act on a page's deadline: ask the carrier where needed, then let the core decide."""
        at = await self._pages.load(subject)
        for attempt in unreconciled(at.state, self._clock.now()):
            await self._ask(subject, at.state, attempt)
        heard = inputs.TimeReached()
        done = await self._pages.decide(
            subject, f"time-{at.sequence}", lambda s, now: core.decide(s, heard, now)
        )
        await self.hang_up(done.state)

    async def hang_up(self, page: Page) -> None:
        """End the calls of a page that was withdrawn or answered elsewhere."""
        for sid in calls_to_end(page):
            outcome = await self._carrier.end_call(sid)
            _log.info("call_ended", sid=sid, status=type(outcome).__name__.lower())

    async def _ask(self, subject: str, page: Page, attempt: Attempt) -> None:
        method = method_of(page, attempt)
        if method is None:
            return
        since = (attempt.intended_at or self._clock.now()) - timedelta(seconds=1)
        heard: inputs.Heard
        try:
            phone = self._seals.unseal(method.phone)
            if attempt.channel is Channel.SMS:
                sid = await self._carrier.find_sms(phone, sent_text(attempt, self._seals), since)
            else:
                sid = await self._carrier.find_call(phone, since)
        except CarrierUnreachable as error:
            heard = inputs.CarrierUnknown(attempt.number, f"asking_{error}")
        except SealError:
            # Nothing can have been sent to a phone that nobody here can read.
            heard = inputs.CarrierRefused(attempt.number, None, 0)
        else:
            heard = (
                inputs.CarrierAccepted(attempt.number, sid, reconciled=True)
                if sid
                else inputs.NotFound(attempt.number)
            )
        _log.info(
            "attempt_reconciled",
            page=subject.split(".")[2],
            attempt=attempt.number,
            status=type(heard).__name__,
        )
        await self._pages.decide(subject, heard.cause, lambda s, now: core.decide(s, heard, now))
