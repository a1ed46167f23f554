"""From answers to a result: read, judged by the instrument's rule, and put together."""

from decimal import Decimal

from contracts.screens import ScreenAnswers, ScreenFinding, ScreenResult
from contracts.values import highest
from services.triage.instruments.scoring import reading, registry
from services.triage.instruments.scoring.sheet import State
from services.triage.instruments.scoring.thresholds import Thresholds


def score(instrument_id: str, answers: ScreenAnswers, thresholds: Thresholds) -> ScreenResult:
    """Return what these answers come to; the same for the same input, always.

    Nothing is guessed: what is missing, impossible or contradictory stands in `problems`, and counts for
    the urgency in the way that the instrument's `rounds_up` says. Raises registry.UnknownInstrument, and
    ThresholdsError if the thresholds hold nothing about it.
    """
    instrument = registry.find(instrument_id)
    sheet = reading.read(instrument, answers)
    outcome = instrument.rule(instrument, sheet, thresholds.of(instrument))
    doubled = any(one.state is State.TWICE for one in sheet.readings.values())
    loud = [finding for finding in outcome.findings if finding.urgency is not None]
    urgency = highest(one.urgency for one in loud if one.urgency is not None) if loud else None
    return ScreenResult(
        instrument=instrument.id,
        version=instrument.version,
        thresholds=thresholds.mark,
        kind=instrument.kind,
        score=None if doubled else _number(outcome.score),
        least=_number(outcome.least),
        most=_number(outcome.most),
        band=outcome.band,
        urgency=urgency,
        findings=_loudest_first(outcome.findings),
        drove=tuple(dict.fromkeys(item for one in loud if one.urgency is urgency for item in one.items)),
        problems=(*sheet.problems, *outcome.problems),
        loinc=instrument.totals[0] if instrument.totals else "",
    )


def _loudest_first(findings: tuple[ScreenFinding, ...]) -> tuple[ScreenFinding, ...]:
    return tuple(
        sorted(findings, key=lambda one: -1 if one.urgency is None else one.urgency.rank, reverse=True)
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
