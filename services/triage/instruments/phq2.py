"""PHQ-2: the first two items of the PHQ-9, total 0 to 6, positive from 3.

Source: clinical.md 1c (panel 55757-9, total 55758-7, from general knowledge); urgency row 11.
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.frequency import OFTEN
from services.triage.instruments.scoring.items import Instrument, Item
from services.triage.instruments.scoring.limits import SummedLimits

INSTRUMENT = Instrument(
    id="phq-2",
    name="PHQ-2",
    items=(
        Item("1", "little interest or pleasure", OFTEN, ("44250-9",)),
        Item("2", "low mood", OFTEN, ("44255-8",)),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    source="Kroenke, Spitzer, Williams 2003; clinical.md 1c",
    rounds_up="One unclear item may hold 3; it asks nothing about suicide, so its result never clears that.",
    panels=("55757-9",),
    totals=("55758-7",),
    highest=6,
)
