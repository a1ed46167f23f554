"""What follows for the page as a whole: the next method, a repetition, or that everything failed."""

from datetime import datetime, timedelta

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import (
    Answer,
    AttemptWaiting,
    MessageFailed,
    NoticeFailed,
    PageClosed,
    PageExhausted,
)
from contracts.values import Channel
from services.paging.core import due, limits, notices, plan, receipts, state
from services.paging.core.about import about
from services.paging.core.state import Stage, What
from services.paging.core.story import Story


def go_on(story: Story, now: datetime) -> None:
    """Tell what must be tried now; nothing when the page is not out."""
    if not state.is_open(story.page) or story.page.what is None:
        return
    what = story.page.what
    if _is_brought(story):
        story.tell(PageClosed(at=now, reason="done"))
        return
    if notices.is_late(what, now) and (due.waiting(story.page) or not plan.hopeful(story.page)):
        give_up_late(story, now)
        return
    while (rest := plan.untried(story.page)) and plan.hopeful(story.page) < plan.at_once(what):
        method, channel = rest[0]
        _wait(story, now, method.id, channel)
    if isinstance(what, PageRequested):
        for text in plan.second_texts(story.page):
            _wait(story, now, text.method, text.channel, limits.TEXT_AGAIN)
    if plan.all_failed(story.page):
        _give_up(story, what, now)
    else:
        for call in plan.repeated_calls(story.page):
            _wait(story, now, call.method, call.channel, limits.CALL_AGAIN)


def give_up_late(story: Story, now: datetime) -> None:
    """What was not sent in time is not sent any more."""
    tell_failed(story, now, (*plan.failures(story.page), "too_late"))
    story.tell(PageClosed(at=now, reason="failed"))


def _wait(story: Story, now: datetime, method: str, channel: Channel, delay: timedelta = timedelta()) -> None:
    number = len(story.page.attempts) + 1
    story.tell(AttemptWaiting(at=now, attempt=number, channel=channel, method=method, not_before=now + delay))


def _is_brought(story: Story) -> bool:
    """Whether a message, answer or bridge arrived, as far as a receipt can tell."""
    return not isinstance(story.page.what, PageRequested) and any(
        each.stage is Stage.ACCEPTED and (each.overdue or receipts.is_good_end(each.channel, each.status))
        for each in story.page.attempts
    )


def _give_up(story: Story, what: What, now: datetime) -> None:
    codes = plan.codes(story.page)
    match what:
        case PageRequested():
            story.tell(
                PageExhausted(
                    at=now,
                    page=what.page,
                    responder=what.responder,
                    run=what.run,
                    subject=what.subject,
                    codes=codes,
                )
            )
            story.tell(PageClosed(at=now, reason="exhausted"))
        case Answer():
            story.tell(PageClosed(at=now, reason="failed"))
        case _message:
            tell_failed(story, now, codes)
            story.tell(PageClosed(at=now, reason="failed"))


def tell_failed(story: Story, now: datetime, codes: tuple[str, ...]) -> None:
    """Tell who asked for it that a message, a bridge or a notice did not get through."""
    match story.page.what:
        case ResponderTold() | BridgeRequested() as what:
            story.tell(MessageFailed(**about(what, now), codes=codes))
        case NoticeSent() as what if story.page.answered_at is None:
            story.tell(NoticeFailed(**about(what, now), notice=what.notice, args=what.args, codes=codes))
        case _nobody_waits_for_it:
            pass
