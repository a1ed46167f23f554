"""Missed doses of a benzodiazepine taper: the prescriber the same day; a seizure is an emergency.

Source: clinical.md 6e (proposal) and 7 row 19 (any seizure). How many is not known: the loudest step.
"""

from decimal import Decimal

from contracts.screens import ScreenFinding
from contracts.values import Kind
from services.triage.instruments.scoring import counting
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome, YesNo
from services.triage.instruments.scoring.limits import Level, Limits, Rungs
from services.triage.instruments.scoring.sheet import Sheet


class TaperLimits(Limits):
    """How loud so many doses are, and a seizure."""

    signals: Rungs
    seizure: Level


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: TaperLimits) -> Outcome:
    missed = sheet.number("doses_missed")
    found: tuple[ScreenFinding, ...]
    if missed is None:
        found = counting.unknown("taper", "How many doses were missed", limits.signals, "doses_missed")
    else:
        found = counting.counted("taper", "doses of the taper missed", missed, limits.signals, "doses_missed")
    if signs := sheet.yes("seizure"):
        level = limits.seizure
        says = "A seizure during a benzodiazepine taper. Emergency department"
        seizure = ScreenFinding(
            code="taper_seizure", says=says, urgency=level.urgency, source=level.source, items=signs
        )
        found = (seizure, *found)
    band = "" if missed is None else "missed" if missed else "on time"
    return Outcome(missed, missed, missed, band, found)


INSTRUMENT = Instrument(
    id="taper-doses",
    name="Benzodiazepine taper doses",
    items=(
        Item(
            "doses_missed",
            "doses missed in a row",
            Amount(Decimal(0), Decimal(1000), whole=True),
            scored=False,
        ),
        Item("seizure", "seizure", YesNo(), needed=False, scored=False),
    ),
    limits=TaperLimits,
    rule=_rule,
    source="clinical.md 6e",
    rounds_up="Doses not known count as the loudest step.",
    kind=Kind.DOSE_MISSED,
)
