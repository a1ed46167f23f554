"""Adds points up, and says how loud the sum is when part of it is not known.

The sum lies in a span. Its lower end counts what was answered, and a stated total where that is higher;
its upper end gives every unclear item its most. How loud:

- one unclear item counts as its worst answer;
- of several, what they could add raises by at most one rung of the instrument's own ladder above what was
  answered, so that an empty form asks for another look and does not page like the worst one;
- a stated total that fits the answers settles the sum. One that is lower than them is not believed. One
  that is higher counts. One that is impossible is not counted, and then the upper end counts in full.

From this follow three laws, held by tests: a higher answer is never quieter; an answer taken away is never
quieter than that answer at its lowest; and the sum never leaves the published range.
"""

from dataclasses import dataclass
from decimal import Decimal

from contracts.screens import ScreenFinding, ScreenProblem
from services.triage.instruments.scoring.items import AnyInstrument, Item, Outcome
from services.triage.instruments.scoring.limits import Rung, SummedLimits
from services.triage.instruments.scoring.reading import plain, problem
from services.triage.instruments.scoring.sheet import Sheet, State


@dataclass(frozen=True, slots=True)
class Span:
    """Between what a sum lies, and what is known about it."""

    low: Decimal
    high: Decimal
    widest: Decimal
    """The most a single unclear item can add to `low`."""
    exact: Decimal | None
    """The sum, if it is known."""
    answered: Decimal
    """What the answers alone come to."""
    open_ended: bool = False
    """A stated total could not be believed, so that the upper end counts in full."""


def outcome(instrument: AnyInstrument, sheet: Sheet, limits: SummedLimits) -> Outcome:
    """Return sum, band and finding of an instrument that is nothing but a sum."""
    span = span_of(instrument.scored, sheet)
    band = limits.bands.of(span.exact) if span.exact is not None else ""
    found = finding(instrument, sheet, span, limits.signals)
    problems = contradiction(sheet, instrument.scored)
    return Outcome(span.exact, span.low, span.high, band, found, problems)


def span_of(items: tuple[Item, ...], sheet: Sheet) -> Span:
    """Return between what the points of these items lie, the stated total considered."""
    ends = [_ends(sheet, item) for item in items]
    least, most = sum((low for low, _ in ends), Decimal(0)), sum((high for _, high in ends), Decimal(0))
    widest = max((high - low for low, high in ends), default=Decimal(0))
    exact = least == most
    clashing = any(sheet.at(item.id).state in (State.TWICE, State.IMPOSSIBLE) for item in items)
    total = sheet.total.value
    fits = total is not None and least <= total <= most and sheet.total.state is State.GIVEN
    known: Decimal | None = None
    if not clashing and fits:
        known = total
    elif not clashing and exact and total is None:
        known = least
    low = least if total is None else max(least, total)
    high = most if total is None or total < least else low
    return Span(low, high, min(widest, high - low), known, least, sheet.total.state is State.IMPOSSIBLE)


def contradiction(sheet: Sheet, items: tuple[Item, ...]) -> tuple[ScreenProblem, ...]:
    """Return the problem that the stated total can't be the sum of the answers, if that is so."""
    total = sheet.total.value
    if total is None:
        return ()
    ends = [_ends(sheet, item) for item in items]
    least, most = sum((low for low, _ in ends), Decimal(0)), sum((high for _, high in ends), Decimal(0))
    if least <= total <= most:
        return ()
    come_to = plain(least) if least == most else f"{plain(least)} to {plain(most)}"
    says = f"the stated total is {plain(total)}, the answers come to {come_to}"
    return (problem("contradiction", "total", says, "check the form: the higher one counts meanwhile"),)


def rung_of(score: Decimal, rungs: tuple[Rung, ...]) -> int:
    """Return the number of the highest rung that the score reaches, from 1; 0 for none."""
    return sum(score >= rung.start for rung in rungs)


def loud(span: Span, rungs: tuple[Rung, ...]) -> int:
    """Return the rung that counts for a span; see the head of this file."""
    top = rung_of(span.high, rungs)
    if span.open_ended:
        return top
    return max(rung_of(span.low + span.widest, rungs), min(top, rung_of(span.low, rungs) + 1))


def finding(
    instrument: AnyInstrument, sheet: Sheet, span: Span, rungs: tuple[Rung, ...]
) -> tuple[ScreenFinding, ...]:
    """Return the finding that the sum gives, or none if it reaches no rung."""
    reached = loud(span, rungs)
    if not reached:
        return ()
    rung = rungs[reached - 1]
    items = tuple(item.id for item in instrument.scored if not _is_lowest(sheet, item))
    return (
        ScreenFinding(
            code=f"{name(instrument)}_from_{plain(rung.start).replace('.', '_')}",
            says=_said(instrument, span, rung),
            urgency=rung.urgency,
            source=rung.source,
            items=items or (("total",) if sheet.total.known else tuple(i.id for i in instrument.scored)),
        ),
    )


def name(instrument: AnyInstrument) -> str:
    """Return the instrument's id as a code begins with it."""
    return instrument.id.replace("-", "")


def _said(instrument: AnyInstrument, span: Span, rung: Rung) -> str:
    cut = plain(rung.start)
    if span.exact is not None:
        return f"{instrument.name} total {plain(span.exact)}; this counts from {cut} on"
    if span.low == span.high:
        return f"{instrument.name} counts as {plain(span.low)} until it is mended; this counts from {cut} on"
    lies = f"{plain(span.low)} to {plain(span.high)}"
    return f"{instrument.name} lies at {lies}, since answers are unclear; until then it counts as {cut}"


def _is_lowest(sheet: Sheet, item: Item) -> bool:
    reading = sheet.at(item.id)
    return not reading.known or reading.value == item.least


def _ends(sheet: Sheet, item: Item) -> tuple[Decimal, Decimal]:
    reading = sheet.at(item.id)
    if reading.known and reading.value is not None:
        return reading.value, reading.value
    return Decimal(item.least), Decimal(item.most)
