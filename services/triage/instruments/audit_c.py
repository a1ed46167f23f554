"""AUDIT-C: the first three questions of the AUDIT, total 0 to 12; positive from 4 (men) or 3 (women).

Source: Bush 1998, Bradley 2003, as in clinical.md 1c; panel 72109-2, total 75626-2, and 76504-0 in one
official example (5d). 68517-2 stands for the first question in the example files. Sex unknown or other
uses the lower cut-off (1c, safer). The UK uses 5. Urgency row 11.
"""

from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.frequency import DRINKING, DRINKS_A_DAY, HOW_OFTEN
from services.triage.instruments.scoring.items import AnyInstrument, Instrument, Item, Outcome, Words
from services.triage.instruments.scoring.limits import Bands, Limits, Rungs
from services.triage.instruments.scoring.sheet import Sheet

_SEX = Words(
    {
        **dict.fromkeys(("male", "man", "m"), "male"),
        **dict.fromkeys(("female", "woman", "f", "w"), "female"),
        **dict.fromkeys(("other", "unknown", "undisclosed", "x"), "other"),
    }
)


class AuditCLimits(Limits):
    """Cut-offs by sex; both apply to the same total."""

    bands: Bands
    signals_men: Rungs
    signals: Rungs
    """For women, and for whoever's sex is not known."""


def _not_asked(sheet: Sheet) -> frozenset[str]:
    return frozenset({"2", "3"}) if sheet.number("1") == 0 else frozenset()


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: AuditCLimits) -> Outcome:
    rungs = limits.signals_men if sheet.at("sex").words == ("male",) else limits.signals
    span = summing.span_of(instrument.scored, sheet)
    band = limits.bands.of(span.exact) if span.exact is not None else ""
    found = summing.finding(instrument, sheet, span, rungs)
    return Outcome(
        span.exact, span.low, span.high, band, found, summing.contradiction(sheet, instrument.scored)
    )


INSTRUMENT = Instrument(
    id="audit-c",
    name="AUDIT-C",
    items=(
        Item("1", "how often a drink", DRINKING, ("68518-0", "68517-2")),
        Item("2", "drinks on a typical day", DRINKS_A_DAY, ("68519-8",)),
        Item("3", "six or more on one occasion", HOW_OFTEN, ("68520-6",)),
        Item("sex", "sex, for the cut-off", _SEX, needed=False, scored=False),
    ),
    limits=AuditCLimits,
    rule=_rule,
    not_asked=_not_asked,
    source="Bush et al. 1998, Bradley et al. 2003; clinical.md 1c, 5d",
    rounds_up="Without a known sex the lower cut-off counts. One unclear item may hold 4.",
    panels=("72109-2",),
    totals=("75626-2", "76504-0"),
    highest=12,
)
