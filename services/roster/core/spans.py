"""Arithmetic of spans: from a moment until before another, all UTC or all on one wall clock."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return what the spans cover together, in order, without the empty ones."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def inside(span: Span, others: Sequence[Span]) -> Iterator[Span]:
    """Return the parts of the span that lie in the others, which must be merged."""
    for start, end in others:
        if start < span[1] and span[0] < end:
            yield max(start, span[0]), min(end, span[1])


def outside(span: Span, others: Sequence[Span]) -> Iterator[Span]:
    """Return the parts of the span that lie in none of the others, which must be merged."""
    start = span[0]
    for other_start, other_end in others:
        if other_end <= start or other_start >= span[1]:
            continue
        if start < other_start:
            yield start, other_start
        start = other_end
    if start < span[1]:
        yield start, span[1]
