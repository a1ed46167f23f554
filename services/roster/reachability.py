"""Learning from pages which phones work: receipts and answers, written beside the phone they are about."""

import structlog
from nats.js.kv import KeyValue
from pydantic import TypeAdapter

from contracts.commits import Commit
from contracts.pages import PageEvent
from contracts.people import Person
from services.roster.core import receipts
from services.runtime.aggregates import read_events
from services.runtime.consume import Message
from services.runtime.editing import edit
from services.runtime.log import Log

PAGE_EVENTS: TypeAdapter[PageEvent] = TypeAdapter(PageEvent)
BAD_NEWS = frozenset({"attempt_failed"})
GOOD_NEWS = frozenset({"receipt_came", "page_acknowledged", "page_declined", "notice_answered"})
_log = structlog.get_logger()


class Reachability:
    """Writes what pages teach about phones; raises Unavailable."""

    def __init__(self, pages: Log, people: KeyValue) -> None:
        self._pages = pages
        self._people = people

    async def learn(self, message: Message, responder: str, events: tuple[PageEvent, ...]) -> None:
        """Learn from one commit of a page. Its earlier ones say which attempt went to which phone."""
        start = Commit.model_validate_json(message.data).start or message.sequence
        stored = await self._pages.since(message.subject, start)
        story = [event for one in stored for event in read_events(one.data, PAGE_EVENTS)]
        taught = receipts.lessons(events, story)
        if not taught:
            return
        before: list[Person] = []

        def change(person: Person) -> Person:
            before[:] = [person]
            return receipts.learnt(person, taught)

        after = await edit(self._people, responder, Person, change)
        if after is not None and before and after != before[0]:
            failing = [m.id for m in after.methods if m.failing_since is not None]
            _log.info("phones_learnt", responder=responder, failing=",".join(failing))
