"""Both sides of a replay beside each other: figures of all, and every run whose outcome differs."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from contracts.escalations import EscalationEvent
from contracts.values import Urgency
from services.escalation.replay import figures as figures_of
from services.escalation.replay import pace, script
from services.escalation.replay.figures import Figures
from services.escalation.replay.past import Past
from services.escalation.replay.recorded import RecordedRun
from services.escalation.replay.replaying import Change, replay

LATER = timedelta(seconds=1)
"""Moments that differ by less are the same: a real clock rings some milliseconds late."""


@dataclass(frozen=True)
class Pair:
    """One run as it was and as it would have been."""

    before: Figures
    after: Figures
    same: bool
    """Neither its policy nor the roster is another."""
    estimates: int = 0

    @property
    def differences(self) -> tuple[str, ...]:
        """What is different, in words; () when nothing is."""
        before, after, found = self.before, self.after, list[str]()
        if before.policies != after.policies:
            found.append(f"policy {' > '.join(before.policies)} -> {' > '.join(after.policies)}")
        for what, was, would in (
            ("first page", before.first_page, after.first_page),
            ("taken", before.acknowledged, after.acknowledged),
            ("reached", before.reached, after.reached),
        ):
            if _differ(was, would):
                found.append(f"{what} {_span(was)} -> {_span(would)}")
        if before.holder != after.holder:
            found.append(f"taken by {before.holder or 'nobody'} -> {after.holder or 'nobody'}")
        if [_who(page) for page in before.pages] != [_who(page) for page in after.pages]:
            found.append(f"{len(before.pages)} pages -> {len(after.pages)}")
        return tuple(found)


@dataclass(frozen=True)
class Spread:
    """How a span is spread over runs: in seconds; `none` counts those in which it did not happen."""

    count: int
    none: int
    median: float | None
    p90: float | None
    longest: float | None


@dataclass(frozen=True)
class Side:
    """The figures of all runs of one side."""

    runs: int
    first_page: Spread
    acknowledged: Spread
    reached: Spread
    pages: int
    night_pages: int
    pages_by_person: dict[str, int]
    night_pages_by_person: dict[str, int]


@dataclass(frozen=True)
class Comparison:
    """A whole replay."""

    pairs: tuple[Pair, ...]
    before: Side
    after: Side
    by_urgency: tuple[tuple[Urgency, Side, Side], ...] = ()
    """The most urgent first; by the urgency each reached as it was."""

    @property
    def different(self) -> tuple[Pair, ...]:
        """Every run whose outcome differs."""
        return tuple(pair for pair in self.pairs if pair.differences)

    @property
    def estimates(self) -> int:
        """How many answers are estimates."""
        return sum(pair.estimates for pair in self.pairs)


@dataclass(frozen=True)
class Prepared:
    """The record read once, so that parts of it can be replayed side by side."""

    past: Past
    paces: pace.Paces


def prepare(runs: Sequence[RecordedRun], past: Past) -> Prepared:
    """Return what the replays of these runs need to know of all of them."""
    return Prepared(past, pace.measure(script.read(run) for run in runs))


def pairs(runs: Iterable[RecordedRun], prepared: Prepared, change: Change, seed: int) -> tuple[Pair, ...]:
    """Return each run beside its replay."""
    return tuple(_pair(run, prepared, change, seed) for run in runs)


def compare(found: Sequence[Pair]) -> Comparison:
    """Return both sides of these pairs."""
    before, after = _sides(found)
    grouped = {
        urgency: [pair for pair in found if pair.before.urgency is urgency] for urgency in reversed(Urgency)
    }
    by_urgency = tuple((urgency, *_sides(group)) for urgency, group in grouped.items() if group)
    return Comparison(tuple(found), before, after, by_urgency)


def _sides(found: Sequence[Pair]) -> tuple[Side, Side]:
    return side([pair.before for pair in found]), side([pair.after for pair in found])


def side(all_figures: Sequence[Figures]) -> Side:
    """Return the figures of one side."""
    return Side(
        len(all_figures),
        spread([one.first_page for one in all_figures]),
        spread([one.acknowledged for one in all_figures]),
        spread([one.reached for one in all_figures]),
        sum(len(one.pages) for one in all_figures),
        sum(one.night_pages for one in all_figures),
        dict(figures_of.per_person(all_figures)),
        dict(figures_of.per_person(all_figures, night=True)),
    )


def spread(spans: Sequence[timedelta | None]) -> Spread:
    """Return median, 90th percentile (nearest rank) and longest of the spans that happened."""
    seconds = sorted(span.total_seconds() for span in spans if span is not None)

    def rank(share: float) -> float | None:
        return seconds[max(0, math.ceil(share * len(seconds)) - 1)] if seconds else None

    return Spread(len(spans), len(spans) - len(seconds), rank(0.5), rank(0.9), rank(1.0))


def _pair(run: RecordedRun, prepared: Prepared, change: Change, seed: int) -> Pair:
    done = replay(run, script.read(run), prepared.past, prepared.paces, change, seed)
    events: Sequence[EscalationEvent] = done.rehearsal.log
    return Pair(
        figures_of.measure(run.run, run.subject, run.events),
        figures_of.measure(run.run, run.subject, events),
        done.same,
        done.estimates,
    )


def _differ(was: timedelta | None, would: timedelta | None) -> bool:
    if was is None or would is None:
        return was is not would
    return abs(was - would) > LATER


def _who(page: figures_of.PageFigure) -> tuple[str, int, int]:
    return page.responder, page.round, page.step


def _span(span: timedelta | None) -> str:
    return clock(None if span is None else span.total_seconds())


def clock(seconds: float | None) -> str:
    """Return a span as a stopwatch shows it: `3:05`, `1:12:00`; `never` for None."""
    if seconds is None:
        return "never"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
