"""A button in the console: the same answer as a texted one, and it goes the same way from here.

Whoever pressed it saw a page of the console, not a text: `told` says how much of the run stood on it.
The PIN of a texted disposition is there the one-time code that was given shortly before.
"""

import structlog

from contracts.console import Pressed
from contracts.pages import PageEvent
from contracts.replies import Reply
from services.paging.answering import Answering
from services.paging.briefs import Briefs
from services.paging.core import decide as core
from services.paging.core import inputs
from services.paging.core.chosen import About, Chosen, Say
from services.paging.core.replies import choose, heard_before
from services.paging.core.state import Page
from services.paging.reconciling import Reconciling
from services.runtime.aggregates import Aggregates
from services.runtime.consume import Message
from services.runtime.follow import Follower

_log = structlog.get_logger()


class Pressing:
    """Hears what was pressed about a page, or about what somebody holds."""

    def __init__(
        self,
        pages: Aggregates[Page, PageEvent],
        briefs: Briefs,
        follower: Follower,
        answering: Answering,
        reconciling: Reconciling,
    ) -> None:
        self._pages = pages
        self._briefs = briefs
        self._follower = follower
        self._answering = answering
        self._reconciling = reconciling

    async def on_pressed(self, message: Message) -> None:
        """Act on one press. Raises Unavailable, and LookupError for a responder not known here (yet)."""
        pressed = Pressed.model_validate_json(message.data)
        person = self._answering.person(pressed.responder)
        _log.info("press_heard", responder=person.id, kind=pressed.key)
        await self._follower.catch_up()
        match await self._chosen(pressed):
            case About(page=page):
                await self._hear(pressed, f"pages.{person.id}.{page.page}")
            case Say(text=text):
                await self._answering.say(person, _cause(pressed), text)
            case _:
                pass

    async def _chosen(self, pressed: Pressed) -> Chosen:
        """Return what it is about: of this run alone, whatever else is out to them."""
        theirs = [one for one in self._briefs.of(pressed.responder) if one.run == pressed.run]
        before = await self._answering.heard_before(pressed.responder, _cause(pressed), pressed.at)
        if before is not None:
            return heard_before(before, theirs)
        return choose(_reply(pressed), theirs, True, pressed.at)

    async def _hear(self, pressed: Pressed, subject: str) -> None:
        heard = inputs.Replied(
            _reply(pressed),
            _cause(pressed),
            pressed.told,
            pin="right" if pressed.stepped_up else "missing",
            name=pressed.words,
            asked=pressed.asked,
            desk=True,
        )
        done = await self._pages.decide(subject, heard.cause, lambda s, now: core.decide(s, heard, now))
        await self._reconciling.hang_up(done.state)


def _reply(pressed: Pressed) -> Reply:
    return Reply(
        pressed.key,
        pressed.code,
        disposition=pressed.disposition,
        minutes=pressed.minutes,
        number=pressed.number,
    )


def _cause(pressed: Pressed) -> str:
    return f"press-{pressed.id}"
