"""Which contact method is tried next, and whether everything failed. The plan of design, section 7."""

from contracts.escalations import BridgeRequested, PageRequested, ResponderTold, Telling
from contracts.notices import NoticeSent
from contracts.people import ContactMethod
from contracts.values import Channel, Urgency
from services.paging.core import limits, notices, reactions, receipts, state
from services.paging.core.state import Attempt, Page, Stage, What

ALSO_BY_VOICE = frozenset(
    {
        Telling.YOU_HAVE_IT,
        Telling.REACHED_QUESTION,
        Telling.CONTACT_OVERDUE,
        Telling.MORE_URGENT,
        Telling.NEW_SIGNAL,
        Telling.SIGN_PLEASE,
        Telling.GIVE_REFUSED,
    }
)
"""Messages that somebody's safety hangs on: when no text gets through, a call says the same."""


def order(what: What) -> tuple[tuple[ContactMethod, Channel], ...]:
    """Return the methods in the order they are tried, with the channel each is used for.

    A page: the first text and the first call, then the rest as the person ordered them. A bridge
    is a call; a person without a voice method is called on the phone they get texts on.
    """
    alive = [method for method in what.methods if method.dead_since is None]
    texts = [(method, Channel.SMS) for method in alive if method.channel is Channel.SMS]
    calls = [(method, Channel.VOICE) for method in alive if method.channel is Channel.VOICE]
    match what:
        case PageRequested():
            first = texts[:1] + calls[:1]
            rest = [(method, method.channel) for method in alive]
            return tuple(first + [each for each in rest if each not in first])
        case BridgeRequested():
            return tuple(calls or [(method, Channel.VOICE) for method, _ in texts])
        case ResponderTold(telling=telling, urgency=urgency):
            pressing = urgency.rank >= Urgency.URGENT.rank and telling in ALSO_BY_VOICE
            return tuple(texts + calls if pressing else texts)
        case NoticeSent():
            return notices.methods(what)
        case _answer:
            return tuple(texts)


def at_once(what: What) -> int:
    """Return how many methods are tried side by side from the start."""
    return 2 if isinstance(what, PageRequested) and what.urgency is Urgency.IMMINENT else 1


def untried(page: Page) -> tuple[tuple[ContactMethod, Channel], ...]:
    """Return the methods that are still to be tried, in order."""
    if page.what is None:
        return ()
    return tuple(
        (method, channel)
        for method, channel in order(page.what)
        if method.id not in page.dead and not state.attempts_on(page, method.id)
    )


def hopeful(page: Page) -> int:
    """Return on how many methods an attempt is under way that gives no reason to try another."""
    return sum(not _is_stalled(page, method) for method in _tried(page))


def second_texts(page: Page) -> tuple[Attempt, ...]:
    """Return the failed texts that are tried once more."""
    latest = (state.attempts_on(page, method) for method in _tried(page))
    return tuple(
        attempts[-1]
        for attempts in latest
        if len(attempts) == 1
        and attempts[0].channel is Channel.SMS
        and attempts[0].stage is Stage.FAILED
        and attempts[0].method not in page.dead
        and reactions.has_second_chance(attempts[0].code)
    )


def repeated_calls(page: Page) -> tuple[Attempt, ...]:
    """Return the calls that ended without an answer and are made again."""
    if not isinstance(page.what, PageRequested):
        return ()
    again = []
    for method in _tried(page):
        attempts = state.attempts_on(page, method)
        last = attempts[-1]
        over = last.stage is Stage.FAILED or (last.stage is Stage.ACCEPTED and is_unanswered(last))
        allowed = limits.calls_allowed(page.what.urgency, last.stage is Stage.FAILED)
        if last.channel is Channel.VOICE and over and method not in page.dead and len(attempts) < allowed:
            again.append(last)
    return tuple(again)


def all_failed(page: Page) -> bool:
    """Tell whether no method is left: each one failed, none waits or is under way.

    A call that waits to be repeated keeps nothing alive: when everything failed, the next person
    is paged in the same second rather than after another minute.
    """
    return not untried(page) and all(
        method in page.dead or _has_failed(page, method) for method in _tried(page)
    )


def codes(page: Page) -> tuple[str, ...]:
    """Return how the attempts failed, each code once; `no_method` when there was none to try."""
    return failures(page) or ("no_method",)


def failures(page: Page) -> tuple[str, ...]:
    """Return how the attempts failed, each code once."""
    return tuple(dict.fromkeys(attempt.code for attempt in page.attempts if attempt.code))


def is_unanswered(attempt: Attempt) -> bool:
    """Tell whether a call is over, as far as anybody knows, and nobody pressed a key."""
    return attempt.channel is Channel.VOICE and (attempt.overdue or receipts.has_ended(attempt))


def is_under_way(attempt: Attempt) -> bool:
    """Tell whether an attempt is with the carrier and may still reach the responder."""
    if attempt.stage in (Stage.INTENDED, Stage.UNKNOWN):
        return True
    ended = receipts.has_ended(attempt) or attempt.overdue
    return attempt.stage is Stage.ACCEPTED and not ended


def _tried(page: Page) -> tuple[str, ...]:
    return tuple(dict.fromkeys(attempt.method for attempt in page.attempts))


def _is_stalled(page: Page, method: str) -> bool:
    attempts = state.attempts_on(page, method)
    last = attempts[-1]
    waits_to_repeat = len(attempts) > 1 and last.stage is Stage.WAITING
    return (
        waits_to_repeat
        or method in page.dead
        or last.stage in (Stage.FAILED, Stage.DROPPED)
        or last.overdue
        or is_unanswered(last)
        or (last.refusals >= limits.REFUSALS_FOR_NEXT_METHOD and isinstance(page.what, PageRequested))
        or last.unknowns >= limits.UNKNOWNS_FOR_NEXT_METHOD
    )


def _has_failed(page: Page, method: str) -> bool:
    attempts = state.attempts_on(page, method)
    last = attempts[-1]
    if len(attempts) > 1 and last.channel is Channel.VOICE and last.stage is Stage.WAITING:
        last = attempts[-2]
    return last.stage is Stage.FAILED
