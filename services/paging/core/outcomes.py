"""What the carrier answered about an attempt, and what its receipts say."""

from datetime import datetime

from contracts.carrier import CallStatus, SmsStatus
from contracts.escalations import PageRequested
from contracts.notices import NoticeSent
from contracts.pages import (
    Answer,
    AttemptAccepted,
    AttemptFailed,
    AttemptUnknown,
    AttemptWaiting,
    CarrierTrouble,
    PageStatus,
    ReceiptCame,
)
from contracts.values import Channel
from services.paging.core import going_on, inputs, limits, reactions, receipts, state
from services.paging.core.state import Attempt, Stage
from services.paging.core.story import Story

_ASKED = (Stage.INTENDED, Stage.UNKNOWN)


def accepted(story: Story, heard: inputs.CarrierAccepted, now: datetime) -> None:
    """The carrier has it; nothing to tell when a receipt already said so."""
    attempt = state.attempt_of(story.page, heard.attempt)
    if attempt is None or attempt.stage in (Stage.FAILED, Stage.ACCEPTED):
        return
    story.tell(AttemptAccepted(at=now, attempt=attempt.number, sid=heard.sid, reconciled=heard.reconciled))


def refused(story: Story, heard: inputs.CarrierRefused, now: datetime) -> None:
    """The carrier does not take it: repeat, move on, or tell ops as well."""
    attempt = state.attempt_of(story.page, heard.attempt)
    if attempt is None or attempt.stage not in _ASKED:
        return
    if (heard.status or 0) >= 500:
        unknown(story, attempt, f"status {heard.status}", now)
        return
    code = str(heard.code if heard.code is not None else heard.status or "refused")
    reaction = reactions.reaction(heard.code, heard.status, attempt.channel)
    fail(story, attempt, code, reaction, now)
    if reaction == "retry" and state.is_open(story.page):
        _again(story, attempt.number, now)


def unknown(story: Story, attempt: Attempt, why: str, now: datetime) -> None:
    """The carrier's answer was lost, or it could not be asked for it: ask later, at last send again."""
    unknowns = attempt.unknowns + 1
    wait = limits.reconcile_wait(unknowns)
    story.tell(AttemptUnknown(at=now, attempt=attempt.number, why=why, reconcile_at=now + wait))
    if unknowns == limits.UNKNOWNS_FOR_NEXT_METHOD:
        trouble(story, "no_outcome", f"The carrier gave no outcome {unknowns} times.", now)
    if unknowns % limits.UNKNOWNS_FOR_SENDING_AGAIN:
        return
    if state.is_open(story.page) and isinstance(story.page.what, PageRequested):
        _wait_again(story, attempt, now)
    else:
        fail(story, attempt, "no_outcome", "other_method", now)


def not_found(story: Story, number: int, now: datetime) -> None:
    """The carrier knows nothing of it: it is sent again, unless the page closed meanwhile."""
    attempt = state.attempt_of(story.page, number)
    if attempt is None or attempt.stage not in _ASKED:
        return
    if state.is_open(story.page):
        _wait_again(story, attempt, now)
    else:
        fail(story, attempt, "not_found", "other_method", now)


def receipt(story: Story, fact: SmsStatus | CallStatus, now: datetime) -> None:
    """A receipt or call event: merged by rank; a failure moves on at once."""
    attempt = state.attempt_of(story.page, fact.attempt)
    channel = Channel.SMS if isinstance(fact, SmsStatus) else Channel.VOICE
    if attempt is None or attempt.channel is not channel:
        return
    if not receipts.is_news(attempt, fact.status, fact.sid) or _is_full(attempt, fact.status):
        return
    code = "" if fact.error_code is None else str(fact.error_code)
    story.tell(ReceiptCame(at=now, attempt=attempt.number, status=fact.status, sid=fact.sid, code=code))
    if not receipts.is_failure(channel, fact.status) or attempt.stage is Stage.FAILED:
        return
    if channel is Channel.VOICE and not state.is_open(story.page):
        return  # hung up by us, or of no consequence any more
    reaction = reactions.reaction(fact.error_code, None, channel)
    # What failed after it was taken can't be repeated for the rate: only the other method is left.
    fail(story, attempt, code or fact.status, "other_method" if reaction == "retry" else reaction, now)
    if story.page.status is PageStatus.DONE:
        going_on.tell_failed(story, now, (code or fact.status,))


def fail(story: Story, attempt: Attempt, code: str, reaction: reactions.Reaction, now: datetime) -> None:
    """The attempt failed; what only ops can mend is told to them too."""
    story.tell(AttemptFailed(at=now, attempt=attempt.number, code=code, reaction=reaction))
    if reaction == "ops":
        trouble(story, code, f"The carrier refuses {attempt.channel.value} with code {code}.", now)


def trouble(story: Story, code: str, note: str, now: datetime) -> None:
    """Tell escalation, for ops, that the carrier is in trouble.

    An answer and a notice have no run to tell it in; the roster sees how a notice's attempts fail.
    """
    what = story.page.what
    if what is None or isinstance(what, Answer | NoticeSent):
        return
    story.tell(
        CarrierTrouble(
            at=now,
            page=state.identity(what),
            responder=what.responder,
            run=what.run,
            subject=what.subject,
            code=code,
            note=note,
        )
    )


def _again(story: Story, number: int, now: datetime) -> None:
    attempt = state.attempt_of(story.page, number)
    if attempt is not None:
        _wait_again(story, attempt, now, refusals=attempt.refusals)


def _wait_again(story: Story, attempt: Attempt, now: datetime, refusals: int = 0) -> None:
    not_before = now + limits.refused_wait(refusals) if refusals else now
    story.tell(
        AttemptWaiting(
            at=now,
            attempt=attempt.number,
            channel=attempt.channel,
            method=attempt.method,
            not_before=not_before,
        )
    )


def _is_full(attempt: Attempt, status: str) -> bool:
    """Statuses nobody knows are kept only up to a number: state stays bounded."""
    known = receipts.rank(attempt.channel, status) >= 0
    return not known and len(attempt.seen) >= limits.REMEMBERED_STATUSES // 2
