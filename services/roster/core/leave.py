"""Leave: who is away when, and for what of it somebody else has already agreed to be on."""

from collections.abc import Iterable, Sequence

from contracts.schedules import Change, Leave, Override, Swap
from services.roster.core import spans, swap
from services.roster.core.spans import Span


def away_by_person(leaves: Iterable[Leave]) -> dict[str, tuple[Span, ...]]:
    """Return for each person when they are on leave, merged."""
    found: dict[str, list[Span]] = {}
    for leave in leaves:
        found.setdefault(leave.person, []).append((leave.start, leave.end))
    return {person: spans.merged(held) for person, held in found.items()}


def taken_by_person(
    overrides: Iterable[Override], swaps: Iterable[Swap], away: dict[str, tuple[Span, ...]]
) -> dict[str, tuple[Span, ...]]:
    """Return for each person when a stand-in or a swap takes over from them, merged."""
    found: dict[str, list[Span]] = {}
    for override in overrides:
        if override.what is Change.REPLACE and override.instead_of is not None:
            found.setdefault(override.instead_of, []).append((override.start, override.end))
    for made in swaps:
        found.setdefault(made.giver, []).extend(_free(swap.there(made), away.get(made.taker, ())))
        found.setdefault(made.taker, []).extend(_free(swap.back(made), away.get(made.giver, ())))
    return {person: spans.merged(held) for person, held in found.items()}


def _free(given: Sequence[Span], away: Sequence[Span]) -> list[Span]:
    return [part for whole in given for part in spans.outside(whole, away)]
