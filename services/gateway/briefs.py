"""What is known of pages and runs at a glance: their headers, read when asked for, or followed."""

import asyncio
import json

from nats.aio.client import Client
from pydantic import ValidationError

from contracts.commits import BRIEF, KINDS
from contracts.escalations import EscalationBrief
from contracts.pages import PageBrief
from services.gateway.core import outcome, speech
from services.gateway.core.outcome import Outcome, Seen
from services.runtime.follow import Follower
from services.runtime.log import Log, Stored, Unavailable

_LOOK_EVERY = 0.1
_READ_SECONDS = 1.0


class Briefs:
    """Reads briefs; open pages are also held in memory, so that a call can go on without NATS."""

    def __init__(self, nc: Client) -> None:
        self._pages = Log(nc, "PAGES", timeout=_READ_SECONDS)
        self._runs = Log(nc, "ESCALATIONS", timeout=_READ_SECONDS)
        self._open: dict[str, dict[str, PageBrief]] = {}
        self.follower = Follower(nc, "PAGES", self._learn, headers_only=True, label="gateway")

    async def page(self, responder: str, page: str) -> PageBrief | None:
        """Return a page's brief as it is now, else as last seen, else None; never raises."""
        try:
            stored = await self._pages.last(f"pages.{responder}.{page}")
        except Unavailable:
            stored = None
        brief = _page_brief(stored) if stored is not None else None
        return brief or self._open.get(responder, {}).get(page)

    def open_pages(self, responder: str) -> list[PageBrief]:
        """Return the pages this responder has not answered: most urgent first, then oldest; drills last."""
        pages = self._open.get(responder, {}).values()
        return sorted(
            pages, key=lambda brief: (brief.drill or brief.test, -brief.urgency.rank, brief.asked_at)
        )

    async def run(self, subject: str) -> EscalationBrief | None:
        """Return a run's brief as it is at this moment; raises Unavailable."""
        stored = await self._runs.last(subject)
        return _run_brief(stored) if stored is not None else None

    async def sequence(self, subject: str) -> int | None:
        """Return the stream sequence of the subject's last commit; None when it can't be read."""
        try:
            stored = await self._runs.last(subject)
        except Unavailable:
            return None
        return stored.sequence if stored is not None else 0

    async def outcome(
        self, page: PageBrief, since: int, seconds: float
    ) -> tuple[Outcome, EscalationBrief | None]:
        """Look for what came of a key press since that commit, for as many real seconds.

        Returns it with the run's latest brief; never raises.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        seen: list[Seen] = []
        while True:
            try:
                stored = await self._runs.since(page.subject, since + 1)
                seen = [_seen(one) for one in stored]
            except Unavailable:
                pass
            found = outcome.after_taking(seen, page.responder, page.run)
            if found is Outcome.UNKNOWN and loop.time() < until:
                await asyncio.sleep(_LOOK_EVERY)
                continue
            if found is Outcome.UNKNOWN:
                found = outcome.at_last(seen, page.responder, page.run)
            return found, seen[-1].brief if seen else None

    def _learn(self, stored: Stored) -> None:
        brief = _page_brief(stored)
        if brief is None:
            return
        pages = self._open.setdefault(brief.responder, {})
        if speech.is_open(brief):
            pages[brief.page] = brief
        else:
            pages.pop(brief.page, None)


def _page_brief(stored: Stored) -> PageBrief | None:
    try:
        return PageBrief.model_validate_json(stored.headers.get(BRIEF, ""))
    except ValidationError:
        return None


def _run_brief(stored: Stored) -> EscalationBrief | None:
    try:
        return EscalationBrief.model_validate_json(stored.headers.get(BRIEF, ""))
    except ValidationError:
        return None


def _seen(stored: Stored) -> Seen:
    try:
        events = tuple(json.loads(stored.data)["events"])
    except (ValueError, KeyError, TypeError):
        events = ()
    kinds = frozenset(stored.headers.get(KINDS, "").split(","))
    return Seen(kinds, _run_brief(stored), tuple(event for event in events if isinstance(event, dict)))
