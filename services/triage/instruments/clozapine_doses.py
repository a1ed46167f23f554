"""Missed doses of clozapine: the prescriber the same day; from 48 hours on it is started anew, slowly.

Source: clinical.md 6e (proposal). 48 hours and more are `urgent` here, since the old dose taken again by
itself is the danger. How long is not known: it counts as 48 hours.
"""

from decimal import Decimal

from contracts.values import Kind
from services.triage.instruments.scoring import counting
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome
from services.triage.instruments.scoring.limits import Limits, Rungs
from services.triage.instruments.scoring.sheet import Sheet


class ClozapineLimits(Limits):
    """How loud so many doses, and so many hours since the last, are."""

    doses: Rungs
    hours: Rungs


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: ClozapineLimits) -> Outcome:
    doses, hours = sheet.number("doses_missed"), sheet.number("hours_since_last")
    found = counting.counted(
        "clozapine_doses", "doses of clozapine missed", doses or Decimal(0), limits.doses, "doses_missed"
    )
    if hours is None:
        open_hours = counting.unknown(
            "clozapine", "How long ago the last dose was", limits.hours, "hours_since_last"
        )
        return Outcome(findings=(*open_hours, *found))
    says = "hours since the last clozapine. Not the old dose again: titrate anew"
    late = counting.counted("clozapine_hours", says, hours, limits.hours, "hours_since_last")
    return Outcome(
        hours, hours, hours, "titrate anew" if late else "missed" if found else "on time", (*late, *found)
    )


INSTRUMENT = Instrument(
    id="clozapine-doses",
    name="Clozapine doses",
    items=(
        Item(
            "doses_missed",
            "doses missed in a row",
            Amount(Decimal(0), Decimal(1000), whole=True),
            needed=False,
            scored=False,
        ),
        Item(
            "hours_since_last", "hours since the last dose", Amount(Decimal(0), Decimal(10_000)), scored=False
        ),
    ),
    limits=ClozapineLimits,
    rule=_rule,
    source="clinical.md 6e",
    rounds_up="A time not known counts as 48 hours and more.",
    kind=Kind.DOSE_MISSED,
)
