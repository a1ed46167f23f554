"""What is true of a page after an event. Total: every event of every release folds without error."""

from contracts.pages import (
    AnswerHeard,
    Asked,
    AttemptAccepted,
    AttemptFailed,
    AttemptIntended,
    AttemptOverdue,
    AttemptUnknown,
    AttemptWaiting,
    PageAcknowledged,
    PageClosed,
    PageDeclined,
    PageEvent,
    PageStatus,
    Purpose,
    ReceiptCame,
)
from contracts.values import Channel, Moment
from services.paging.core import limits, receipts, state
from services.paging.core.state import Attempt, Page, Stage

_UNSENT = (Stage.WAITING, Stage.INTENDED, Stage.UNKNOWN, Stage.DROPPED)


def evolve(page: Page, event: PageEvent) -> Page:
    """Return the page after the event."""
    moved = _evolve(page, event)
    return moved.model_copy(update={"moved_at": event.at})


def _evolve(page: Page, event: PageEvent) -> Page:
    match event:
        case Asked(what=what):
            return page.model_copy(update={"what": what, "status": PageStatus.OUT})
        case AttemptWaiting():
            return _waiting(page, event)
        case (
            AttemptIntended()
            | AttemptAccepted()
            | AttemptFailed()
            | AttemptUnknown()
            | ReceiptCame()
            | AttemptOverdue()
        ):
            return _attempt(page, event)
        case PageAcknowledged():
            return _acknowledged(page, event)
        case PageDeclined(channel=channel):
            declined = page.status in (PageStatus.OUT, PageStatus.ACKNOWLEDGED) and _is_page(page)
            status = PageStatus.DECLINED if declined else page.status
            return page.model_copy(update={"answered_by": channel, "status": status})
        case PageClosed(reason=reason):
            dropped = tuple(_drop(attempt) for attempt in page.attempts)
            return page.model_copy(update={"status": PageStatus(reason), "attempts": dropped})
        case AnswerHeard():
            return _heard(page, event)
        case _only_told_to_others:
            return page


def _is_page(page: Page) -> bool:
    return page.what is not None and state.purpose(page.what) is Purpose.PAGE


def _waiting(page: Page, event: AttemptWaiting) -> Page:
    known = state.attempt_of(page, event.attempt)
    ready = event.not_before or event.at
    if known is None:
        methods = page.what.methods if page.what is not None else ()
        phone = next((method.phone_ref for method in methods if method.id == event.method), "")
        attempt = Attempt(
            number=event.attempt,
            channel=event.channel,
            method=event.method,
            phone_ref=phone,
            not_before=ready,
            first_ready_at=ready,
        )
        return page.model_copy(update={"attempts": (*page.attempts, attempt)})
    if known.stage is Stage.WAITING:
        return _with(page, known, looks=known.looks + 1, looked_at=event.at)
    return _with(page, known, stage=Stage.WAITING, not_before=ready, looks=0, looked_at=None)


def _attempt(
    page: Page,
    event: AttemptIntended | AttemptAccepted | AttemptFailed | AttemptUnknown | ReceiptCame | AttemptOverdue,
) -> Page:
    known = state.attempt_of(page, event.attempt)
    if known is None:
        return page
    match event:
        case AttemptIntended(text=text, segments=segments, evidence=evidence, sealed=sealed):
            return _with(
                page,
                known,
                stage=Stage.INTENDED,
                intended_at=event.at,
                text=text,
                sealed=sealed,
                segments=segments,
                evidence=evidence,
                overdue=known.overdue and known.channel is Channel.SMS,
            )
        case AttemptAccepted(sid=sid):
            return _with(page, known, stage=Stage.ACCEPTED, accepted_at=event.at, sid=sid)
        case AttemptFailed():
            return _failed(page, known, event)
        case AttemptUnknown(reconcile_at=at):
            unknowns = known.unknowns + 1
            return _with(page, known, stage=Stage.UNKNOWN, reconcile_at=at, unknowns=unknowns)
        case ReceiptCame():
            return _receipt(page, known, event)
        case AttemptOverdue():
            return _with(page, known, overdue=True)


def _failed(page: Page, known: Attempt, event: AttemptFailed) -> Page:
    dead = (*page.dead, known.method) if event.reaction == "method_dead" else page.dead
    refusals = known.refusals + (event.reaction == "retry")
    failed = _with(page, known, stage=Stage.FAILED, code=event.code, refusals=refusals)
    return failed.model_copy(update={"dead": tuple(dict.fromkeys(dead))})


def _receipt(page: Page, known: Attempt, event: ReceiptCame) -> Page:
    seen = (*known.seen, event.status)[-limits.REMEMBERED_STATUSES :]
    if receipts.rank(known.channel, event.status) < 0:
        return _with(page, known, seen=seen)
    accepted = known.stage in _UNSENT or (
        known.stage is Stage.FAILED and receipts.is_good_end(known.channel, event.status)
    )
    accepted_at: Moment | None = known.accepted_at or event.at
    return _with(
        page,
        known,
        seen=seen,
        status=receipts.further(known.channel, known.status, event.status),
        sid=known.sid or event.sid,
        stage=Stage.ACCEPTED if accepted else known.stage,
        accepted_at=accepted_at,
    )


def _acknowledged(page: Page, event: PageAcknowledged) -> Page:
    heard = event.channel is Channel.VOICE
    return page.model_copy(
        update={
            "status": PageStatus.ACKNOWLEDGED if _is_page(page) else page.status,
            "answered_by": event.channel,
            "told": max(page.told, event.evidence) if heard else page.told,
            "told_at": event.at if heard else page.told_at,
        }
    )


def _heard(page: Page, event: AnswerHeard) -> Page:
    return page.model_copy(
        update={
            "heard": (*page.heard, event.cause)[-limits.REMEMBERED_CAUSES :],
            "answered_at": event.at,
            "told": max(page.told, event.evidence),
            "told_at": event.at if event.evidence else page.told_at,
            "pressed_sid": event.sid or page.pressed_sid,
        }
    )


def _drop(attempt: Attempt) -> Attempt:
    if attempt.stage is not Stage.WAITING:
        return attempt
    return attempt.model_copy(update={"stage": Stage.DROPPED})


def _with(page: Page, attempt: Attempt, **changes: object) -> Page:
    changed = attempt.model_copy(update=changes)
    attempts = tuple(changed if each.number == attempt.number else each for each in page.attempts)
    return page.model_copy(update={"attempts": attempts})
