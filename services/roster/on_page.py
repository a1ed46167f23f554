"""What the roster hears of pages: answers to its notices, codes, and which phones work.

Most commits of pages are none of its business: the kinds in their headers say so without reading.
"""

import structlog

from contracts.commits import KINDS
from contracts.notices import NoticeKind
from contracts.pages import CodeTexted, NoticeAnswered, NoticeFailed, PageAcknowledged, PageEvent
from contracts.values import Urgency
from services.roster.core import receipts
from services.roster.core.fault_signals import fault
from services.roster.handing_over import HandingOver
from services.roster.reachability import BAD_NEWS, GOOD_NEWS, PAGE_EVENTS, Reachability
from services.roster.swapping import Swapping
from services.roster.tables import Tables
from services.roster.telling import Telling
from services.roster.verifying import Verifying
from services.runtime.aggregates import read_events
from services.runtime.consume import Message

_log = structlog.get_logger()
_ANSWERS = frozenset({"notice_answered", "code_texted", "notice_failed", "page_acknowledged"})
_MUST_ARRIVE = frozenset(
    {NoticeKind.SHIFT_TOMORROW, NoticeKind.SHIFT_SOON, NoticeKind.STILL_ON, NoticeKind.GAP}
)


class OnPage:
    """The handler of the durable `roster_pages`."""

    def __init__(
        self,
        tables: Tables,
        telling: Telling,
        reachability: Reachability,
        handing_over: HandingOver,
        verifying: Verifying,
        swapping: Swapping,
    ) -> None:
        self._tables = tables
        self._telling = telling
        self._reachability = reachability
        self._handing_over = handing_over
        self._verifying = verifying
        self._swapping = swapping

    async def hear(self, message: Message) -> None:
        """Learn from a page which phones fail, and what was answered to notices."""
        kinds = set(message.headers.get(KINDS, "").split(","))
        responder = message.subject.split(".")[1]
        teaches = self._teaches(kinds, responder)
        if not teaches and not _ANSWERS & kinds:
            return
        events: tuple[PageEvent, ...] = read_events(message.data, PAGE_EVENTS)
        if teaches:
            await self._reachability.learn(message, responder, events)
        for event in events:
            await self._hear(event)

    def _teaches(self, kinds: set[str], responder: str) -> bool:
        person = self._tables.people.values.get(responder)
        if person is None:
            return False
        return bool(BAD_NEWS & kinds) or (bool(GOOD_NEWS & kinds) and not receipts.is_sound(person))

    async def _hear(self, event: PageEvent) -> None:
        match event:
            case NoticeAnswered(answer="confirm"):
                await self._handing_over.on_answer(event)
            case NoticeAnswered():
                await self._swapping.on_answer(event)
            case CodeTexted():
                await self._verifying.on_code(event)
            case PageAcknowledged():
                await self._handing_over.on_taken(event)
            case NoticeFailed(notice=notice) if notice in _MUST_ARRIVE:
                await self._not_brought(event)
            case _:
                pass

    async def _not_brought(self, event: NoticeFailed) -> None:
        note = (
            f"{event.responder} could not be told of a shift of schedule {event.args.get('schedule', '?')} "
            f"({event.notice.value}). Call them, and see whether their phones are right."
        )
        await self._telling.faults([fault(f"untold-{event.page}", note, event.at, Urgency.SOON)])
