"""Which notice a responder's text is about. None of this takes, passes or closes a page.

An answer covers only what that person was told: a notice that went out after they wrote is not
confirmed by it. One whose acceptance is not known yet is, when no other waits.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.notices import NoticeKind
from contracts.pages import PageBrief, Purpose
from contracts.replies import Key, Reply
from services.paging.core import texts
from services.paging.core.chosen import About, Chosen, Confirms, Say, Shift


def choose_notice(reply: Reply, briefs: Sequence[PageBrief], open_code: str, now: datetime) -> Chosen:
    """Return what a `6`, a yes or no to a swap, or a code is about.

    `now` is when they wrote it; `open_code` is the page a `1` would take, "" when there is none.
    """
    match reply.key:
        case Key.READY if reply.code:
            return Say(texts.ready_code_text(reply.code))
        case Key.READY:
            return _shifts(briefs, open_code, now)
        case Key.VERIFY:
            codes = [each for each in _notices(briefs, now) if each.notice is NoticeKind.VERIFY]
            return About(max(codes, key=_asked)) if codes else Say(texts.no_code_text())
        case _:
            return _swap(reply, briefs, now)


def hint(briefs: Sequence[PageBrief], now: datetime) -> tuple[datetime, str] | None:
    """Return what answers a `1`, `2` or `ok` that can only be meant for a notice, and when that was asked.

    None when no notice waits for an answer.
    """
    hints = [(shift.notice.asked_at, texts.confirm_hint_text()) for shift in _unconfirmed(briefs, now)]
    hints += [(offer.asked_at, texts.swap_hint_text(offer.number)) for offer in _offers(briefs, now)]
    return max(hints, default=None)


def _shifts(briefs: Sequence[PageBrief], open_code: str, now: datetime) -> Chosen:
    waiting = _unconfirmed(briefs, now)
    if waiting:
        return Confirms(waiting)
    confirmed = any(each.shift and each.answered_at is not None for each in _notices(briefs, now))
    return Say(texts.no_shift_text(open_code, confirmed=confirmed))


def _unconfirmed(briefs: Sequence[PageBrief], now: datetime) -> tuple[Shift, ...]:
    """Return the coming shifts they were told of and have not confirmed, each once, soonest told first."""
    asking = [each for each in _notices(briefs, now) if each.shift]
    known = {each.shift for each in asking if each.answered_at is not None}
    waiting = _told([each for each in asking if each.shift not in known], now)
    by_shift: dict[str, list[PageBrief]] = {}
    for each in sorted(waiting, key=_asked):
        by_shift.setdefault(each.shift, []).append(each)
    return tuple(Shift(each[-1], tuple(one.page for one in each[:-1])) for each in by_shift.values())


def _swap(reply: Reply, briefs: Sequence[PageBrief], now: datetime) -> Chosen:
    newest = _newest(briefs, now)
    if reply.number:
        return _this_swap(reply.number, newest.get(reply.number), now)
    waiting = _offers(briefs, now)
    if len(waiting) > 1:
        word = "YES" if reply.key is Key.SWAP_YES else "NO"
        return Say(texts.which_swap_text(word, [each.number for each in waiting]))
    if waiting:
        return About(waiting[0])
    answered = [each for each in newest.values() if _is_offer(each, now) and each.answered_at]
    return Say(texts.swap_answered_text(answered[-1].number) if answered else texts.no_swap_text(""))


def _newest(briefs: Sequence[PageBrief], now: datetime) -> dict[str, PageBrief]:
    """Return what they were told last of each swap: a number comes again once its offer is over."""
    swaps = (NoticeKind.SWAP_OFFERED, NoticeKind.SWAP_OVER)
    told = [each for each in _notices(briefs, now, past=True) if each.notice in swaps]
    return {each.number: each for each in sorted(told, key=_asked)}


def _offers(briefs: Sequence[PageBrief], now: datetime) -> list[PageBrief]:
    """Return the offers they were told of, that are open and not answered."""
    newest = _newest(briefs, now).values()
    return _told([each for each in newest if _is_offer(each, now) and each.answered_at is None], now)


def _this_swap(number: str, newest: PageBrief | None, now: datetime) -> Chosen:
    if newest is None or not _told([newest], now):
        return Say(texts.no_swap_text(number))
    if not _is_offer(newest, now):
        return Say(texts.swap_over_text(number))
    return Say(texts.swap_answered_text(number)) if newest.answered_at else About(newest)


def _is_offer(brief: PageBrief, now: datetime) -> bool:
    over = brief.until is not None and brief.until <= now
    return brief.notice is NoticeKind.SWAP_OFFERED and not over


def _notices(briefs: Iterable[PageBrief], now: datetime, *, past: bool = False) -> list[PageBrief]:
    """Return the notices asked for by then whose answer still means something (or, `past`, did once)."""
    return [
        brief
        for brief in briefs
        if brief.purpose is Purpose.NOTICE
        and brief.asked_at <= now
        and (past or brief.until is None or brief.until > now)
    ]


def _told(briefs: Sequence[PageBrief], now: datetime) -> list[PageBrief]:
    """Return those they were told by then, else those whose text was on its way."""
    told = [brief for brief in briefs if brief.told_at is not None and brief.told_at <= now]
    sent = [brief for brief in briefs if brief.intended_at is not None and brief.intended_at <= now]
    return told or sent


def _asked(brief: PageBrief) -> tuple[datetime, str]:
    return brief.asked_at, brief.page
