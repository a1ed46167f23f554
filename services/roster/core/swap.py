"""Swaps: shifts that one person gave and another accepted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from contracts.schedules import Swap, SwapStatus
from services.roster.core import spans
from services.roster.core.planned import Planned
from services.roster.core.spans import Span


def accepted(swaps: Iterable[Swap], schedule: str) -> tuple[Swap, ...]:
    """Return the accepted swaps of a schedule in the order in which they were accepted."""
    mine = [swap for swap in swaps if swap.schedule == schedule and swap.status is SwapStatus.ACCEPTED]
    return tuple(sorted(mine, key=lambda swap: (swap.answered_at or swap.offered_at, swap.id)))


def swapped(shifts: Iterable[Planned], swap: Swap, away: Mapping[str, Sequence[Span]]) -> list[Planned]:
    """Return the shifts after a swap; nothing goes to somebody for a time in which they are on leave."""
    return [part for shift in shifts for part in _after(shift, swap, away)]


def there(swap: Swap) -> tuple[Span, ...]:
    """Return the span whose shifts go to the taker."""
    return spans.merged([(swap.start, swap.end)])


def back(swap: Swap) -> tuple[Span, ...]:
    """Return the span whose shifts come back to the giver; empty if nothing does."""
    if swap.return_start is None or swap.return_end is None:
        return ()
    return spans.merged([(swap.return_start, swap.return_end)])


def _after(shift: Planned, swap: Swap, away: Mapping[str, Sequence[Span]]) -> Iterator[Planned]:
    if shift.person == swap.giver:
        yield from _given(shift, there(swap), swap.taker, swap, away)
    elif shift.person == swap.taker:
        yield from _given(shift, back(swap), swap.giver, swap, away)
    else:
        yield shift


def _given(
    shift: Planned, span: Sequence[Span], to: str, swap: Swap, away: Mapping[str, Sequence[Span]]
) -> Iterator[Planned]:
    free = spans.merged(part for whole in span for part in spans.outside(whole, away.get(to, ())))
    yield from shift.outside(free)
    for part in shift.inside(free):
        yield Planned(to, part.start, part.end, f"swap {swap.id}")
