"""Who was on call, pieced together from what stood compiled at each time."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from contracts.schedules import Shift, Shifts

UNCONFIRMED = "unconfirmed"
"""The origin of a shift that lasts only until a handoff is confirmed: no calendar need show it."""


def as_it_was(revisions: Sequence[Shifts], since: datetime) -> tuple[Shift, ...]:
    """Return the shifts that end after `since`, each as the revision in force at the time had it.

    Revisions come oldest first; the last one also says what is to come. Parts of one shift that
    lie in several revisions touch each other.
    """
    found: dict[Shift, None] = {}
    for revision, after in pairwise([*revisions, None]):
        if revision is None:
            continue
        first = revision is revisions[0]
        for shift in revision.shifts:
            start = shift.start if first else max(shift.start, revision.compiled_at)
            end = min(shift.end, after.compiled_at) if after is not None else shift.end
            if shift.origin != UNCONFIRMED and start < end and since < end:
                found[Shift(person=shift.person, start=start, end=end)] = None
    return tuple(sorted(found, key=lambda shift: (shift.start, shift.end, shift.person)))
