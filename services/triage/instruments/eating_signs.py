"""Signs of medical instability in an eating disorder; none is a score, the loudest counts.

Source: clinical.md 1c, from general knowledge: fainting, heart rate below 40 to 50, low potassium, a tenth
of the weight lost in six months = urgent or imminent, medical. The site's physician owns the figures.
A sign that can't be read counts as its `unreadable`; one that is not there is only told.
"""

from decimal import Decimal

from contracts.screens import ScreenFinding
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome, YesNo
from services.triage.instruments.scoring.limits import Level, Limits, Rung
from services.triage.instruments.scoring.sheet import Sheet, State


class EatingSignsLimits(Limits):
    """How loud each sign is. Heart rate in beats a minute, at rest, awake; it counts from the figure down."""

    fainted: Level
    potassium_low: Level
    weight_loss_percent: Rung
    """Of the body weight, in six months."""
    heart_rate_low: Rung
    """Below this."""
    heart_rate_very_low: Rung
    """Below this."""
    unreadable: Level


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: EatingSignsLimits) -> Outcome:
    found = []
    rate, loss = sheet.number("heart_rate"), sheet.number("weight_loss_percent")
    if rate is not None and rate < limits.heart_rate_very_low.start:
        found.append(
            _found("heart_rate_very_low", "heart rate very low", limits.heart_rate_very_low, "heart_rate")
        )
    elif rate is not None and rate < limits.heart_rate_low.start:
        found.append(_found("heart_rate_low", "heart rate low", limits.heart_rate_low, "heart_rate"))
    if loss is not None and loss >= limits.weight_loss_percent.start:
        found.append(
            _found("weight_loss", "much weight lost", limits.weight_loss_percent, "weight_loss_percent")
        )
    for item, says, level in (
        ("fainted", "fainting", limits.fainted),
        ("potassium_low", "low potassium", limits.potassium_low),
    ):
        if sheet.yes(item):
            found.append(_found(item, says, level, item))
    for item in ("heart_rate", "weight_loss_percent"):
        if sheet.at(item).state is State.IMPOSSIBLE:
            found.append(_found("unreadable", "a sign that can't be read", limits.unreadable, item))
    return Outcome(band="unstable" if found else "", findings=tuple(found))


def _found(code: str, says: str, level: Level | Rung, item: str) -> ScreenFinding:
    return ScreenFinding(
        code=f"eating_{code}",
        says=f"Sign of medical instability: {says}. A physician or the emergency department decides",
        urgency=level.urgency,
        source=level.source,
        items=(item,),
    )


INSTRUMENT = Instrument(
    id="eating-signs",
    name="Eating disorder, medical signs",
    items=(
        Item("fainted", "fainted", YesNo(), scored=False),
        Item(
            "heart_rate",
            "heart rate at rest, per minute",
            Amount(Decimal(20), Decimal(250)),
            ("8867-4",),
            scored=False,
        ),
        Item("potassium_low", "potassium below the laboratory's range", YesNo(), scored=False),
        Item(
            "weight_loss_percent",
            "weight lost in six months, percent",
            Amount(Decimal(-100), Decimal(80)),
            scored=False,
        ),
    ),
    limits=EatingSignsLimits,
    rule=_rule,
    source="clinical.md 1c (general knowledge)",
    rounds_up="A yes-or-no sign that can't be read counts as yes, a figure that can't be read as urgent.",
)
