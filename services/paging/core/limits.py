"""How long paging waits, and how often it repeats.

The attempt time-outs are design decisions of Vigil (design, section 7), not clinical cut-offs:
they only decide how soon a further contact method of the same person is tried.
"""

from datetime import timedelta

from contracts.values import Urgency

NO_RECEIPT = timedelta(seconds=60)
"""After the intention to send: without a `delivered` receipt by then, the next method is tried too."""
NO_ANSWER = timedelta(minutes=2)
"""After its turn could have come: without an answer by then, the next method is tried too."""
MESSAGE_RECEIPT = timedelta(minutes=10)
"""A message without a receipt for that long counts as brought: some networks send none at all."""

NO_OUTCOME = timedelta(seconds=10)
"""An intention without an outcome for that long has lost its sender: the carrier is asked."""
UNKNOWNS_FOR_NEXT_METHOD = 3
UNKNOWNS_FOR_SENDING_AGAIN = 5
"""A duplicate beats silence: asked in vain that often (about a minute), a page is sent again."""
REFUSALS_FOR_NEXT_METHOD = 3

CALL_AGAIN = timedelta(seconds=60)
TEXT_AGAIN = timedelta(seconds=30)
CALL_UNANSWERED = timedelta(minutes=2)
"""Longer than any ringing: the call's last event was lost, and it counts as unanswered."""
CALL_TALKING = timedelta(minutes=5)
"""Longer than any greeting plus our prompts: an answered page call without a key press."""
BRIDGE_TALKING = timedelta(hours=2)
"""A call with the patient is never given up while it may still go on."""

HANG_UP = timedelta(seconds=3)
"""How often to hang up a call that nobody needs any more, until the carrier says that it ended."""

LOOK_AT_WAITING = timedelta(seconds=5)
LOOK_AT_WAITING_MOST = timedelta(seconds=60)
LOOK_AGAIN = timedelta(minutes=30)
"""A page that is out with nothing left to try is still looked at: open means due."""

SNOOZE_MINUTES = 60
"""How long it is put off when the holder does not say."""

REMEMBERED_CAUSES = 40
REMEMBERED_STATUSES = 12


def calls_allowed(urgency: Urgency, failed: bool) -> int:
    """Return how often one voice method is called for one page, counting the first call.

    A call that merely ended without a key press is repeated for every urgency: a voicemail or a
    child took it. A call that failed is repeated only when it presses.
    """
    return 3 if not failed or urgency.rank >= Urgency.URGENT.rank else 1


def refused_wait(refusals: int) -> timedelta:
    """Return how long to wait after the carrier refused that often for its rate: 1, 2, 4, 8 s."""
    return timedelta(seconds=1 << min(max(refusals - 1, 0), 3))


def reconcile_wait(unknowns: int) -> timedelta:
    """Return when to ask the carrier after that many lost answers: 2, 4, 8, 16, then 30 s."""
    return timedelta(seconds=min(30, 1 << min(max(unknowns, 1), 5)))


def look_wait(looks: int) -> timedelta:
    """Return when to look again at an attempt whose turn has not come: 5, 10, 20, 40, then 60 s."""
    return min(LOOK_AT_WAITING * (1 << min(looks, 4)), LOOK_AT_WAITING_MOST)
