"""Moments as whole microseconds, so that a proof over thousands of them is fast and exact."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

FAR = 1 << 62
"""Later than every moment."""


def instant(moment: datetime) -> int:
    """Return the moment as microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """Return the moment, UTC."""
    return _EPOCH + timedelta(microseconds=at)


def length(span: timedelta) -> int:
    """Return a span as microseconds."""
    return span // _MICROSECOND


def span(microseconds: int) -> timedelta:
    """Return microseconds as a span."""
    return timedelta(microseconds=microseconds)


Span = tuple[int, int]
"""From an instant until before another."""


def union(spans: list[Span]) -> list[Span]:
    """Return the same time as spans in order that neither overlap nor touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """Return the time of `spans` that is in none of `taken`; both as `union` returns them."""
    left: list[Span] = []
    for start, end in spans:
        for begin, finish in taken:
            if finish <= start or begin >= end:
                continue
            if start < begin:
                left.append((start, begin))
            start = finish
            if start >= end:
                break
        if start < end:
            left.append((start, end))
    return left


def common(spans: list[Span], start: int, end: int) -> list[Span]:
    """Return the time of `spans` between two instants."""
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and start < b]
