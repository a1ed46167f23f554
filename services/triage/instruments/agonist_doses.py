"""Missed doses of an opioid agonist, methadone or buprenorphine by mouth: days in a row without a dose.

Source: clinical.md 6e and 7 row 20. One day: keep in contact; two: call within 4 hours; three and more:
prescriber within the hour, naloxone, restart lower after assessment in person, since tolerance falls.
A dose that is late by 24 hours and more is a day missed. How long is not known: it counts as three days.
"""

from decimal import Decimal

from contracts.screens import ScreenFinding, ScreenProblem
from contracts.values import Kind
from services.triage.instruments.scoring import counting
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome
from services.triage.instruments.scoring.limits import Limits, Rung, Rungs
from services.triage.instruments.scoring.reading import problem
from services.triage.instruments.scoring.sheet import Sheet, State


class AgonistLimits(Limits):
    """How loud so many days are."""

    signals: Rungs
    tolerance: Rung
    """From so many days on tolerance has fallen: a finding of its own."""


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: AgonistLimits) -> Outcome:
    days, hours = sheet.number("days_missed"), sheet.number("hours_late")
    unreadable = any(sheet.at(item).state is State.IMPOSSIBLE for item in ("days_missed", "hours_late"))
    if unreadable or (days is None and hours is None):
        what = "How many days of doses were missed"
        found = counting.unknown("agonist", what, limits.signals, "days_missed")
        lacks = (
            () if unreadable else (problem("missing", "days_missed", "how many days: no answer", "send it"),)
        )
        return Outcome(findings=(*_naloxone(limits), *found), problems=lacks)
    late = (hours or Decimal(0)) // 24
    missed = max(days or Decimal(0), late)
    says = "days in a row without the agonist dose"
    found = counting.counted("agonist", says, missed, limits.signals, "days_missed")
    if missed >= limits.tolerance.start:
        found = (*_naloxone(limits), *found)
    clash: tuple[ScreenProblem, ...] = ()
    if days is not None and late > days:
        text = "the dose is later than so many missed days"
        clash = (problem("contradiction", "days_missed", text, "send the right one: the longer counts"),)
    band = "missed" if missed else "late" if hours else "on time"
    return Outcome(None if clash else missed, missed, missed, band, found, clash)


def _naloxone(limits: AgonistLimits) -> tuple[ScreenFinding, ...]:
    level = limits.tolerance
    says = "So many days that tolerance has fallen. Prescriber, naloxone, no restart at the old dose"
    return (
        ScreenFinding(
            code="agonist_tolerance",
            says=says,
            urgency=level.urgency,
            source=level.source,
            items=("days_missed",),
        ),
    )


_LONG = Decimal(10_000)

INSTRUMENT = Instrument(
    id="agonist-doses",
    name="Opioid agonist doses",
    items=(
        Item(
            "days_missed",
            "days in a row without a dose",
            Amount(Decimal(0), _LONG, whole=True),
            (),
            False,
            False,
        ),
        Item("hours_late", "hours by which a dose is late", Amount(Decimal(0), _LONG), (), False, False),
    ),
    limits=AgonistLimits,
    rule=_rule,
    source="clinical.md 6e, 7 row 20",
    rounds_up="Days not known count as three and more; of days and hours that disagree the longer counts.",
    kind=Kind.DOSE_MISSED,
)
