"""When a page acts again, and which of its attempts wait for whom.

Open means due: a page that is out always has a moment, at the latest half an hour after it last
moved. A closed one has a moment only while an attempt's outcome is unknown or a call may ring.
"""

from collections.abc import Iterator
from datetime import datetime

from contracts.escalations import BridgeRequested, PageRequested
from contracts.notices import NoticeSent
from contracts.values import Channel
from services.paging.core import limits, plan, receipts, state
from services.paging.core.state import Attempt, Page, Stage


def due(page: Page) -> datetime | None:
    """Return the moment to look again; None when nothing can happen any more by itself."""
    moments = [moment for attempt in page.attempts for moment in _moments(page, attempt)]
    if isinstance(page.what, NoticeSent) and page.what.not_after is not None and waiting(page):
        moments.append(page.what.not_after)
    if page.moved_at is not None and calls_in_vain(page):
        moments.append(page.moved_at + limits.HANG_UP)
    if moments:
        return min(moments)
    if state.is_open(page) and page.moved_at is not None:
        return page.moved_at + limits.LOOK_AGAIN
    return None


def waiting(page: Page) -> tuple[Attempt, ...]:
    """Return the attempts that are ready for the dispatcher, once their `not_before` has come."""
    if not state.is_open(page):
        return ()
    busy = {attempt.method for attempt in page.attempts if plan.is_under_way(attempt)}
    return tuple(
        attempt for attempt in page.attempts if attempt.stage is Stage.WAITING and attempt.method not in busy
    )


def unreconciled(page: Page, now: datetime) -> tuple[Attempt, ...]:
    """Return the attempts whose outcome must be asked of the carrier now.

    Ask before deciding `TimeReached`: that counts one more answer in vain and moves the moment on.
    """
    moments = ((attempt, outcome_at(attempt)) for attempt in page.attempts)
    return tuple(attempt for attempt, moment in moments if moment is not None and moment <= now)


def calls_in_vain(page: Page) -> tuple[Attempt, ...]:
    """Return the calls that still ring or talk about a page that is no longer out.

    The call in which the responder took or passed it is none: they are being answered in it.
    """
    if state.is_open(page) or not isinstance(page.what, PageRequested):
        return ()
    by_voice = page.answered_by is Channel.VOICE
    return tuple(
        attempt
        for attempt in page.attempts
        if attempt.channel is Channel.VOICE
        and attempt.stage is Stage.ACCEPTED
        and attempt.sid
        and plan.is_under_way(attempt)
        and not (by_voice and page.pressed_sid in ("", attempt.sid))
    )


def outcome_at(attempt: Attempt) -> datetime | None:
    """Return when an attempt without an outcome is looked for; None for any other."""
    if attempt.stage is Stage.INTENDED and attempt.intended_at is not None:
        return attempt.intended_at + limits.NO_OUTCOME
    return attempt.reconcile_at if attempt.stage is Stage.UNKNOWN else None


def look_at(attempt: Attempt) -> datetime | None:
    """Return when to look again at an attempt that still waits for its turn."""
    if attempt.stage is not Stage.WAITING:
        return None
    since = max(attempt.not_before, attempt.looked_at or attempt.not_before)
    return since + limits.look_wait(attempt.looks)


def receipt_at(page: Page, attempt: Attempt) -> datetime | None:
    """Return until when a text may stay without a receipt."""
    if attempt.channel is not Channel.SMS or attempt.intended_at is None or not _counts(attempt):
        return None
    if receipts.is_good_end(attempt.channel, attempt.status):
        return None
    is_page = isinstance(page.what, PageRequested)
    return attempt.intended_at + (limits.NO_RECEIPT if is_page else limits.MESSAGE_RECEIPT)


def answer_at(page: Page, attempt: Attempt) -> datetime | None:
    """Return until when an attempt may stay without an answer.

    A text of a page counts from when its turn could have come, so that a queue counts too. A call
    counts from its intention: what ends it is the carrier's last event, unless that was lost.
    """
    if not _counts(attempt):
        return None
    if attempt.channel is Channel.SMS or attempt.stage is Stage.WAITING:
        is_page = isinstance(page.what, PageRequested)
        return attempt.first_ready_at + limits.NO_ANSWER if is_page else None
    if attempt.intended_at is None or receipts.has_ended(attempt):
        return None
    if receipts.rank(attempt.channel, attempt.status) < receipts.rank(attempt.channel, "in-progress"):
        return attempt.intended_at + limits.CALL_UNANSWERED
    bridge = isinstance(page.what, BridgeRequested) or page.pressed_sid == attempt.sid != ""
    return attempt.intended_at + (limits.BRIDGE_TALKING if bridge else limits.CALL_TALKING)


def _counts(attempt: Attempt) -> bool:
    return not attempt.overdue and attempt.stage not in (Stage.FAILED, Stage.DROPPED)


def _moments(page: Page, attempt: Attempt) -> Iterator[datetime]:
    found = [outcome_at(attempt)]
    if state.is_open(page):
        found += [look_at(attempt), receipt_at(page, attempt), answer_at(page, attempt)]
    elif attempt.channel is Channel.VOICE and attempt.stage is Stage.ACCEPTED:
        found.append(answer_at(page, attempt))
    yield from (moment for moment in found if moment is not None)
