"""What others may see of a page, and which of its calls must be hung up."""

from datetime import datetime

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold
from contracts.notices import NoticeSent
from contracts.pages import Answer, PageBrief, PageStatus
from contracts.values import Channel, Kind
from services.paging.core import notice_texts, notices, plan, state
from services.paging.core.due import calls_in_vain, waiting
from services.paging.core.state import Page, Stage


def brief(page: Page) -> PageBrief | None:
    """Return what stands in the commit's header; None for a page withdrawn before it was asked for."""
    what = page.what
    if what is None:
        return None
    told, told_at = _told(page)
    texts = [each.intended_at for each in page.attempts if each.channel is Channel.SMS and each.intended_at]
    return PageBrief(
        page=state.identity(what),
        responder=what.responder,
        run=what.run,
        subject=what.subject,
        code="" if isinstance(what, Answer | NoticeSent) else what.code,
        purpose=state.purpose(what),
        status=page.status or PageStatus.OUT,
        urgency=state.urgency(what),
        kind=Kind.SYSTEM_FAULT if isinstance(what, Answer | NoticeSent) else what.kind,
        evidence=state.evidence(what),
        told=told,
        told_at=told_at,
        asked_at=what.at,
        contact_by=what.contact_by if isinstance(what, PageRequested) else None,
        patient=what.patient if isinstance(what, BridgeRequested) else None,
        contact=what.contact if isinstance(what, BridgeRequested) else 0,
        room=what.room if isinstance(what, BridgeRequested) else None,
        waiting=tuple((each.number, each.channel, each.phone_ref) for each in waiting(page)),
        calling=_calling(page),
        intended_at=min(texts, default=None),
        answered_at=page.answered_at,
        telling=what.telling if isinstance(what, ResponderTold) else None,
        test=isinstance(what, PageRequested) and what.test,
        drill=isinstance(what, PageRequested) and what.drill,
        given=isinstance(what, PageRequested) and what.given_by is not None,
    ).model_copy(update=_of_notice(what) if isinstance(what, NoticeSent) else {})


def _of_notice(what: NoticeSent) -> dict[str, object]:
    by_voice = any(channel is Channel.VOICE for _, channel in notices.methods(what))
    return {
        "notice": what.notice,
        "number": what.args.get("number", ""),
        "shift": notices.shift(what),
        "until": notices.answerable_until(what),
        "spoken": notice_texts.spoken_text(what) if by_voice else "",
    }


def calls_to_end(page: Page) -> tuple[str, ...]:
    """Return the sids of the calls to hang up: they ring or talk about a page that is no longer out.

    Asked for again every few seconds (see `due`) until the carrier says that they ended.
    """
    return tuple(attempt.sid for attempt in calls_in_vain(page))


def _told(page: Page) -> tuple[int, datetime | None]:
    """Up to which signal they were told, and since when: the earliest moment that proves it.

    A text tells once the carrier took it. A call tells only once a key was pressed in it, but that
    it was made already counts as having been paged.
    """
    proofs = [(page.told, page.told_at)] if page.told_at else []
    for attempt in page.attempts:
        if attempt.accepted_at is not None and attempt.stage is not Stage.FAILED:
            heard = attempt.evidence if attempt.channel is Channel.SMS else 0
            proofs.append((heard, attempt.accepted_at))
    told = max((number for number, _ in proofs), default=0)
    return told, min((moment for number, moment in proofs if number == told and moment), default=None)


def _calling(page: Page) -> str:
    calls = (each for each in page.attempts if each.channel is Channel.VOICE)
    return next((call.phone_ref for call in calls if plan.is_under_way(call)), "")
