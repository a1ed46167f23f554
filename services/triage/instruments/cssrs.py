"""C-SSRS screener: six questions and the time of the last behaviour; a level, not a sum.

Source: Posner et al. 2011 and the published triage of the screener, as in clinical.md 1 and 1d: high if
question 4, 5 or 6b is yes; moderate if 3, or 6 without 6b; low if 1 or 2. If 2 is no, 3 to 5 are not asked;
if 6 is no, 6b is not. Question 6 yes with 6b missing is high (1d). Codes: 1d. Urgencies: 7 rows 3, 9, 10.

What is missing counts as its yes would at the least (a refusal is a positive answer, as in the ASQ):
1 low; 2 moderate, since what follows it was never asked; 3 moderate; 6 moderate; 4 and 5, where they are
due, high; 6b, where it is due, high. An answer that can't be read counts as yes. What was not due and was
refused all the same was asked: it counts as if it were due.
"""

from contracts.screens import ScreenFinding
from services.triage.instruments.scoring.items import AnyInstrument, Instrument, Item, Outcome, Words, YesNo
from services.triage.instruments.scoring.limits import Level, Limits
from services.triage.instruments.scoring.sheet import Sheet, State

_ASK = YesNo(may_refuse=True)
_QUESTIONS = ("1", "2", "3", "4", "5", "6", "6b")
_LEVELS = Words(
    {
        **dict.fromkeys(("high", "high risk"), "high"),
        **dict.fromkeys(("moderate", "moderate risk", "medium", "medium risk"), "moderate"),
        **dict.fromkeys(("low", "low risk"), "low"),
        **dict.fromkeys(("none", "no risk", "negative"), "none"),
    }
)


class CssrsLimits(Limits):
    """How loud each level is, and which level an older behaviour has (variants of the form differ)."""

    low: Level
    moderate: Level
    high: Level
    older_behaviour: Level
    """Question 6 yes, and 6b no: behaviour more than three months ago."""


def _not_asked(sheet: Sheet) -> frozenset[str]:
    thoughts = {"3", "4", "5"} if sheet.at("2").no else set()
    return frozenset(thoughts | ({"6b"} if sheet.at("6").no else set()))


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: CssrsLimits) -> Outcome:
    """Highest wins; the name of the level is that of the loudest finding, rounded up where unclear."""
    found = (
        *_stated(sheet, limits),
        *_thoughts(sheet, limits),
        *_behaviour(sheet, limits),
        *_open(sheet, limits),
    )
    named = {"high": 3, "moderate": 2, "low": 1}
    bands = sorted((one.code.split("_")[1] for one in found), key=lambda band: named[band], reverse=True)
    return Outcome(band=bands[0] if bands else "none", findings=found)


def _stated(sheet: Sheet, limits: CssrsLimits) -> tuple[ScreenFinding, ...]:
    """What somebody made of it: a level that can't be read is a high one."""
    level = sheet.at("level")
    words = ("high",) if level.state is State.IMPOSSIBLE else level.words
    loud = {"high": limits.high, "moderate": limits.moderate, "low": limits.low}
    return tuple(
        _found(f"cssrs_{word}_stated", f"C-SSRS {word}: so it was reported", loud[word], ("level",))
        for word in words
        if word in loud
    )


def _thoughts(sheet: Sheet, limits: CssrsLimits) -> tuple[ScreenFinding, ...]:
    found = []
    if items := sheet.yes("4", "5"):
        says = "C-SSRS high: intent in the past month. Not to be left alone; contact within 15 minutes"
        found.append(_found("cssrs_high_intent", says, limits.high, items))
    if items := sheet.yes("3"):
        says = "C-SSRS moderate: a method thought of, in the past month"
        found.append(_found("cssrs_moderate_method", says, limits.moderate, items))
    if items := sheet.yes("1", "2"):
        says = "C-SSRS low: wish to be dead, or thoughts of killing oneself"
        found.append(_found("cssrs_low_thoughts", says, limits.low, items))
    return tuple(found)


def _behaviour(sheet: Sheet, limits: CssrsLimits) -> tuple[ScreenFinding, ...]:
    ever, lately = sheet.yes("6"), sheet.yes("6b")
    if lately:
        says = "C-SSRS high: behaviour within three months. Not to be left alone; contact within 15 minutes"
        return (_found("cssrs_high_behaviour", says, limits.high, lately),)
    if ever and not sheet.at("6b").no:
        says = "C-SSRS counts as high: behaviour, and nobody knows whether within three months"
        return (_found("cssrs_high_behaviour_open", says, limits.high, ("6", "6b")),)
    if _refused(sheet, "6b"):
        says = "C-SSRS counts as high: whether there was behaviour within three months was refused"
        return (_found("cssrs_high_behaviour_open", says, limits.high, ("6b",)),)
    if ever:
        says = "C-SSRS moderate: behaviour more than three months ago"
        return (_found("cssrs_moderate_behaviour", says, limits.older_behaviour, ever),)
    return ()


def _open(sheet: Sheet, limits: CssrsLimits) -> tuple[ScreenFinding, ...]:
    found = []
    if not any(sheet.at(item).state is not State.MISSING for item in _QUESTIONS) and sheet.at("level").words:
        return ()  # The level alone was reported: no question is left open.
    due = bool(sheet.yes("2", "3", "4", "5") or _refused(sheet, "3", "4", "5"))
    if items := _unanswered(sheet, ("4", "5")) if due else ():
        says = (
            "C-SSRS counts as high: thoughts of killing oneself, and the question of intent is not answered"
        )
        found.append(_found("cssrs_high_intent_open", says, limits.high, items))
    if items := _unanswered(sheet, ("2", "6") + (("3",) if due else ())):
        says = "C-SSRS counts as moderate until the questions left out are answered"
        found.append(_found("cssrs_moderate_open", says, limits.moderate, items))
    if items := _unanswered(sheet, ("1",)):
        says = "C-SSRS counts as low until the question left out is answered"
        found.append(_found("cssrs_low_open", says, limits.low, items))
    return tuple(found)


def _unanswered(sheet: Sheet, items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item for item in items if not (sheet.yes(item) or sheet.at(item).no))


def _refused(sheet: Sheet, *items: str) -> bool:
    return any("refused" in sheet.at(item).words for item in items)


def _found(code: str, says: str, level: Level, items: tuple[str, ...]) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=level.urgency, source=level.source, items=items)


INSTRUMENT = Instrument(
    id="c-ssrs",
    name="C-SSRS screener",
    items=(
        Item("1", "wish to be dead, past month", _ASK, ("93246-7",)),
        Item("2", "thoughts of killing oneself, past month", _ASK, ("93247-5",)),
        Item("3", "thoughts of how, past month", _ASK, ("93248-3",)),
        Item("4", "some intention, past month", _ASK, ("93249-1",)),
        Item("5", "plan and intention, past month", _ASK, ("93250-9",)),
        Item("6", "behaviour or preparation, ever", _ASK, ("93267-3",)),
        Item("6b", "behaviour or preparation, past three months", _ASK, ("93269-9",)),
        Item("level", "the level somebody gave it", _LEVELS, ("93374-7",), False, False),
    ),
    limits=CssrsLimits,
    rule=_rule,
    not_asked=_not_asked,
    source="Posner et al. 2011, screener triage; clinical.md 1, 1d",
    rounds_up="What is not answered counts as its yes would at the least; 4, 5 and 6b, where due, as high; "
    "an answer that can't be read as yes.",
    panels=("93373-9", "93245-9"),
    totals=("93374-7",),
)
