"""SCOFF: eating disorder, five yes/no questions; positive from 2.

Source: Morgan, Reid, Lacey 1999, as in clinical.md 1c; urgency row 11. No LOINC code is confirmed.
Signs of medical instability are another matter and another instrument: eating-signs.
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import Instrument, Item, YesNo
from services.triage.instruments.scoring.limits import SummedLimits

INSTRUMENT = Instrument(
    id="scoff",
    name="SCOFF",
    items=(
        Item("1", "makes oneself sick", YesNo()),
        Item("2", "lost control over eating", YesNo()),
        Item("3", "lost more than 14 pounds (one stone) in three months", YesNo()),
        Item("4", "feels fat when others say thin", YesNo()),
        Item("5", "food dominates life", YesNo()),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    source="Morgan, Reid, Lacey 1999; clinical.md 1c",
    rounds_up="An unclear item may give its point.",
    highest=5,
)
