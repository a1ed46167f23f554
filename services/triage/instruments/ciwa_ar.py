"""CIWA-Ar: alcohol withdrawal, nine items of 0 to 7 and orientation of 0 to 4, total 0 to 67.

Source: Sullivan et al. 1989; bands ASAM 2020 (below 10 mild, 10 to 18 moderate, from 19 severe; others are
in use, so they are thresholds); clinical.md 1c; urgency row 19. Complicated withdrawal, a seizure,
hallucinations or delirium, is imminent at any total. The scale's own anchors call 4 and more on touch,
sound or sight hallucinations, and 4 on orientation being lost for place or person. No LOINC code of the
total is confirmed.
"""

from contracts.screens import ScreenFinding
from contracts.values import Kind
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import AnyInstrument, Instrument, Item, Outcome, Points, YesNo
from services.triage.instruments.scoring.limits import Level, Rung, SummedLimits
from services.triage.instruments.scoring.sheet import Sheet, State

_SEVEN = Points((0, 1, 2, 3, 4, 5, 6, 7))
_SENSES = ("tactile", "auditory", "visual")


class CiwaLimits(SummedLimits):
    """Thresholds of the CIWA-Ar."""

    complicated: Level
    """A seizure, hallucinations or delirium was seen."""
    hallucination: Rung
    """From this value of a disturbance of touch, sound or sight on."""
    disoriented: Rung
    """From this value of orientation on."""


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: CiwaLimits) -> Outcome:
    summed = summing.outcome(instrument, sheet, limits)
    found = []
    if signs := sheet.yes("seizure", "hallucinations", "delirium"):
        says = "Complicated withdrawal: seizure, hallucinations or delirium. Emergency department"
        found.append(_found("ciwaar_complicated", says, limits.complicated, signs))
    if senses := _reaching(sheet, _SENSES, limits.hallucination):
        says = "A disturbance of touch, sound or sight is as strong as a hallucination. Emergency department"
        found.append(_found("ciwaar_hallucination", says, limits.hallucination, senses))
    if lost := _reaching(sheet, ("orientation",), limits.disoriented):
        says = "Lost for place or person, which can be delirium. Emergency department"
        found.append(_found("ciwaar_disoriented", says, limits.disoriented, lost))
    findings = (*found, *summed.findings)
    return Outcome(summed.score, summed.least, summed.most, summed.band, findings, summed.problems)


def _reaching(sheet: Sheet, items: tuple[str, ...], rung: Rung) -> tuple[str, ...]:
    """Return which of these reach it; an impossible figure does: it could be any."""
    return tuple(
        item
        for item in items
        if sheet.at(item).state is State.IMPOSSIBLE or (sheet.number(item) or 0) >= rung.start
    )


def _found(code: str, says: str, level: Level | Rung, items: tuple[str, ...]) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=level.urgency, source=level.source, items=items)


INSTRUMENT = Instrument(
    id="ciwa-ar",
    name="CIWA-Ar",
    items=(
        Item("nausea", "nausea and vomiting", _SEVEN),
        Item("tremor", "tremor", _SEVEN),
        Item("sweats", "sweats", _SEVEN),
        Item("anxiety", "anxiety", _SEVEN),
        Item("agitation", "agitation", _SEVEN),
        Item("tactile", "disturbances of touch", _SEVEN),
        Item("auditory", "disturbances of sound", _SEVEN),
        Item("visual", "disturbances of sight", _SEVEN),
        Item("headache", "headache, fullness in the head", _SEVEN),
        Item("orientation", "orientation", Points((0, 1, 2, 3, 4))),
        Item("seizure", "seizure", YesNo(), needed=False, scored=False),
        Item("hallucinations", "hallucinations", YesNo(), needed=False, scored=False),
        Item("delirium", "delirium", YesNo(), needed=False, scored=False),
    ),
    limits=CiwaLimits,
    rule=_rule,
    source="Sullivan et al. 1989, ASAM 2020; clinical.md 1c",
    rounds_up="An impossible figure for touch, sound, sight or orientation counts as a hallucination or as "
    "being lost; one unclear item may hold its most, several raise by one step at most.",
    kind=Kind.WITHDRAWAL,
    highest=67,
)
