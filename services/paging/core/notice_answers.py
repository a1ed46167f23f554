"""What a responder answered to a notice: told to the roster. It takes, passes and closes no page."""

from datetime import datetime
from typing import Literal

from contracts.notices import NoticeKind, NoticeSent
from contracts.pages import CodeTexted, NoticeAnswered, PageClosed
from contracts.replies import Key
from services.paging.core import inputs, state
from services.paging.core.about import about
from services.paging.core.notices import CONFIRMED_BY_KEY
from services.paging.core.story import Story

CONFIRM_KEY = "6"
"""The key that confirms a shift, in a text and in a call."""


def replied(story: Story, what: NoticeSent, heard: inputs.Replied, now: datetime) -> bool:
    """A text about it: a confirmation, a yes or no to a swap, or the code of a verification.

    Returns whether it answered what the notice asks.
    """
    match heard.reply.key:
        case Key.READY if what.notice in CONFIRMED_BY_KEY:
            return _answered(story, what, "confirm", heard.others, now)
        case Key.SWAP_YES if what.notice is NoticeKind.SWAP_OFFERED:
            return _answered(story, what, "accept", (), now)
        case Key.SWAP_NO if what.notice is NoticeKind.SWAP_OFFERED:
            return _answered(story, what, "refuse", (), now)
        case Key.VERIFY if what.notice is NoticeKind.VERIFY and heard.phone_ref:
            # A wrong code may be followed by the right one: each is told.
            story.tell(CodeTexted(**about(what, now), code=heard.reply.number, phone_ref=heard.phone_ref))
            _brought(story, now)
            return True
        case _nothing_it_asks_for:
            return False


def pressed(story: Story, what: NoticeSent, digits: str, now: datetime) -> bool:
    """A key in a call about it; returns whether it answered what the notice asks."""
    asked = digits == CONFIRM_KEY and what.notice in CONFIRMED_BY_KEY
    return asked and _answered(story, what, "confirm", (), now)


def _answered(
    story: Story,
    what: NoticeSent,
    answer: Literal["confirm", "accept", "refuse"],
    others: tuple[str, ...],
    now: datetime,
) -> bool:
    if story.page.answered_at is not None:
        return False
    story.tell(
        NoticeAnswered(**about(what, now), answer=answer, notice=what.notice, args=what.args, others=others)
    )
    _brought(story, now)
    return True


def _brought(story: Story, now: datetime) -> None:
    """Whoever answers has got it: no further method is tried."""
    if state.is_open(story.page):
        story.tell(PageClosed(at=now, reason="done"))
