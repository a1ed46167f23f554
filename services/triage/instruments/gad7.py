"""GAD-7: anxiety, seven items of 0 to 3, total 0 to 21; positive from 10 (8 is an alternative).

Source: Spitzer, Kroenke, Williams, Loewe 2006; clinical.md 1c (codes of items; total 70274-6; panel
69737-5 from general knowledge). Urgency: 7 row 11; from 15 on the next business day (1c), here `soon`.
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.frequency import OFTEN
from services.triage.instruments.scoring.items import Instrument, Item
from services.triage.instruments.scoring.limits import SummedLimits

INSTRUMENT = Instrument(
    id="gad-7",
    name="GAD-7",
    items=(
        Item("1", "nervous or on edge", OFTEN, ("69725-0",)),
        Item("2", "worry that can't be stopped", OFTEN, ("68509-9",)),
        Item("3", "worrying too much", OFTEN, ("69733-4",)),
        Item("4", "trouble relaxing", OFTEN, ("69734-2",)),
        Item("5", "restlessness", OFTEN, ("69735-9",)),
        Item("6", "irritability", OFTEN, ("69689-8",)),
        Item("7", "fear that something awful happens", OFTEN, ("69736-7",)),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    source="Spitzer et al. 2006; clinical.md 1c",
    rounds_up="One unclear item may hold 3; several raise by one step of the scale at most.",
    panels=("69737-5",),
    totals=("70274-6",),
    highest=21,
)
