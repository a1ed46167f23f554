"""PHQ-9: depression, nine items of 0 to 3, total 0 to 27; and item 9, which counts whatever the total.

Source: Kroenke, Spitzer, Williams 2001, as in clinical.md 1 (bands, LOINC 44261-6, panel 44249-1) and
1c (item codes, answer codes). 44262-4, the interpretation, is deprecated and not used. The tenth question
(69722-7, difficulty) is never added (5d). Urgencies: clinical.md 7 rows 8 to 11.

Item 9: any value from 1 on is positive (1c, 1e); a 0 clears nothing: 71.6 % of the suicides of one study
had answered 0 (1e). The nursing variant (MDS) asks it as presence (54652-3) and frequency (54653-1).
"""

from decimal import Decimal

from contracts.screens import ScreenFinding, ScreenProblem
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.frequency import OFTEN
from services.triage.instruments.scoring.items import AnyInstrument, Instrument, Item, Outcome, Points, YesNo
from services.triage.instruments.scoring.limits import Level, Near, Rung, SummedLimits
from services.triage.instruments.scoring.reading import problem
from services.triage.instruments.scoring.sheet import Sheet, State


class Phq9Limits(SummedLimits):
    """Thresholds of the PHQ-9."""

    item_9_some: Level
    """Item 9 is 1, or positive without a figure."""
    item_9_much: Rung
    """From this value of item 9 on."""
    item_9_open: Level
    """Item 9 is not answered."""
    item_9_open_high: Rung
    """Item 9 is not answered, and the total is at least this, or more than the answers explain."""
    item_9_with_plan: Near
    """Item 9 is positive, and C-SSRS 4 or 5 or ASQ 5 is so within these hours, before or after."""


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: Phq9Limits) -> Outcome:
    summed = summing.outcome(instrument, sheet, limits)
    findings = (*_item_9(sheet, limits), *summed.findings)
    problems = (*summed.problems, *_presence_clash(sheet))
    return Outcome(summed.score, summed.least, summed.most, summed.band, findings, problems)


def _item_9(sheet: Sheet, limits: Phq9Limits) -> tuple[ScreenFinding, ...]:
    value, presence = sheet.number("9"), sheet.at("9_presence")
    if value is not None and value >= limits.item_9_much.start:
        says = "Item 9, thoughts of death or self-harm, on more than half the days: C-SSRS within the hour"
        return (_found("phq9_item_9_much", says, limits.item_9_much),)
    unreadable = sheet.at("9").state is State.IMPOSSIBLE or presence.state is State.IMPOSSIBLE
    if value or presence.yes:
        says = "Item 9, thoughts of death or self-harm, is positive: C-SSRS the same day, before they leave"
        return (_found("phq9_item_9", says, limits.item_9_some),)
    if unreadable:
        says = "Item 9, thoughts of death or self-harm, has an answer that can't be: it counts as positive"
        return (_found("phq9_item_9_unreadable", says, limits.item_9_some),)
    if value is None and not presence.no:
        return _open(sheet, limits)
    return ()


def _open(sheet: Sheet, limits: Phq9Limits) -> tuple[ScreenFinding, ...]:
    span = summing.span_of(INSTRUMENT.scored, sheet)
    total = sheet.total.value
    answered = any(sheet.at(item.id).known for item in INSTRUMENT.scored)
    leaves = total is not None and total > span.answered and answered
    if span.low >= limits.item_9_open_high.start or leaves or sheet.total.state is State.IMPOSSIBLE:
        says = f"{_why_open(answered)}, and the rest is no reassurance: ask now"
        return (_found("phq9_item_9_open_high", says, limits.item_9_open_high),)
    if total is not None and total == span.answered:
        return ()  # the stated total leaves item 9 nothing but 0
    says = f"{_why_open(answered)}: ask it"
    return (_found("phq9_item_9_open", says, limits.item_9_open),)


def _why_open(answered: bool) -> str:
    asked = "Item 9, thoughts of death or self-harm,"
    return f"{asked} is not answered" if answered else f"{asked} is not known: no answer was reported"


def _presence_clash(sheet: Sheet) -> tuple[ScreenProblem, ...]:
    value, presence = sheet.number("9"), sheet.at("9_presence")
    if (value and presence.no) or (value == Decimal(0) and presence.yes):
        says = "item 9: presence and frequency say different things"
        return (problem("contradiction", "9_presence", says, "ask again: the positive one counts meanwhile"),)
    return ()


def _found(code: str, says: str, level: Level | Rung) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=level.urgency, source=level.source, items=("9",))


INSTRUMENT = Instrument(
    id="phq-9",
    name="PHQ-9",
    items=(
        Item("1", "little interest or pleasure", OFTEN, ("44250-9",)),
        Item("2", "low mood", OFTEN, ("44255-8",)),
        Item("3", "sleep", OFTEN, ("44259-0",)),
        Item("4", "tiredness", OFTEN, ("44254-1",)),
        Item("5", "appetite", OFTEN, ("44251-7",)),
        Item("6", "feeling bad about oneself", OFTEN, ("44258-2",)),
        Item("7", "concentration", OFTEN, ("44252-5",)),
        Item("8", "moving slowly or restlessly", OFTEN, ("44253-3",)),
        Item("9", "thoughts of death or self-harm", OFTEN, ("44260-8", "54653-1")),
        Item(
            "9_presence",
            "thoughts of death or self-harm, yes or no (MDS)",
            YesNo(),
            ("54652-3",),
            False,
            False,
        ),
        Item(
            "difficulty",
            "difficulty, not scored",
            Points((0, 1, 2, 3), {"la6572-7": 0, "la6573-5": 1, "la6575-0": 2, "la6574-3": 3}),
            ("69722-7", "10"),
            False,
            False,
        ),
    ),
    limits=Phq9Limits,
    rule=_rule,
    source="Kroenke, Spitzer, Williams 2001; clinical.md 1, 1c, 1e, 5d",
    rounds_up="Item 9 not answered is `soon`, and `urgent` beside a total of 10 or one the other answers "
    "do not explain; an impossible answer to it counts as positive. Other unclear items may each hold 3.",
    panels=("44249-1", "54635-8"),
    totals=("44261-6",),
    highest=27,
)
