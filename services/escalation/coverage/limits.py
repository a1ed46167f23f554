"""How soon somebody must be paged, by urgency, as data: the figures are the site's to change.

Sources, as in the notes on clinical practice: "6d" numbers in force elsewhere, "6g" the defaults
anchored on them, "7" the table of events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from contracts.values import Kind, Urgency

WORST = 2
"""The largest number of people who don't answer that is looked at."""


@dataclass(frozen=True)
class Limit:
    """What counts as in time for signals of one urgency (and of these kinds; none = all others)."""

    urgency: Urgency
    first_page: timedelta
    """By then somebody who can be reached has been paged."""
    answered: timedelta
    """By then somebody is paged who is left, although as many as below did not answer."""
    withstands: int
    """How many may fail to answer."""
    source: str
    """Where the figures come from, for whoever approves them."""
    kinds: tuple[Kind, ...] = ()

    def within(self, silent: int) -> timedelta:
        """Return by when somebody must have been paged if so many people don't answer."""
        return self.first_page if silent == 0 else self.answered


LIMITS: tuple[Limit, ...] = (
    Limit(
        Urgency.IMMINENT,
        first_page=timedelta(minutes=1),
        answered=timedelta(minutes=15),
        withstands=2,
        # 6g and 6d.
        source="First page at once, at any hour. Contact by phone within 15 minutes in an emergency: "
        "Colorado Access.",
    ),
    Limit(
        Urgency.URGENT,
        first_page=timedelta(minutes=1),
        answered=timedelta(minutes=30),
        withstands=2,
        # 6g, 6d, and 7, rows 7, 21 and 23.
        source="First page at once. Triage calls back within 30 minutes: California.",
        kinds=(Kind.PATIENT_ALERT, Kind.CONCERN_RAISED, Kind.OPTED_OUT),
    ),
    Limit(
        Urgency.URGENT,
        first_page=timedelta(minutes=1),
        answered=timedelta(minutes=60),
        withstands=2,
        # 6g and 6b.
        source="First page at once. A crisis call after hours is returned within the hour: Vaya Health.",
    ),
    Limit(
        Urgency.SOON,
        first_page=timedelta(hours=12),
        answered=timedelta(hours=24),
        withstands=1,
        # 6g and 6d.
        source="Waits at night until 07:00, which is 9 hours; 12 is ours, for sites whose day ends "
        "earlier. Contact within 24 hours: Colorado Access.",
    ),
)
"""The first that fits holds. Routine signals page nobody, and have no limit. How many may fail to
answer is ours: 6g has three tiers or more for imminent and urgent ones, and fewer by day."""


def limit_of(kind: Kind, urgency: Urgency, limits: Sequence[Limit] = LIMITS) -> Limit | None:
    """Return what holds for such a signal; None when nothing does."""
    return next(
        (one for one in limits if one.urgency is urgency and (not one.kinds or kind in one.kinds)), None
    )
