"""Which page a responder's text is about, or what Vigil answers by itself.

An answer covers only what that person was told: a bare `1` never takes a page whose text had not
gone to the carrier yet. One whose acceptance is not known yet is taken only when it is alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from contracts.escalations import Telling
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import Key, Reply
from contracts.values import Kind
from services.paging.core import texts
from services.paging.core.chosen import About, Chosen, Say
from services.paging.core.notice_replies import choose_notice, hint

ANSWERED_MOST, ANSWERED_WITHIN = 15, timedelta(minutes=10)
"""So many answers to one phone in so long, and what is no command is not answered any more. Ours."""
RECENT = timedelta(hours=24)
"""How long a run that is no longer out may still be meant by a text without a code."""


def choose(reply: Reply, briefs: Sequence[PageBrief], code_known: bool, now: datetime) -> Chosen:
    """Return what a reply is about. `briefs` are the responder's own; `now` is when they wrote it.

    What was sent to them after that moment is not meant. `code_known` says that the site has used
    the code, so that a closed one is told from a typing error.
    """
    known = [brief for brief in briefs if brief.purpose in (Purpose.PAGE, Purpose.MESSAGE)]
    match reply.key:
        case Key.HELP:
            return Say(texts.help_text())
        case Key.START:
            return Say(texts.start_text())
        case Key.STOP:
            return Say(texts.stop_text())
        case Key.UNKNOWN | Key.FREE:
            return Say(texts.not_understood_text(_open_codes(known), _held_codes(known, reply.code)))
        case Key.READY | Key.SWAP_YES | Key.SWAP_NO | Key.VERIFY:
            out = _told_by(known, now)
            return choose_notice(reply, briefs, out[0].code if out else "", now)
        case _ if reply.code:
            return _with_code(reply, known, code_known)
        case Key.TAKE | Key.PASS | Key.SEEN if meant := _notice_meant(briefs, known, now):
            return Say(meant)
        case _:
            return _without_code(reply, known, now)


def is_loop(reply: Reply, briefs: Iterable[PageBrief], now: datetime) -> bool:
    """Return whether the phone seems to answer each answer of ours by itself; a command never does."""
    answers = [b for b in briefs if b.purpose is Purpose.ANSWER and b.asked_at > now - ANSWERED_WITHIN]
    return reply.key in (Key.UNKNOWN, Key.FREE, Key.SEEN) and len(answers) >= ANSWERED_MOST


def heard_before(brief: PageBrief, briefs: Sequence[PageBrief]) -> About:
    """Return what a repeated text is about: the page or notice that heard it, whatever is out by now."""
    return _about(brief, [each for each in briefs if each.purpose in (Purpose.PAGE, Purpose.MESSAGE)])


def _with_code(reply: Reply, known: list[PageBrief], code_known: bool) -> Chosen:
    named = [brief for brief in known if brief.code == reply.code]
    if not named:
        closed = texts.closed_code_text(reply.code)
        return Say(closed if code_known else texts.not_understood_text(_open_codes(known)))
    pages = [brief for brief in named if brief.purpose is Purpose.PAGE]
    match reply.key:
        case Key.SEEN if any(page.status is PageStatus.OUT for page in pages):
            return Say(texts.seen_text(reply.code))
        case Key.SEEN if reply.code in _held_codes(known):
            return Say(texts.seen_text(reply.code, held=True))
        case Key.SEEN:
            return Say(texts.nothing_open_text())
        case Key.TAKE:
            return _about(_newest(pages or named), known)
        case Key.PASS:
            out, held = _with_status(pages, PageStatus.OUT), _with_status(pages, PageStatus.ACKNOWLEDGED)
            return _about(_newest(out or held or pages or named), known)
        case Key.SIGN:
            return _about(_newest(_to_sign(named) or named), known)
        case _:
            held = _with_status(pages, PageStatus.ACKNOWLEDGED)
            return _for_holder(reply, _newest(held or pages or named), known)


def _without_code(reply: Reply, known: list[PageBrief], now: datetime) -> Chosen:
    out = _told_by(known, now)
    held = _held(known)
    match reply.key:
        case Key.SEEN if out:
            return Say(texts.seen_text(out[0].code))
        case Key.SEEN:
            mine = _held_codes(known)
            return Say(texts.seen_text(mine[0], held=True) if mine else texts.nothing_open_text())
        case Key.TAKE if out and held and reply.in_letters:
            # Whoever talks with a patient may mean the word for them: only the figure takes.
            return Say(texts.seen_text(out[0].code))
        case Key.TAKE if out:
            return _about(out[0], known)
        case Key.TAKE:
            waits = _with_status(known, PageStatus.OUT)
            sent = [brief for brief in waits if brief.intended_at is not None and brief.intended_at <= now]
            over = [brief for brief in _recent(known, now) if brief.status is not PageStatus.OUT]
            return _only_run(reply, sent or over, known)
        case Key.PASS | Key.MORE if out:
            return _about(out[0], known)
        case Key.SIGN:
            return _only_run(reply, _to_sign(_recent(known, now)), known)
        case Key.UNDO:
            answered = [brief for brief in _recent(known, now) if brief.answered_at is not None]
            return _about(max(answered, key=_answered), known) if answered else _nothing()
        case _:
            return _only_run(reply, held or _recent(known, now), known)


def _only_run(reply: Reply, briefs: list[PageBrief], known: list[PageBrief]) -> Chosen:
    """Choose the newest of them if they are all of one run; else ask which is meant."""
    runs = {brief.run: brief.code for brief in sorted(briefs, key=_asked)}
    if not runs:
        return _nothing()
    if len(runs) > 1:
        return Say(texts.which_text(reply.key, tuple(runs.values()), reply.disposition))
    pages = [brief for brief in briefs if brief.purpose is Purpose.PAGE]
    return _for_holder(reply, _newest(pages or briefs), known)


def _for_holder(reply: Reply, brief: PageBrief, known: list[PageBrief]) -> Chosen:
    if reply.key is Key.DISPOSE and reply.disposition is None:
        return Say(texts.dispositions_text(brief.code, brief.kind is Kind.SYSTEM_FAULT))
    return _about(brief, known)


def _about(brief: PageBrief, known: list[PageBrief]) -> About:
    return About(brief, tuple(each for each in _told(known) if each.run != brief.run))


def _nothing() -> Say:
    return Say(texts.nothing_open_text())


def _told(known: Iterable[PageBrief]) -> list[PageBrief]:
    """Return pages that are out and were told to the phone: most urgent first, then oldest; drills last."""
    out = [brief for brief in _with_status(known, PageStatus.OUT) if brief.told or brief.told_at]
    return sorted(
        out, key=lambda brief: (brief.drill or brief.test, -brief.urgency.rank, brief.asked_at, brief.page)
    )


def _told_by(known: Iterable[PageBrief], now: datetime) -> list[PageBrief]:
    return [brief for brief in _told(known) if brief.told_at is not None and brief.told_at <= now]


def _notice_meant(briefs: Sequence[PageBrief], known: list[PageBrief], now: datetime) -> str:
    """Return what answers a bare `1`, `2` or `ok` that can only be meant for a notice.

    "" when something is out or held, when they were paged since, or when nobody knows whether a page of
    theirs is over: its run went on without them, or nothing got through as far as the carrier knows.
    """
    found = hint(briefs, now)
    if found is None or _with_status(known, PageStatus.OUT) or _held(known):
        return ""
    asked, text = found
    paged = [brief for brief in known if brief.purpose is Purpose.PAGE]
    latest = {brief.run: brief.status for brief in sorted(_recent(paged, now), key=_asked)}
    went_on = any(status in (PageStatus.EXHAUSTED, PageStatus.SUPERSEDED) for status in latest.values())
    return text if not went_on and all(brief.asked_at < asked for brief in paged) else ""


def _with_status(known: Iterable[PageBrief], status: PageStatus) -> list[PageBrief]:
    return [brief for brief in known if brief.purpose is Purpose.PAGE and brief.status is status]


_GAINED = (Telling.YOU_HAVE_IT, Telling.UNDONE)
_LOST = (
    Telling.OTHER_HAS_IT,
    Telling.HANDED_OVER,
    Telling.GIVEN_BACK,
    Telling.CLOSED,
    Telling.ALREADY_CLOSED,
    Telling.TEST_ANSWERED,
    Telling.DRILL_ANSWERED,
    Telling.HELPING,
)


def _held(known: Iterable[PageBrief]) -> list[PageBrief]:
    """Return what belongs to runs that they hold, as far as they were told.

    A page they took stays acknowledged when the run closes or goes to somebody else; the message
    that told them so is newer.
    """
    briefs, holds = list(known), dict[str, tuple[datetime, bool]]()
    for brief in briefs:
        taken = brief.purpose is Purpose.PAGE and brief.status is PageStatus.ACKNOWLEDGED
        if not (taken or brief.telling in _GAINED or brief.telling in _LOST):
            continue
        # A message is asked for by what they answered, so it is never older than that answer.
        moment = brief.asked_at
        latest = holds.get(brief.run)
        if latest is None or moment >= latest[0]:
            holds[brief.run] = (moment, brief.telling not in _LOST)
    return [brief for brief in briefs if holds.get(brief.run, (None, False))[1]]


def _to_sign(briefs: Iterable[PageBrief]) -> list[PageBrief]:
    return [brief for brief in briefs if brief.telling is Telling.SIGN_PLEASE]


def _recent(known: Iterable[PageBrief], now: datetime) -> list[PageBrief]:
    return [brief for brief in known if brief.asked_at > now - RECENT]


def _open_codes(known: Iterable[PageBrief]) -> tuple[str, ...]:
    out = [*_told(known), *_held(known)]
    return tuple(dict.fromkeys(brief.code for brief in out))


def _held_codes(known: Iterable[PageBrief], first: str = "") -> tuple[str, ...]:
    """Return the codes of what they hold about a patient; the one they named comes first."""
    codes = dict.fromkeys(brief.code for brief in _held(known) if brief.kind is not Kind.SYSTEM_FAULT)
    return tuple(sorted(codes, key=lambda code: code != first))


def _newest(briefs: Iterable[PageBrief]) -> PageBrief:
    return max(briefs, key=_asked)


def _asked(brief: PageBrief) -> tuple[datetime, str]:
    return brief.asked_at, brief.page


def _answered(brief: PageBrief) -> datetime:
    return brief.answered_at or brief.asked_at
