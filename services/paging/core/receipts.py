"""Merging what the carrier reports: by rank, never backwards, in whatever order it arrives.

The carrier guarantees no order of callbacks. `delivered` wins over a failure of the same attempt
because it can only be true; a failure may be a guess of some network on the way.
"""

from contracts.values import Channel
from services.paging.core.state import Attempt

_SMS_RANKS = {
    "accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3,
    "canceled": 4, "failed": 4, "undelivered": 4, "delivered": 5, "read": 5,
}  # fmt: skip
_CALL_RANKS = {
    "queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, "answered": 3,
    "busy": 4, "canceled": 4, "failed": 4, "no-answer": 4, "completed": 5,
}  # fmt: skip
_FAILURE, _SUCCESS = 4, 5


def rank(channel: Channel, status: str) -> int:
    """Return how far a status is: 4 is a failure, 5 the good end, -1 one we do not know."""
    ranks = _SMS_RANKS if channel is Channel.SMS else _CALL_RANKS
    return ranks.get(status, -1)


def is_failure(channel: Channel, status: str) -> bool:
    """Tell whether a status says that the attempt failed."""
    return rank(channel, status) == _FAILURE


def is_good_end(channel: Channel, status: str) -> bool:
    """Tell whether it says `delivered`, or that an answered call ended. Neither is an answer."""
    return rank(channel, status) == _SUCCESS


def has_ended(attempt: Attempt) -> bool:
    """Tell whether the carrier will report nothing further about the attempt."""
    return rank(attempt.channel, attempt.status) >= _FAILURE


def further(channel: Channel, now: str, then: str) -> str:
    """Return the status that stands when `then` is heard after `now`."""
    return then if rank(channel, then) > rank(channel, now) else now


def is_news(attempt: Attempt, status: str, sid: str) -> bool:
    """Tell whether a status changes or adds something; a repeated or overtaken one does not.

    An unknown status is news once: it is kept, and changes nothing. A failure of an earlier
    sending of the same attempt is none: the later sending stands on its own.
    """
    if status in attempt.seen:
        return False
    if attempt.sid and sid and sid != attempt.sid and is_failure(attempt.channel, status):
        return False
    new = rank(attempt.channel, status)
    return new < 0 or new > rank(attempt.channel, attempt.status)
