"""AUDIT: alcohol, ten questions, total 0 to 40; the last two give 0, 2 or 4 only.

Source: Saunders et al. 1993, WHO manual 2001; clinical.md 1c (bands; total 75624-7 from general
knowledge); urgency row 11. Who never drinks skips questions 2 to 8 (WHO manual).
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.frequency import DRINKING, DRINKS_A_DAY, HOW_OFTEN
from services.triage.instruments.scoring.items import Instrument, Item, Points
from services.triage.instruments.scoring.limits import SummedLimits
from services.triage.instruments.scoring.sheet import Sheet

_EVER = Points((0, 2, 4), {"no": 0, "yes, but not in the last year": 2, "yes, during the last year": 4})
_SKIPPED = frozenset("2345678")


def _not_asked(sheet: Sheet) -> frozenset[str]:
    return _SKIPPED if sheet.number("1") == 0 else frozenset()


INSTRUMENT = Instrument(
    id="audit",
    name="AUDIT",
    items=(
        Item("1", "how often a drink", DRINKING, ("68518-0",)),
        Item("2", "drinks on a typical day", DRINKS_A_DAY, ("68519-8",)),
        Item("3", "six or more on one occasion", HOW_OFTEN, ("68520-6",)),
        Item("4", "could not stop once started", HOW_OFTEN),
        Item("5", "failed what was expected", HOW_OFTEN),
        Item("6", "first drink in the morning", HOW_OFTEN),
        Item("7", "guilt or remorse", HOW_OFTEN),
        Item("8", "could not remember the night", HOW_OFTEN),
        Item("9", "injury because of drinking", _EVER),
        Item("10", "others were concerned", _EVER),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    not_asked=_not_asked,
    source="Saunders et al. 1993, WHO 2001; clinical.md 1c",
    rounds_up="One unclear item may hold 4; several raise by one step of the scale at most.",
    totals=("75624-7",),
    highest=40,
)
