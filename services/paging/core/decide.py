"""What happens to a page because something was heard. A late or repeated input changes nothing.

Rules of this file: only `answers` acknowledges; every failure goes on to the next method in the
same decision; a closed page starts no attempt.
"""

from datetime import datetime
from typing import assert_never

from contracts.escalations import PageRequested, PageWithdrawn
from contracts.pages import (
    Answer,
    Asked,
    AttemptFailed,
    AttemptIntended,
    AttemptOverdue,
    AttemptWaiting,
    LookedAgain,
    PageClosed,
    PageEvent,
    PageStatus,
)
from contracts.values import Channel
from services.paging.core import answers, inputs, notices, outcomes, plan, receipts, state
from services.paging.core.due import answer_at, due, look_at, outcome_at, receipt_at, waiting
from services.paging.core.going_on import give_up_late, go_on
from services.paging.core.state import Attempt, Page, Stage
from services.paging.core.story import Story


def decide(page: Page, heard: inputs.Heard, now: datetime) -> tuple[PageEvent, ...]:
    """Return what happens because of `heard`, at the aware moment `now`; () when nothing does."""
    story = Story(page)
    _hear(story, heard, now)
    if story.events:
        go_on(story, now)
    return story.events


def _hear(story: Story, heard: inputs.Heard, now: datetime) -> None:
    match heard:
        case inputs.Requested(what=what):
            if story.page.status is None:
                story.tell(Asked(at=now, what=what))
        case inputs.Withdrawn(event=event):
            _withdrawn(story, event, now)
        case inputs.TurnCame():
            _turn_came(story, heard, now)
        case inputs.CarrierAccepted():
            outcomes.accepted(story, heard, now)
        case inputs.CarrierRefused():
            outcomes.refused(story, heard, now)
        case inputs.CarrierUnknown(attempt=number, why=why):
            attempt = state.attempt_of(story.page, number)
            if attempt is not None and attempt.stage in (Stage.INTENDED, Stage.UNKNOWN):
                outcomes.unknown(story, attempt, why, now)
        case inputs.NotFound(attempt=number):
            outcomes.not_found(story, number, now)
        case inputs.SmsReceipt(fact=sms):
            outcomes.receipt(story, sms, now)
        case inputs.CallProgress(fact=call):
            outcomes.receipt(story, call, now)
        case inputs.Replied():
            answers.replied(story, heard, now)
        case inputs.Pressed():
            answers.pressed(story, heard, now)
        case inputs.MethodDied(phone_ref=ref):
            _method_died(story, ref, now)
        case inputs.TimeReached():
            _time_reached(story, now)
        case unexpected:
            assert_never(unexpected)


def _withdrawn(story: Story, event: PageWithdrawn, now: datetime) -> None:
    """Close what is out or held; a page nobody has heard of is created closed.

    A page its responder took stays taken when the withdrawal only says that they have it.
    """
    status = story.page.status
    theirs = status is PageStatus.ACKNOWLEDGED and event.reason == "held"
    if status not in (None, PageStatus.OUT, PageStatus.ACKNOWLEDGED):
        return
    if theirs and event.holder in (None, event.responder):
        return
    superseded = event.reason == "superseded"
    story.tell(PageClosed(at=now, reason="superseded" if superseded else "withdrawn"))


def _turn_came(story: Story, heard: inputs.TurnCame, now: datetime) -> None:
    ready = {attempt.number: attempt for attempt in waiting(story.page)}
    attempt = ready.get(heard.attempt)
    if attempt is None or attempt.not_before > now:
        return
    if notices.is_late(story.page.what, now):
        give_up_late(story, now)
        return
    story.tell(
        AttemptIntended(
            at=now,
            attempt=attempt.number,
            text=heard.text,
            segments=heard.segments,
            evidence=heard.evidence,
            sealed=heard.sealed,
        )
    )


def _method_died(story: Story, phone_ref: str, now: datetime) -> None:
    """STOP from a phone: its text methods are dead for this page, what they carried goes on by voice."""
    what = story.page.what
    if what is None or isinstance(what, Answer) or not state.is_open(story.page):
        return
    for method, channel in plan.order(what):
        if method.phone_ref != phone_ref or channel is not Channel.SMS or method.id in story.page.dead:
            continue
        tried = state.attempts_on(story.page, method.id)
        number = tried[-1].number if tried else len(story.page.attempts) + 1
        if not tried:
            story.tell(AttemptWaiting(at=now, attempt=number, channel=channel, method=method.id))
        story.tell(AttemptFailed(at=now, attempt=number, code="opted_out", reaction="method_dead"))


def _time_reached(story: Story, now: datetime) -> None:
    """Look again: outcomes that are missing, turns that did not come, receipts and answers overdue."""
    at = due(story.page)
    if at is None or at > now:
        return
    if notices.is_late(story.page.what, now) and waiting(story.page):
        give_up_late(story, now)
        return
    for attempt in story.page.attempts:
        _look_at(story, attempt, now)
    if not story.events:
        story.tell(LookedAgain(at=now))


def _look_at(story: Story, attempt: Attempt, now: datetime) -> None:
    outcome, look = outcome_at(attempt), look_at(attempt)
    if outcome is not None and outcome <= now:
        why = "no_outcome" if attempt.stage is Stage.INTENDED else "not_reconciled"
        outcomes.unknown(story, attempt, why, now)
    elif look is not None and look <= now and state.is_open(story.page):
        story.tell(
            AttemptWaiting(
                at=now,
                attempt=attempt.number,
                channel=attempt.channel,
                method=attempt.method,
                not_before=attempt.not_before,
            )
        )
    _overdue(story, attempt.number, now)


def _overdue(story: Story, number: int, now: datetime) -> None:
    attempt = state.attempt_of(story.page, number)
    if attempt is None or not (state.is_open(story.page) or attempt.stage is Stage.ACCEPTED):
        return
    if not state.is_open(story.page) and attempt.channel is Channel.SMS:
        return
    receipt, answer = receipt_at(story.page, attempt), answer_at(story.page, attempt)
    talking = receipts.rank(attempt.channel, attempt.status) == receipts.rank(Channel.VOICE, "in-progress")
    is_page = isinstance(story.page.what, PageRequested)
    if receipt is not None and receipt <= now:
        story.tell(AttemptOverdue(at=now, attempt=number, why="no_receipt"))
    elif answer is not None and answer <= now and not is_page and not talking:
        outcomes.fail(story, attempt, "no_answer", "other_method", now)
    elif answer is not None and answer <= now:
        story.tell(AttemptOverdue(at=now, attempt=number, why="no_answer"))
