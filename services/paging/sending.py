"""Sending one text or call: the intention is committed, the carrier asked, the outcome committed.

What happens in between at a kill -9 is found out by asking the carrier (see reconciling.py).
"""

from datetime import datetime

import structlog
from prometheus_client import Counter, Histogram

from contracts.escalations import PageRequested
from contracts.notices import NoticeSent
from contracts.pages import AttemptIntended, PageEvent
from contracts.values import Channel
from services.paging.core import decide as core
from services.paging.core import inputs, texts
from services.paging.core.due import waiting
from services.paging.core.state import Attempt, Page, evidence, method_of
from services.paging.reconciling import Reconciling, sent_text
from services.paging.settings import PagingSettings
from services.paging.waiting import Turn
from services.paging.wording import Wording
from services.runtime.aggregates import Aggregates
from services.runtime.clock import Clock
from services.runtime.sealing import SealError, Seals
from services.runtime.twilio_client import Accepted, Carrier, Outcome, Refused

_log = structlog.get_logger()
_LONGEST = 36_000
"""The carrier keeps a text no longer than ten hours, in seconds."""
SENT = Counter(
    "vigil_sent_total", "Attempts handed to the carrier, by outcome.", ["channel", "urgency", "outcome"]
)
WAITED = Histogram(
    "vigil_turn_wait_seconds",
    "From the request of a page to the carrier's acceptance.",
    ["urgency"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)


class Sending:
    """Sends what the dispatcher gives a turn to. Raises Unavailable, and then nothing more is sent."""

    def __init__(
        self,
        pages: Aggregates[Page, PageEvent],
        carrier: Carrier,
        reconciling: Reconciling,
        seals: Seals,
        wording: Wording,
        clock: Clock,
        settings: PagingSettings,
    ) -> None:
        self._pages = pages
        self._carrier = carrier
        self._reconciling = reconciling
        self._seals = seals
        self._wording = wording
        self._clock = clock
        self._settings = settings

    async def send(self, turns: list[Turn], sender: str) -> list[tuple[Turn, datetime]]:
        """Send the turns as one text, or the one turn as a call; those no longer waiting are left out.

        Returns the turns that came too early, each with the moment from which it may come again.
        """
        early: list[tuple[Turn, datetime]] = []
        intended = [done for one in turns if (done := await self._intend(one, turns, early)) is not None]
        if intended:
            await self._act(intended, sender)
        return early

    async def _intend(
        self, turn: Turn, turns: list[Turn], early: list[tuple[Turn, datetime]]
    ) -> tuple[Turn, Page, Attempt] | None:
        at = await self._pages.load(turn.subject, cached=True)
        attempt = _ready(at.state, turn)
        if attempt is None:
            # Another copy committed it and may be dead: what is cached here is older than the turn.
            at = await self._pages.load(turn.subject)
            attempt = _ready(at.state, turn)
        if attempt is None or at.state.what is None:
            return None
        if attempt.not_before > self._clock.now():
            early.append((turn, attempt.not_before))
            return None
        text = await self._text(turn, turns, at.state)
        sealed = self._seals.seal(text) if self._wording.names_people(at.state.what) else None
        heard = inputs.TurnCame(
            attempt=turn.attempt,
            text="" if sealed else text,
            sealed=sealed,
            segments=texts.gsm7_segments(text) if text else 1,
            evidence=evidence(at.state.what),
            cause=f"turn-{turn.attempt}-{at.sequence}",
        )
        done = await self._pages.decide(turn.subject, heard.cause, lambda s, t: core.decide(s, heard, t))
        if not any(isinstance(event, AttemptIntended) for event in done.events):
            return None
        return turn, done.state, attempt

    async def _text(self, turn: Turn, turns: list[Turn], page: Page) -> str:
        if turn.channel is Channel.VOICE or page.what is None:
            return ""
        if len(turns) > 1:
            wanted = [(await self._pages.load(one.subject, cached=True)).state.what for one in turns]
            pages = [what for what in wanted if isinstance(what, PageRequested)]
            return texts.bundle_text(pages, self._clock.now())
        return self._wording.text(page.what)

    async def _act(self, intended: list[tuple[Turn, Page, Attempt]], sender: str) -> None:
        turn, page, attempt = intended[0]
        method = method_of(page, attempt)
        if method is None:
            return
        try:
            outcome = await self._post(intended, self._seals.unseal(method.phone), sender)
        except SealError:
            # Sealed by another site's key: this method can't be used, the next one is tried at once.
            _log.error("phone_unreadable", responder=turn.subject.split(".")[1])
            outcome = Refused(None, 0)
        for one, _, _ in intended:
            await self._record(one, outcome)

    async def _post(self, intended: list[tuple[Turn, Page, Attempt]], phone: str, sender: str) -> Outcome:
        turn, page, _ = intended[0]
        _, responder, name = turn.subject.split(".")
        where = f"{responder}/{name}/{turn.attempt}"
        public = self._settings.public_url
        if turn.channel is Channel.VOICE:
            return await self._carrier.call(
                phone,
                sender,
                f"{public}/twilio/voice/{where}",
                f"{public}/twilio/call-status/{where}",
                self._settings.ring_seconds,
                self._settings.voice_fallback_url,
            )
        also = ",".join(f"{one.subject.split('.')[2]}.{one.attempt}" for one, _, _ in intended[1:])
        text = sent_text(next(one for one in page.attempts if one.number == turn.attempt), self._seals)
        return await self._carrier.send_sms(
            phone,
            sender,
            text,
            f"{public}/twilio/sms-status/page/{where}" + (f"?also={also}" if also else ""),
            self._valid_seconds(page),
        )

    def _valid_seconds(self, page: Page) -> int:
        """A page that comes late misleads; a notice is still worth having when the phone is on again."""
        if not isinstance(page.what, NoticeSent):
            return self._settings.sms_valid_seconds
        until = page.what.not_after
        left = _LONGEST if until is None else int((until - self._clock.now()).total_seconds())
        return max(self._settings.sms_valid_seconds, min(left, _LONGEST))

    async def _record(self, turn: Turn, outcome: Outcome) -> None:
        heard: inputs.Heard
        if isinstance(outcome, Accepted):
            heard = inputs.CarrierAccepted(turn.attempt, outcome.sid)
        elif isinstance(outcome, Refused):
            heard = inputs.CarrierRefused(turn.attempt, outcome.code, outcome.status)
        else:
            heard = inputs.CarrierUnknown(turn.attempt, outcome.why)
        _log.info(
            "attempt_sent",
            page=turn.subject.split(".")[2],
            attempt=turn.attempt,
            channel=turn.channel,
            urgency=turn.urgency,
            status=type(outcome).__name__.lower(),
            code=getattr(outcome, "code", None) or getattr(outcome, "why", None),
        )
        now = self._clock.now()
        done = await self._pages.decide(turn.subject, heard.cause, lambda s, t: core.decide(s, heard, t))
        _count(turn, done.state, outcome, now)
        # The page may have been taken or withdrawn while the carrier was asked.
        await self._reconciling.hang_up(done.state)


def _count(turn: Turn, page: Page, outcome: Outcome, now: datetime) -> None:
    """Test pages and drills are counted apart from what is real."""
    is_drill = isinstance(page.what, PageRequested) and page.what.test
    urgency = "drill" if is_drill else turn.urgency.value
    SENT.labels(turn.channel, urgency, type(outcome).__name__.lower()).inc()
    if isinstance(outcome, Accepted):
        WAITED.labels(urgency).observe((now - turn.asked_at).total_seconds())


def _ready(page: Page, turn: Turn) -> Attempt | None:
    return next((one for one in waiting(page) if one.number == turn.attempt), None)
