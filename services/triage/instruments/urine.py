"""Urine drug panel: screening and confirmation against cut-offs in ng/mL, what is prescribed, dilution.

Source: cut-offs HHS urine panel in force since 7 July 2025 (90 FR 4662) and those usual in clinics,
clinical.md 1b; urgencies 1b and 7 rows 16 and 17. A screening result is presumptive until confirmed. None
is imminent by itself. An opioid that is not prescribed is urgent (lost tolerance: ask for naloxone); so are
opioid and sedative together, and alcohol and sedative together. Anything else not expected is `soon`, and
so is a prescribed agonist that is not found, and a specimen that is dilute (creatinine below 20 mg/dL) or
out of range (pH 4.5 to 9).

A result that can't be read counts as positive. Not prescribed is what nobody said is prescribed. A
screening positive is taken back only by a negative confirmation of every substance of its group.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from contracts.screens import ScreenFinding, ScreenProblem
from contracts.values import Kind, Urgency
from services.triage.instruments.scoring.items import (
    Amount,
    AnyInstrument,
    Instrument,
    Item,
    Lab,
    Outcome,
    Words,
)
from services.triage.instruments.scoring.limits import Figure, Level, Limits, Source
from services.triage.instruments.scoring.reading import problem
from services.triage.instruments.scoring.sheet import Reading, Sheet, State


@dataclass(frozen=True, slots=True)
class Group:
    """What one screening test looks for: its name, and the substances that confirm it."""

    says: str
    substances: tuple[str, ...]
    family: str = ""
    """opioid, sedative or alcohol; empty for others."""


GROUPS = {
    "thc": Group("cannabis", ("thca",)),
    "cocaine": Group("cocaine", ("benzoylecgonine",)),
    "opiates": Group("codeine, morphine", ("codeine", "morphine"), "opioid"),
    "hydrocodone": Group("hydrocodone, hydromorphone", ("hydrocodone", "hydromorphone"), "opioid"),
    "oxycodone": Group("oxycodone, oxymorphone", ("oxycodone", "oxymorphone"), "opioid"),
    "heroin": Group("6-AM (heroin)", ("6am",), "opioid"),
    "fentanyl": Group("fentanyl", ("fentanyl", "norfentanyl"), "opioid"),
    "methadone": Group("methadone", ("methadone",), "opioid"),
    "buprenorphine": Group("buprenorphine", ("buprenorphine",), "opioid"),
    "pcp": Group("PCP", ("pcp",)),
    "amphetamines": Group("amphetamines", ("amphetamine", "methamphetamine")),
    "mdma": Group("MDMA, MDA", ("mdma", "mda")),
    "benzodiazepines": Group("benzodiazepines", ("benzodiazepines",), "sedative"),
    "barbiturates": Group("barbiturates", ("barbiturates",), "sedative"),
    "etg": Group("EtG (alcohol)", ("etg",), "alcohol"),
    "ets": Group("EtS (alcohol)", ("ets",), "alcohol"),
}
_AGONISTS = ("buprenorphine", "methadone")
_UNITS = {"ng/ml": Decimal(1), "ug/l": Decimal(1), "ug/ml": Decimal(1000), "mg/l": Decimal(1000)}
_MG_DL = {"mg/dl": Decimal(1), "g/l": Decimal(100), "mg/l": Decimal("0.1"), "mmol/l": Decimal("11.31")}


class CutOff(Limits):
    """From which concentration on a group is positive, in ng/mL: at screening, and confirmed by substance."""

    initial: Decimal
    confirmed: dict[str, Decimal] = Field(default_factory=dict)
    source: Source


class CutOffs(Limits):
    """The cut-offs of every group."""

    thc: CutOff
    cocaine: CutOff
    opiates: CutOff
    hydrocodone: CutOff
    oxycodone: CutOff
    heroin: CutOff
    fentanyl: CutOff
    methadone: CutOff
    buprenorphine: CutOff
    pcp: CutOff
    amphetamines: CutOff
    mdma: CutOff
    benzodiazepines: CutOff
    barbiturates: CutOff
    etg: CutOff
    ets: CutOff

    @model_validator(mode="after")
    def _known_substances(self) -> Self:
        for name, group in GROUPS.items():
            for substance in self.of(name).confirmed:
                if substance not in group.substances:
                    known = ", ".join(group.substances)
                    raise ValueError(f"{name}: {substance!r} confirms nothing there; there are {known}")
        return self

    def of(self, name: str) -> CutOff:
        """Return the cut-off of that group."""
        found: CutOff = getattr(self, name)
        return found


class UrineLimits(Limits):
    """Cut-offs, validity, and how loud each finding is."""

    cut_offs: CutOffs
    opioid: Level
    opioid_with_sedative: Level
    alcohol_with_sedative: Level
    other: Level
    agonist_not_found: Level
    not_valid: Level
    unreadable: Level
    """Nothing in it can be used."""
    creatinine_below: Figure
    """mg/dL."""
    ph_low: Figure
    ph_high: Figure


class Found(StrEnum):
    """What is known about one group."""

    NOT_TESTED = "not tested"
    NEGATIVE = "negative"
    NOT_CONFIRMED = "not confirmed"
    UNREADABLE = "unreadable"
    PRESUMPTIVE = "presumptive"
    CONFIRMED = "confirmed"

    @property
    def counts(self) -> bool:
        """Whether it is taken for positive."""
        return self in (Found.UNREADABLE, Found.PRESUMPTIVE, Found.CONFIRMED)


def _rule(instrument: AnyInstrument, sheet: Sheet, limits: UrineLimits) -> Outcome:
    known = {name: _state(name, sheet, limits.cut_offs.of(name)) for name in GROUPS}
    taken = sheet.at("prescribed").words
    positive = tuple(name for name, state in known.items() if state.counts)
    unexpected = tuple(name for name in positive if name not in taken)
    findings = (
        *_together(positive, unexpected, limits),
        *(_one(name, known[name], limits) for name in unexpected),
        *_not_found(known, taken, limits),
        *_not_valid(sheet, limits),
        *_as_expected(known, taken),
    )
    problems = tuple(_without_cut_off(sheet, limits.cut_offs))
    if not any(state is not Found.NOT_TESTED for state in known.values()):
        problems = (*problems, problem("missing", "panel", "no result of any substance", "send the results"))
        findings = (
            *findings,
            _found("urine_nothing", "No result in it: test again", limits.unreadable, ("panel",)),
        )
    return Outcome(band=_band(known, positive), findings=findings, problems=problems)


def _state(name: str, sheet: Sheet, cut_off: CutOff) -> Found:
    screened = _positive(sheet.at(name), cut_off.initial)
    confirmed = [
        _positive(sheet.at(f"confirmed_{one}"), cut_off.confirmed.get(one)) for one in GROUPS[name].substances
    ]
    if Found.PRESUMPTIVE in confirmed:
        return Found.CONFIRMED
    if Found.UNREADABLE in (screened, *confirmed):
        return Found.UNREADABLE
    if confirmed and all(one is Found.NEGATIVE for one in confirmed):
        return Found.NOT_CONFIRMED if screened is Found.PRESUMPTIVE else Found.NEGATIVE
    if screened is Found.NOT_TESTED and Found.NEGATIVE in confirmed:
        return Found.NEGATIVE
    return screened


def _positive(reading: Reading, cut_off: Decimal | None) -> Found:
    if reading.state is State.MISSING or reading.words == ("pending",):
        return Found.NOT_TESTED
    if "positive" in reading.words or (reading.value is not None and cut_off and reading.value >= cut_off):
        return Found.PRESUMPTIVE
    if reading.state is State.IMPOSSIBLE:
        return Found.UNREADABLE if reading.figure != 0 else Found.NEGATIVE
    if "invalid" in reading.words or (reading.value and cut_off is None):
        return Found.UNREADABLE
    return Found.NEGATIVE


def _without_cut_off(sheet: Sheet, cut_offs: CutOffs) -> Iterable[ScreenProblem]:
    for name, group in GROUPS.items():
        for substance in group.substances:
            item = f"confirmed_{substance}"
            if sheet.number(item) is not None and substance not in cut_offs.of(name).confirmed:
                says = f"{substance}: a concentration, and there is no confirmatory cut-off for it"
                yield problem("impossible", item, says, "send positive or negative, or set the cut-off")


def _together(
    positive: tuple[str, ...], unexpected: tuple[str, ...], limits: UrineLimits
) -> Iterable[ScreenFinding]:
    """Return what is dangerous together, unless every part of it is prescribed."""
    if not unexpected:
        return
    opioid, sedative, alcohol = (_of(positive, family) for family in ("opioid", "sedative", "alcohol"))
    if opioid and sedative and set(unexpected) & {*opioid, *sedative}:
        says = "Opioid and sedative together: risk of overdose. Same day, and ask for naloxone"
        yield _found("urine_opioid_with_sedative", says, limits.opioid_with_sedative, (*opioid, *sedative))
    if alcohol and sedative and set(unexpected) & {*alcohol, *sedative}:
        says = "Alcohol and sedative together. Same day"
        yield _found("urine_alcohol_with_sedative", says, limits.alcohol_with_sedative, (*alcohol, *sedative))


def _one(name: str, state: Found, limits: UrineLimits) -> ScreenFinding:
    group = GROUPS[name]
    said = {
        Found.CONFIRMED: "confirmed",
        Found.UNREADABLE: "the result can't be read and counts as positive",
    }.get(state, "presumptive until confirmed")
    if group.family == "opioid":
        says = f"{group.says}: {said}, not known as prescribed. Same day; tolerance may be lost: naloxone"
        return _found(f"urine_opioid_{name}", says, limits.opioid, (name,))
    return _found(f"urine_{name}", f"{group.says}: {said}, not known as prescribed", limits.other, (name,))


def _not_found(
    known: dict[str, Found], taken: tuple[str, ...], limits: UrineLimits
) -> Iterable[ScreenFinding]:
    for name in _AGONISTS:
        if name in taken and known[name] in (Found.NEGATIVE, Found.NOT_CONFIRMED):
            says = f"{GROUPS[name].says}: prescribed, and not found. Doses missed or passed on?"
            yield _found(f"urine_no_{name}", says, limits.agonist_not_found, (name, "prescribed"))


def _not_valid(sheet: Sheet, limits: UrineLimits) -> Iterable[ScreenFinding]:
    creatinine, ph = sheet.number("creatinine"), sheet.number("ph")
    if creatinine is not None and creatinine < limits.creatinine_below.value:
        says = "The specimen is dilute: a negative in it says little. Test again"
        yield _found("urine_dilute", says, limits.not_valid, ("creatinine",))
    if ph is not None and not limits.ph_low.value <= ph <= limits.ph_high.value:
        says = "The pH is out of range: the specimen is not valid. Test again"
        yield _found("urine_not_valid", says, limits.not_valid, ("ph",))
    broken = tuple(i for i in ("creatinine", "ph") if sheet.at(i).state is State.IMPOSSIBLE)
    if broken:
        yield _found("urine_validity_open", "Whether it is valid can't be read", limits.not_valid, broken)


def _as_expected(known: dict[str, Found], taken: tuple[str, ...]) -> Iterable[ScreenFinding]:
    for name, state in known.items():
        if state.counts and name in taken:
            says = f"{GROUPS[name].says}: found, as prescribed"
            yield ScreenFinding(code=f"urine_expected_{name}", says=says, items=(name,))
        elif state is Found.NOT_CONFIRMED:
            says = f"{GROUPS[name].says}: positive at screening, not confirmed"
            yield ScreenFinding(code=f"urine_not_confirmed_{name}", says=says, items=(name,))


def _of(names: Iterable[str], family: str) -> tuple[str, ...]:
    return tuple(name for name in names if GROUPS[name].family == family)


def _band(known: dict[str, Found], positive: tuple[str, ...]) -> str:
    if any(state is Found.CONFIRMED for state in known.values()):
        return "confirmed positive"
    if positive:
        return "presumptive positive"
    return "negative" if set(known.values()) - {Found.NOT_TESTED} else ""


def _found(code: str, says: str, level: Level, items: tuple[str, ...]) -> ScreenFinding:
    urgency: Urgency = level.urgency
    return ScreenFinding(code=code, says=says, urgency=urgency, source=level.source, items=items)


_PRESCRIBED = {name: name for name in GROUPS} | {
    "none": "none",
    "suboxone": "buprenorphine",
    "codeine": "opiates",
    "morphine": "opiates",
    "amphetamine": "amphetamines",
}

INSTRUMENT = Instrument(
    id="urine",
    name="Urine drug panel",
    items=(
        *(Item(name, g.says, Lab(units=_UNITS), needed=False, scored=False) for name, g in GROUPS.items()),
        *(
            Item(f"confirmed_{one}", f"{one}, confirmed", Lab(units=_UNITS), needed=False, scored=False)
            for group in GROUPS.values()
            for one in group.substances
        ),
        Item(
            "prescribed", "what is prescribed", Words(_PRESCRIBED, several=True), needed=False, scored=False
        ),
        Item(
            "creatinine",
            "creatinine",
            Amount(Decimal(0), Decimal(1000), "mg/dL", _MG_DL),
            ("2161-8",),
            False,
            False,
        ),
        Item("ph", "pH", Amount(Decimal(0), Decimal(14)), ("2756-5",), False, False),
    ),
    limits=UrineLimits,
    rule=_rule,
    source="90 FR 4662; clinical.md 1b",
    rounds_up="A result that can't be read counts as positive; what nobody said is prescribed counts as not "
    "prescribed; a positive is taken back only by a negative confirmation of all its substances.",
    kind=Kind.SUBSTANCE_POSITIVE,
)
