"""What follows from a carrier's error code.

Sources: Twilio's error dictionary and API documents as collected in the project's carrier notes;
entries marked (K) are common knowledge that was not checked again.
A code nobody has seen before moves on to the next method: it never raises, and never waits.
"""

from typing import Literal

from contracts.values import Channel

Reaction = Literal["retry", "other_method", "method_dead", "ops"]
"""`ops` means: the other method at once, and ops are told as well."""

_RETRY = frozenset({
    20429,  # account concurrency limit; documented as never processed, so safe to repeat
})  # fmt: skip

_DEAD_FOR_BOTH = frozenset({
    21211,  # invalid number
    21217,  # invalid number, calls (K)
})  # fmt: skip

_DEAD_FOR_SMS = frozenset({
    21610,  # the recipient replied STOP
    21614,  # not a mobile number
    21635,  # a landline, where the carrier refuses those
    30005,  # unknown or inactive number
    30006,  # a landline, or an unreachable network
})  # fmt: skip

_OPS = frozenset({
    20003,  # authentication failed
    20404,  # our account or resource does not exist: a fault of the set-up
    21210, 21212,  # the sender is not valid or not verified
    21215, 21408,  # the region is not permitted
    21219, 21608,  # trial account or missing compliance profile (21219: K)
    21602, 21617, 90007,  # empty or overlong text, bad validity period: a fault of ours
    21606, 21659, 21661,  # the sender is not ours, or can't send texts
    22005,  # more than a day of calls queued
    30002,  # account suspended
    30007,  # filtered as spam: the wording needs a review
    30022, 30023,  # registered-campaign rate or daily cap exceeded
    30032, 30034,  # sender not verified or not registered
})  # fmt: skip

_SECOND_CHANCE = frozenset({
    30001,  # the carrier's queue overflowed
    30003,  # handset off or out of coverage: may pass
    30008,  # unknown error
    30410,  # failed for a disruption on the way (documented as not retried by the carrier)
})  # fmt: skip


def reaction(code: int | None, status: int | None, channel: Channel) -> Reaction:
    """Return what to do about that error code (or, without one, that HTTP status)."""
    if code in _RETRY or status == 429:
        return "retry"
    if code in _DEAD_FOR_BOTH or (channel is Channel.SMS and code in _DEAD_FOR_SMS):
        return "method_dead"
    if code in _OPS or status == 401:
        return "ops"
    return "other_method"


def has_second_chance(code: str) -> bool:
    """Tell whether a text that failed with this code is tried once more, beside the next method."""
    return code.isdecimal() and int(code) in _SECOND_CHANCE
