"""Long-acting injections that are late: days since the last one, by drug.

Source: clinical.md 6e: naltrexone more than 28 days and 7 overdue, buprenorphine more than 2 to 4 weeks
overdue, are urgent (here from 2 weeks, the safer). An antipsychotic has no figure there: late is `soon`,
the site's prescriber sets more. A drug nobody knows has the smallest limits of all; an interval can be
given where it is not four weeks.
"""

from decimal import Decimal

from contracts.screens import ScreenProblem
from contracts.values import Kind
from services.triage.instruments.scoring import counting
from services.triage.instruments.scoring.items import Amount, AnyInstrument, Instrument, Item, Outcome, Words
from services.triage.instruments.scoring.limits import Figure, Limits, Rungs
from services.triage.instruments.scoring.reading import problem
from services.triage.instruments.scoring.sheet import Sheet, State

_DRUGS = Words(
    {
        **dict.fromkeys(("naltrexone", "xr-naltrexone", "vivitrol"), "naltrexone"),
        **dict.fromkeys(("buprenorphine", "xr-buprenorphine", "sublocade", "brixadi"), "buprenorphine"),
        **dict.fromkeys(
            ("antipsychotic", "paliperidone", "risperidone", "aripiprazole", "haloperidol", "fluphenazine"),
            "antipsychotic",
        ),
    }
)


class DrugLimits(Limits):
    """Of one drug: its usual interval in days, and how loud so many days overdue are."""

    interval_days: Figure
    overdue: Rungs


class InjectionLimits(Limits):
    """Limits by drug."""

    naltrexone: DrugLimits
    buprenorphine: DrugLimits
    antipsychotic: DrugLimits


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: InjectionLimits) -> Outcome:
    drugs = {"naltrexone": limits.naltrexone, "buprenorphine": limits.buprenorphine}
    drugs["antipsychotic"] = limits.antipsychotic
    words = [word for word in sheet.at("drug").words if word in drugs]
    possible = [drugs[word] for word in words] or list(drugs.values())
    overdue = [_overdue(sheet, one) for one in possible]
    code = f"injection_{words[0]}" if len(words) == 1 else "injection"
    if any(days is None for days in overdue):
        found = max(
            (
                counting.unknown(code, "How late the injection is", one.overdue, "days_overdue")
                for one in possible
            ),
            key=lambda each: each[0].urgency.rank if each and each[0].urgency else -1,
        )
        return Outcome(findings=found, problems=_lacks(sheet))
    findings = [
        finding
        for one, days in zip(possible, overdue, strict=True)
        for finding in counting.counted(code, "days overdue", days or Decimal(0), one.overdue, "days_overdue")
    ]
    worst = max(findings, key=lambda one: one.urgency.rank if one.urgency else -1, default=None)
    least, most = (end(day for day in overdue if day is not None) for end in (min, max))
    clash = _clash(sheet, possible) if len(possible) == 1 else ()
    score = most if least == most and not clash else None
    return Outcome(score, least, most, "late" if most else "on time", (worst,) if worst else (), clash)


def _lacks(sheet: Sheet) -> tuple[ScreenProblem, ...]:
    if any(sheet.at(item).state is not State.MISSING for item in ("days_overdue", "days_since_last")):
        return ()
    return (problem("missing", "days_since_last", "how late it is: no answer", "send the days"),)


def _overdue(sheet: Sheet, limits: DrugLimits) -> Decimal | None:
    """Return the days overdue, the later of what was said; None if nothing that can be used was."""
    said, since = sheet.number("days_overdue"), sheet.number("days_since_last")
    unreadable = (State.IMPOSSIBLE,)
    if any(
        sheet.at(item).state in unreadable for item in ("days_overdue", "days_since_last", "interval_days")
    ):
        return None
    counted = [] if since is None else [max(Decimal(0), since - _interval(sheet, limits))]
    counted += [] if said is None else [said]
    return max(counted, default=None)


def _interval(sheet: Sheet, limits: DrugLimits) -> Decimal:
    """Return the interval in days; nothing said, the drug's usual one."""
    return sheet.number("interval_days") or limits.interval_days.value


def _clash(sheet: Sheet, possible: list[DrugLimits]) -> tuple[ScreenProblem, ...]:
    said, since = sheet.number("days_overdue"), sheet.number("days_since_last")
    if said is None or since is None or said == max(Decimal(0), since - _interval(sheet, possible[0])):
        return ()
    text = "the days overdue and the days since the last one do not fit the interval"
    return (problem("contradiction", "days_overdue", text, "send the right ones: the later counts"),)


_DAYS = Amount(Decimal(0), Decimal(10_000), whole=True)

INSTRUMENT = Instrument(
    id="injection-doses",
    name="Long-acting injections",
    items=(
        Item("drug", "which drug", _DRUGS, scored=False),
        Item("days_overdue", "days overdue", _DAYS, needed=False, scored=False),
        Item("days_since_last", "days since the last one", _DAYS, needed=False, scored=False),
        Item(
            "interval_days",
            "days between two",
            Amount(Decimal(1), Decimal(400), whole=True),
            needed=False,
            scored=False,
        ),
    ),
    limits=InjectionLimits,
    rule=_rule,
    source="clinical.md 6e",
    rounds_up="How late is not known counts as the latest; a drug not known has the strictest limits.",
    kind=Kind.DOSE_MISSED,
)
