"""A replay as one self-contained HTML page: curves of time, bars of pages, and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2

from contracts.values import Urgency
from services.command_line import replay_shown
from services.command_line.shown import local
from services.escalation.replay.comparing import Comparison, Pair, clock
from services.escalation.replay.figures import Figures

_WIDTH, _HEIGHT = 640.0, 220.0
_MOST = 500
"""So many differing escalations stand in the page; JSON has them all."""


@dataclass(frozen=True)
class Curve:
    """The share of escalations in which something had happened by a time, as an SVG polyline."""

    title: str
    before: str
    after: str
    ticks: tuple[tuple[float, str], ...]
    """Position and label along the time."""
    longest: str


@dataclass(frozen=True)
class Bar:
    """Pages of one person on both sides; widths are shares of the longest bar, in per cent."""

    person: str
    before: int
    after: int
    before_width: float
    after_width: float


def page(title: str, compared: Comparison, zone: ZoneInfo | None = None) -> str:
    """Return the page, moments on that zone's wall clock. It asks no other host for anything."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    # Those that wait for the morning, or for a worklist, would hide the minutes that count.
    loud = [pair for pair in compared.pairs if pair.before.urgency.rank >= Urgency.URGENT.rank]
    pairs, whose = (loud, "imminent and urgent") if loud else (compared.pairs, "all")
    return environment.get_template("replay.html").render(
        title=title,
        rows=replay_shown.rows(compared),
        curves=[
            _curve(f"Time to first page: {whose}", pairs, "first_page"),
            _curve(f"Time until somebody took it: {whose}", pairs, "acknowledged"),
            _curve(f"Time until the patient was reached: {whose}", pairs, "reached"),
        ],
        pages=_bars(compared.before.pages_by_person, compared.after.pages_by_person),
        nights=_bars(compared.before.night_pages_by_person, compared.after.night_pages_by_person),
        different=[_different(pair, zone) for pair in compared.different[:_MOST]],
        differ=len(compared.different),
        runs=len(compared.pairs),
        estimates=compared.estimates,
        estimates_are=replay_shown.ESTIMATE,
        width=_WIDTH,
        height=_HEIGHT,
    )


def _curve(title: str, pairs: Sequence[Pair], name: str) -> Curve:
    before = _seconds([pair.before for pair in pairs], name)
    after = _seconds([pair.after for pair in pairs], name)
    both = sorted(before + after)
    # The slowest few would press all the others against the left edge.
    end = both[int(len(both) * 0.95)] if both else 1.0
    end = max(end, 1.0)
    ticks = tuple((_WIDTH * share, clock(end * share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    longest = clock(both[-1]) if both else "never"
    return Curve(title, _line(before, len(pairs), end), _line(after, len(pairs), end), ticks, longest)


def _seconds(figures: Sequence[Figures], name: str) -> list[float]:
    spans: list[timedelta | None] = [getattr(one, name) for one in figures]
    return sorted(span.total_seconds() for span in spans if span is not None)


def _line(seconds: Sequence[float], count: int, end: float) -> str:
    """A staircase of at most some hundred points: happened by then, of all."""
    inside = [one for one in seconds if one <= end]
    every = max(1, len(inside) // 200)
    points = [(0.0, _HEIGHT)]
    for index in range(0, len(inside), every):
        x = _WIDTH * inside[index] / end
        points += [(x, points[-1][1]), (x, _HEIGHT * (1 - (index + 1) / count))]
    last = _HEIGHT * (1 - len(inside) / count) if count else _HEIGHT
    points += [(_WIDTH, points[-1][1]), (_WIDTH, last)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _bars(before: dict[str, int], after: dict[str, int]) -> list[Bar]:
    longest = max([*before.values(), *after.values()], default=0) or 1
    people = dict.fromkeys((*before, *after))
    return [
        Bar(
            who,
            before.get(who, 0),
            after.get(who, 0),
            100 * before.get(who, 0) / longest,
            100 * after.get(who, 0) / longest,
        )
        for who in people
    ]


def _different(pair: Pair, zone: ZoneInfo | None) -> tuple[str, str, str, str]:
    before = pair.before
    what = "; ".join(pair.differences) + (" (estimated)" if pair.estimates else "")
    return (
        local(before.opened_at, zone=zone),
        f"{before.kind.value.replace('_', ' ')}, {before.urgency.value}",
        before.run,
        what,
    )
