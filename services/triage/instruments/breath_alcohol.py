"""Breath alcohol, in grams in 210 litres of breath (as a number about the same as g/dL of blood).

Source: clinical.md 1c and 7 row 18: from 0.02 positive, from 0.08 urgent and no driving, from 0.20 or with
altered mind imminent, medical; together with a suicidal statement one level higher. DOT: 0.02 screening,
0.04 violation. 104133-4 is presence; no LOINC code of the amount is confirmed.

A unit is never guessed. Without one, with one nobody knows, or with one in which nobody measures so
little, the figure counts as the loudest that an accepted unit could make of it, and as `unreadable` at
least. A figure that cannot be is refused, and one above the possible counts as the loudest.
"""

from decimal import Decimal

from contracts.screens import ScreenFinding
from contracts.values import Kind, Urgency
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.items import (
    Amount,
    AnyInstrument,
    Instrument,
    Item,
    Outcome,
    Words,
    YesNo,
)
from services.triage.instruments.scoring.limits import Bands, Level, Limits, Rung, Rungs
from services.triage.instruments.scoring.reading import LAB, RANGE, plain
from services.triage.instruments.scoring.sheet import Reading, Sheet, State

UNITS = {
    "g/(210.l)": Decimal(1),
    "g/210l": Decimal(1),
    "g/dl": Decimal(1),
    "%": Decimal(1),
    "%bac": Decimal(1),
    "mg/dl": Decimal("0.001"),
    "mg/l": Decimal("0.21"),
    "ug/l": Decimal("0.00021"),
    "ug/dl": Decimal("0.0021"),
    "ug/(100.ml)": Decimal("0.0021"),
    "ug/100ml": Decimal("0.0021"),
}
"""To g/210 L. mg/L and ug are of breath, times 210 litres; mg/dL, g/dL and % are of blood."""

_COARSE = frozenset(UNITS) - {"g/(210.l)", "g/210l", "g/dl", "%", "%bac", "mg/l"}
"""Devices and laboratories show these in whole numbers: 0.09 "mg/dL" is 0.09 g/dL with the wrong unit."""

_MOST = Decimal("0.6")
"""Above what is survived but by few, and above what most devices show."""


class BreathLimits(Limits):
    """Thresholds in g/210 L."""

    bands: Bands
    signals: Rungs
    altered: Level
    present: Level
    """Alcohol is there, without a figure."""
    unreadable: Level
    """A figure without a unit, or none at all that can be used."""
    missing: Level


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: BreathLimits) -> Outcome:
    level = sheet.number("level")
    found = [*_altered(sheet, limits), *_level(sheet, limits), *_presence(sheet, limits)]
    if found and (said := sheet.yes("suicidal_statement")):
        found = [_one_higher(one, said) for one in found]
    clear = level if sheet.at("level").state is State.GIVEN else None
    return Outcome(clear, level, level, _band(clear, limits), tuple(found))


def _altered(sheet: Sheet, limits: BreathLimits) -> tuple[ScreenFinding, ...]:
    if signs := sheet.yes("altered"):
        says = "Altered mind with alcohol: a medical emergency until a physician says otherwise"
        return (_found("breath_altered", says, limits.altered, signs),)
    return ()


def _level(sheet: Sheet, limits: BreathLimits) -> tuple[ScreenFinding, ...]:
    reading = sheet.at("level")
    if reading.known and reading.value is not None:
        return _reached("breath_from", reading.value, limits)
    if reading.state is State.IMPOSSIBLE:
        says = "The breath test can't be used as it stands: repeat it now; no driving until then"
        worst = _reached("breath_unreadable", _worst(reading), limits)
        return (*worst, _found("breath_unreadable", says, limits.unreadable, ("level",)))
    if sheet.at("presence").known:
        return ()
    return (_found("breath_missing", "No breath test result: take it", limits.missing, ("level",)),)


def _worst(reading: Reading) -> Decimal:
    """Return the highest that a refused figure can stand for, in g/210 L."""
    figure = reading.figure or Decimal(0)
    if RANGE in reading.words and figure > 0:
        return _MOST
    possible = [figure * factor for factor in UNITS.values() if figure * factor <= _MOST]
    return max((*possible, reading.value or Decimal(0)), default=Decimal(0))


def _reached(code: str, level: Decimal, limits: BreathLimits) -> tuple[ScreenFinding, ...]:
    number = summing.rung_of(level, limits.signals)
    if not number:
        return ()
    rung = limits.signals[number - 1]
    cut = plain(rung.start)
    says = f"Breath alcohol {plain(level)} g/210 L; this counts from {cut} on. No group, no driving"
    if code == "breath_unreadable":
        says = f"The breath test can't be used, and may stand for {plain(level)} g/210 L; no driving"
    return (_found(f"{code}_{cut.replace('.', '_')}", says, rung, ("level",)),)


def _presence(sheet: Sheet, limits: BreathLimits) -> tuple[ScreenFinding, ...]:
    presence = sheet.at("presence")
    if sheet.number("level") is None and ("positive" in presence.words or presence.state is State.IMPOSSIBLE):
        says = "Alcohol is in the breath, or may be, and no figure with it: measure it"
        return (_found("breath_present", says, limits.present, ("presence",)),)
    return ()


def _one_higher(finding: ScreenFinding, said: tuple[str, ...]) -> ScreenFinding:
    """Return it one level louder, since there was a suicidal statement with it (clinical.md 1c)."""
    ranks = list(Urgency)
    rank = min(finding.urgency.rank + 1 if finding.urgency else 0, len(ranks) - 1)
    says = f"{finding.says}. One level higher: a suicidal statement with it"
    changed = {"urgency": ranks[rank], "says": says, "items": (*finding.items, *said)}
    return finding.model_copy(update=changed)


def _band(level: Decimal | None, limits: BreathLimits) -> str:
    return "" if level is None else limits.bands.of(level)


def _found(code: str, says: str, level: Level | Rung, items: tuple[str, ...]) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=level.urgency, source=level.source, items=items)


_LEVEL = Amount(Decimal(0), _MOST, "g/(210.L)", UNITS, coarse=_COARSE)

INSTRUMENT = Instrument(
    id="breath-alcohol",
    name="Breath alcohol",
    items=(
        Item("level", "breath alcohol", _LEVEL, ("5641-0",)),
        Item("presence", "alcohol present, without a figure", Words(LAB), ("104133-4",), False, False),
        Item("altered", "altered mind", YesNo(), needed=False, scored=False),
        Item("suicidal_statement", "a suicidal statement with it", YesNo(), needed=False, scored=False),
    ),
    limits=BreathLimits,
    rule=_rule,
    source="clinical.md 1c, 7 row 18",
    rounds_up="Without a known unit the figure counts as the loudest that an accepted unit makes of it, and "
    "as `unreadable` at least; above the possible as the loudest.",
    kind=Kind.SUBSTANCE_POSITIVE,
)
