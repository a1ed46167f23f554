"""ASQ (NIMH): four questions; one yes or refusal is positive, and then the fifth asks about right now.

Source: Horowitz et al. 2012, NIMH toolkit, as in clinical.md 1. Acute positive (fifth yes): row 4,
imminent. Non-acute positive: row 9. No LOINC code is confirmed. The fifth question refused, or left out
after a yes or refusal, counts as yes: nobody knows, and it is the question about this minute. A first
question left out counts as refused, but does not make the fifth due by itself.
"""

from contracts.screens import ScreenFinding
from services.triage.instruments.scoring.items import AnyInstrument, Instrument, Item, Outcome, YesNo
from services.triage.instruments.scoring.limits import Level, Limits
from services.triage.instruments.scoring.sheet import Sheet

_ASK = YesNo(may_refuse=True)
_FIRST = ("1", "2", "3", "4")


class AsqLimits(Limits):
    """How loud a positive screen is."""

    acute: Level
    positive: Level


def _not_asked(sheet: Sheet) -> frozenset[str]:
    return frozenset() if any(not sheet.at(item).no for item in _FIRST) else frozenset({"5"})


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: AsqLimits) -> Outcome:
    positive = tuple(item for item in _FIRST if sheet.yes(item) or sheet.at(item).refused)
    left_out = tuple(item for item in _FIRST if item not in positive and not sheet.at(item).no)
    now = sheet.at("5")
    if sheet.yes("5"):
        says = "ASQ acute positive: thoughts of killing oneself right now. Never alone; evaluation at once"
        return Outcome(band="acute positive", findings=(_found("asq_acute", says, limits.acute, ("5",)),))
    if now.refused or (positive and not now.no):
        says = (
            "ASQ counts as acute positive: whether there are thoughts right now is not answered. Never alone"
        )
        items = (*positive, "5")
        return Outcome(band="acute positive", findings=(_found("asq_acute_open", says, limits.acute, items),))
    if positive:
        says = "ASQ positive, not acute: brief suicide safety assessment before they leave"
        found = _found("asq_positive", says, limits.positive, positive)
        return Outcome(band="positive", findings=(found,))
    if left_out:
        says = "ASQ counts as positive: a question was left out, which counts as a refusal"
        found = _found("asq_positive_open", says, limits.positive, left_out)
        return Outcome(band="positive", findings=(found,))
    return Outcome(band="negative")


def _found(code: str, says: str, level: Level, items: tuple[str, ...]) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=level.urgency, source=level.source, items=items)


INSTRUMENT = Instrument(
    id="asq",
    name="ASQ",
    items=(
        Item("1", "wished to be dead, past few weeks", _ASK),
        Item("2", "family better off, past few weeks", _ASK),
        Item("3", "thoughts of killing oneself, past week", _ASK),
        Item("4", "ever tried", _ASK),
        Item("5", "thoughts of killing oneself right now", _ASK),
    ),
    limits=AsqLimits,
    rule=_rule,
    not_asked=_not_asked,
    source="Horowitz et al. 2012, NIMH ASQ toolkit; clinical.md 1",
    rounds_up="A refusal is positive, and so is a question left out; the fifth, unanswered after a yes or a "
    "refusal, counts as acute.",
)
