"""DAST-10: drugs, ten yes/no questions, total 0 to 10; the third gives its point for a no.

Source: Skinner 1982, as in clinical.md 1c (panel 82666-9, total 82667-7, from general knowledge);
positive from 3; urgency row 11. A bare 0 or 1 as third answer is refused: it could be answer or point.
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import Instrument, Item, YesNo
from services.triage.instruments.scoring.limits import SummedLimits

INSTRUMENT = Instrument(
    id="dast-10",
    name="DAST-10",
    items=(
        Item("1", "drugs other than for medical reasons", YesNo()),
        Item("2", "more than one drug at a time", YesNo()),
        Item("3", "always able to stop when wanted", YesNo(yes=0, no=1)),
        Item("4", "blackouts or flashbacks", YesNo()),
        Item("5", "guilt about use", YesNo()),
        Item("6", "family complains", YesNo()),
        Item("7", "neglected family", YesNo()),
        Item("8", "illegal activities to obtain drugs", YesNo()),
        Item("9", "withdrawal on stopping", YesNo()),
        Item("10", "medical problems from use", YesNo()),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    source="Skinner 1982; clinical.md 1c",
    rounds_up="An unclear item may give its point; several raise by one step of the scale at most.",
    panels=("82666-9",),
    totals=("82667-7",),
    highest=10,
)
