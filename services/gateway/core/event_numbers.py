"""Event numbers of a subscription: which were heard, and which are missing. Pure."""

from collections.abc import Iterable
from datetime import datetime

from contracts.values import Moment, Value

Span = tuple[int, int]
_MOST_GAPS = 50


class Heard(Value):
    """How far a subscription was heard."""

    upto: int
    """The highest number that is known of."""
    gaps: tuple[Span, ...] = ()
    """From and until which numbers nothing came, both included."""
    at: Moment
    """When it was last heard of."""


def begun(count: int | None, now: datetime) -> Heard:
    """Return what is known after a handshake: numbers begin there, whatever was known before."""
    return Heard(upto=count or 0, at=now)


def after(
    known: Heard | None, came: Iterable[int], silent: Iterable[int], count: int | None, now: datetime
) -> Heard:
    """Return what is known after a notification, or a heartbeat without any event.

    `came`: numbers of events that were taken up; `silent`: those told without what they are about.
    The first one ever heard begins the count: what came before it was never meant for here.
    """
    came, silent = sorted(set(came)), sorted(set(silent))
    last = max([*came, *silent, count or 0])
    if known is None:
        known = Heard(upto=min([*came, *silent], default=last + 1) - 1, at=now)
    gaps = known.gaps
    for number in came:
        gaps = tuple(span for gap in gaps for span in _without(gap, number))
    at = known.upto
    for number in [*(number for number in came if number > at), last + 1]:
        if number > at + 1:
            gaps = (*gaps, (at + 1, number - 1))
        at = max(at, number)
    # Too many: they become one, and are asked for together.
    if len(gaps) > _MOST_GAPS:
        gaps = ((gaps[0][0], gaps[-1][1]),)
    gaps = (*gaps, *((number, number) for number in silent if not _covered(gaps, number)))
    return Heard(upto=max(known.upto, last), gaps=gaps, at=now)


def closed(known: Heard, spans: Iterable[Span]) -> Heard:
    """Return what is known when these gaps have been fetched."""
    fetched = set(spans)
    return known.model_copy(update={"gaps": tuple(gap for gap in known.gaps if gap not in fetched)})


def _covered(gaps: Iterable[Span], number: int) -> bool:
    return any(first <= number <= last for first, last in gaps)


def _without(gap: Span, number: int) -> tuple[Span, ...]:
    first, last = gap
    if not first <= number <= last:
        return (gap,)
    return tuple(span for span in ((first, number - 1), (number + 1, last)) if span[0] <= span[1])
