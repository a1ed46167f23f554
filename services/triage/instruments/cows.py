"""COWS: opioid withdrawal, eleven items, each with a set of values of its own, total 0 to 48.

Source: Wesson and Ling 2003; bands and urgencies clinical.md 1c and 7 row 19 (13 urgent, above 36
imminent); mild withdrawal, 5 to 12, is for the next look (no source gives it an urgency). No LOINC code
of the total is confirmed.
"""

from contracts.values import Kind
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import Instrument, Item, Points
from services.triage.instruments.scoring.limits import SummedLimits

_0124 = Points((0, 1, 2, 4))

INSTRUMENT = Instrument(
    id="cows",
    name="COWS",
    items=(
        Item("pulse", "resting pulse, in points", _0124),
        Item("sweating", "sweating", Points((0, 1, 2, 3, 4))),
        Item("restlessness", "restlessness", Points((0, 1, 3, 5))),
        Item("pupils", "pupils", Points((0, 1, 2, 5))),
        Item("aches", "bone or joint aches", _0124),
        Item("nose", "runny nose or tearing", _0124),
        Item("stomach", "stomach", Points((0, 1, 2, 3, 5))),
        Item("tremor", "tremor", _0124),
        Item("yawning", "yawning", _0124),
        Item("anxiety", "anxiety or irritability", _0124),
        Item("gooseflesh", "gooseflesh", Points((0, 3, 5))),
    ),
    limits=SummedLimits,
    rule=summing.outcome,
    source="Wesson and Ling 2003; clinical.md 1c",
    rounds_up="One unclear item may hold its most; several raise by one step of the scale at most.",
    kind=Kind.WITHDRAWAL,
    highest=48,
)
