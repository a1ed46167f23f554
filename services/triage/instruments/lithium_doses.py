"""Missed doses of lithium: the prescriber the same day.

Source: clinical.md 6e (proposal). How many is not known: it counts as one.
"""

from decimal import Decimal

from contracts.values import Kind
from services.triage.instruments.scoring import counting
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome
from services.triage.instruments.scoring.limits import Limits, Rungs
from services.triage.instruments.scoring.sheet import Sheet


class LithiumLimits(Limits):
    """How loud so many doses are."""

    signals: Rungs


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: LithiumLimits) -> Outcome:
    missed = sheet.number("doses_missed")
    if missed is None:
        found = counting.unknown("lithium", "How many doses were missed", limits.signals, "doses_missed")
        return Outcome(findings=found)
    found = counting.counted("lithium", "doses of lithium missed", missed, limits.signals, "doses_missed")
    return Outcome(missed, missed, missed, "missed" if missed else "on time", found)


INSTRUMENT = Instrument(
    id="lithium-doses",
    name="Lithium doses",
    items=(
        Item(
            "doses_missed",
            "doses missed in a row",
            Amount(Decimal(0), Decimal(1000), whole=True),
            scored=False,
        ),
    ),
    limits=LithiumLimits,
    rule=_rule,
    source="clinical.md 6e",
    rounds_up="Doses not known count as the loudest step.",
    kind=Kind.DOSE_MISSED,
)
