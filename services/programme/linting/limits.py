"""How long things may take by urgency: clinical defaults, each with its source.

"6d" and "6g" are sections of the notes on clinical practice, where the sources stand in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from contracts.values import Kind, Urgency


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest times for signals of one urgency, and of some kinds only if it names them."""

    urgency: Urgency
    wait: timedelta
    """For one step, by day."""
    wait_at_night: timedelta
    reach: timedelta
    """From the acknowledgement to contact with the patient."""
    source: str
    kinds: frozenset[Kind] = frozenset()


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


LIMITS = (
    Limit(
        Urgency.IMMINENT,
        _minutes(5),
        _minutes(5),
        _minutes(15),
        "6g: 3 min for each step, 2 to 5, at any hour; "
        "6d: contact by phone within 15 min in an emergency (Colorado Access)",
    ),
    Limit(
        Urgency.URGENT,
        _minutes(5),
        _minutes(5),
        _minutes(30),
        "6g: crisis texts 3 min for each step at any hour; 6d: triage calls back within 30 min (California)",
        frozenset({Kind.PATIENT_ALERT}),
    ),
    Limit(
        Urgency.URGENT,
        _minutes(5),
        _minutes(10),
        _minutes(30),
        "6g: 5 min by day, 10 by night; 7, rows 21 and 23: contact within 30 min",
        frozenset({Kind.CONCERN_RAISED, Kind.OPTED_OUT}),
    ),
    Limit(
        Urgency.URGENT,
        _minutes(5),
        _minutes(10),
        _minutes(60),
        "6g: 5 min by day, 10 by night; 6b: a crisis call is returned within 1 h (Vaya Health)",
    ),
    Limit(
        Urgency.SOON,
        _minutes(60),
        _minutes(60),
        timedelta(hours=24),
        "6g: 60 min for each step, contact within 24 h",
    ),
)
"""The first that fits holds. Routine has none: a worklist entry pages nobody."""

SHORTEST_WAIT = _minutes(2)
"""For one step of what is urgent or imminent: 6g gives 2 to 5 minutes. In less nobody wakes, finds
the phone and reads, so the next person is paged for nothing."""

LONGEST_QUIET = timedelta(hours=12)
"""For `hours`: no source; a longer night swallows part of every working day."""


def limits_of(signals: Iterable[tuple[Kind, Urgency]]) -> tuple[Limit, ...]:
    """Return the limits that hold for these signals, each once, in the order of the table."""
    wanted = set(signals)
    held = {_limit(kind, urgency) for kind, urgency in wanted}
    return tuple(limit for limit in LIMITS if limit in held)


def said(span: timedelta) -> str:
    """Return a span in minutes, or in hours when it is long."""
    minutes = span.total_seconds() / 60
    return f"{minutes:g} min" if minutes < 180 else f"{minutes / 60:g} h"


def _limit(kind: Kind, urgency: Urgency) -> Limit | None:
    fitting = (one for one in LIMITS if one.urgency is urgency and (not one.kinds or kind in one.kinds))
    return next(fitting, None)
