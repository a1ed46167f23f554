"""Reads answers as they were given; whatever cannot be used is told, never guessed or clipped."""

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from contracts.screens import ProblemKind, ScreenAnswer, ScreenAnswers, ScreenProblem
from services.triage.instruments.scoring.items import (
    NO,
    REFUSED,
    YES,
    Amount,
    AnyInstrument,
    Item,
    Lab,
    Points,
    Words,
    YesNo,
)
from services.triage.instruments.scoring.sheet import Reading, Sheet, State

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?")
_QUANTITY = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?)\s*([^\s0-9.].*)")
_LAB_WORDS = {
    "positive": "positive pos p aa 10828004 detected reactive",
    "negative": "negative neg n 260385009 not_detected not_reactive nonreactive",
    "invalid": "invalid adulterated substituted rejected unsuitable",
    "pending": "pending not_tested cancelled",
}
LAB = {spelling: word for word, spellings in _LAB_WORDS.items() for spelling in spellings.split()}
_TOTAL = "total"
UNIT, RANGE = "unit", "range"
"""Why a figure was refused: its unit, or that it cannot be."""


class _Refused(ValueError):
    """The item cannot hold that: what is wrong, how to mend it, and the figure, if one can be made out."""

    def __init__(self, says: str, mend: str, why: str = "", figure: Decimal | None = None) -> None:
        super().__init__(says)
        self.says, self.mend = says, mend
        self.reading = Reading(State.IMPOSSIBLE, None, (why,) if why else (), figure)


def read(instrument: AnyInstrument, given: ScreenAnswers) -> Sheet:
    """Return the sheet of these answers, with a problem for everything missing, impossible or doubled."""
    problems: list[ScreenProblem] = []
    heard, totals = _sorted(instrument, given, problems)
    readings = {item.id: _item(item, heard.get(item.id, ()), problems) for item in instrument.items}
    total = _total(instrument, totals, problems)
    sheet = _without_what_is_not_asked(instrument, Sheet(readings, total), problems)
    for item in instrument.items:
        if item.needed and sheet.at(item.id).state is State.MISSING:
            says = f"{item.says}: no answer"
            problems.append(problem("missing", item.id, says, "ask it and send the answer"))
    return Sheet(sheet.readings, sheet.total, tuple(problems))


def problem(what: ProblemKind, item: str, says: str, mend: str) -> ScreenProblem:
    """Return a problem; shorter to write than the value itself."""
    return ScreenProblem(what=what, item=item, says=says, mend=mend)


def plain(value: Decimal) -> str:
    """Return a number without needless zeros."""
    return f"{value.normalize():f}" if value else "0"


def name_of(written: str) -> str:
    """Return an item's name without what differs between senders: slashes, case, spaces.

    LinkIds carry a leading slash in every official example (clinical.md 1d, 5d), and the path of
    their group before it in some.
    """
    last = [part for part in written.strip().split("/") if part]
    return re.sub(r"[\s_]+", "_", last[-1].strip().lower()) if last else ""


def _sorted(
    instrument: AnyInstrument, given: ScreenAnswers, problems: list[ScreenProblem]
) -> tuple[Mapping[str, list[ScreenAnswer]], list[str]]:
    known = {name_of(name): item.id for item in instrument.items for name in (item.id, *item.codes)}
    total_names = {_TOTAL, "score", *(name_of(code) for code in instrument.totals)}
    heard: dict[str, list[ScreenAnswer]] = {}
    totals = [given.total] if given.total.strip() else []
    for answer in given.answers:
        name = name_of(answer.item)
        if name in known:
            if answer.value.strip():
                heard.setdefault(known[name], []).append(answer)
        elif name in total_names:
            totals += [answer.value] if answer.value.strip() else []
        else:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            mend = f"did you mean {near[0]!r}?" if near else f"see `vigil screen list {instrument.id}`"
            problems.append(problem("unknown", answer.item, f"is no item of {instrument.name}", mend))
    return heard, totals


def _item(item: Item, answers: Iterable[ScreenAnswer], problems: list[ScreenProblem]) -> Reading:
    readings: list[Reading] = []
    for answer in answers:
        try:
            readings.append(_held(item, answer))
        except _Refused as refused:
            problems.append(problem("impossible", item.id, f"{item.says}: {refused.says}", refused.mend))
            readings.append(refused.reading)
    if not readings:
        return Reading()
    return _one_of(item, readings, problems)


def _one_of(item: Item, readings: list[Reading], problems: list[ScreenProblem]) -> Reading:
    """Return the one reading; of two that differ the more severe, told as a contradiction."""
    if all(one == readings[0] for one in readings):
        return readings[0]
    says = f"{item.says}: answered twice, differently"
    problems.append(problem("contradiction", item.id, says, "send the answer that holds"))
    values = [one.value for one in readings if one.value is not None]
    words = tuple(dict.fromkeys(word for one in readings for word in one.words))
    figures = [one.figure for one in readings if one.figure is not None]
    refused = any(one.state is State.IMPOSSIBLE for one in readings)
    state = State.IMPOSSIBLE if refused else State.TWICE
    return Reading(state, max(values, default=None), words, max(figures, default=None))


def _held(item: Item, answer: ScreenAnswer) -> Reading:
    text, holds = answer.value.strip(), item.holds
    if answer.unit.strip() and not isinstance(holds, Amount | Lab):
        raise _Refused("has a unit, and takes none", "send the answer without unit")
    match holds:
        case Points():
            return _points(holds, text)
        case YesNo():
            return _yes_no(holds, text)
        case Amount():
            number, unit = _quantity(text, answer.unit)
            return Reading(State.GIVEN, _amount(holds, number, unit))
        case Lab():
            return _lab(holds, text, answer.unit)
        case Words():
            return _words(holds, text)


def _points(holds: Points, text: str) -> Reading:
    allowed = ", ".join(map(str, holds.allowed))
    mend = f"it takes {allowed}; send one of these, or correct the form"
    if text.lower() in holds.words:
        return Reading(State.GIVEN, Decimal(holds.words[text.lower()]))
    value = _number(text)
    if value is None:
        raise _Refused("is neither a number nor a known answer", mend)
    if value not in holds.allowed:
        raise _Refused(f"cannot be {plain(value)}", mend)
    return Reading(State.GIVEN, value)


def _yes_no(holds: YesNo, text: str) -> Reading:
    word = text.lower()
    if word in ("0", "1") and holds.no > holds.yes:
        raise _Refused(
            "is a bare 0 or 1, and here no gives the point", "write yes or no: the digit could mean either"
        )
    if word in YES:
        return Reading(State.GIVEN, Decimal(holds.yes), ("yes",))
    if word in NO:
        return Reading(State.GIVEN, Decimal(holds.no), ("no",))
    if word in REFUSED and holds.may_refuse:
        return Reading(State.GIVEN, None, ("refused",))
    raise _Refused("is neither yes nor no", "write yes or no" + (" or refused" if holds.may_refuse else ""))


def _quantity(text: str, unit: str) -> tuple[Decimal, str]:
    """Return the number and its unit, which may stand behind the number. Raises _Refused."""
    behind = _QUANTITY.fullmatch(text)
    if behind is not None:
        if unit.strip() and _unit(unit) != _unit(behind[2]):
            raise _Refused("has two different units", "send one")
        return Decimal(behind[1]), behind[2]
    number = _number(text)
    if number is None:
        raise _Refused("is no number", "write digits, with a point before decimals")
    return number, unit


def _amount(holds: Amount, number: Decimal, unit: str) -> Decimal:
    value = _in_unit(holds, number, unit)
    if 0 < number < 1 and _unit(unit) in holds.coarse:
        raise _Refused(f"is less than {unit.strip()} can show", "check the unit", UNIT, number)
    if not holds.low <= value <= holds.high:
        mend = f"it lies from {plain(holds.low)} to {plain(holds.high)} {holds.unit}".rstrip()
        raise _Refused(f"cannot be {plain(value)}", f"{mend}; check the figure and its unit", RANGE, value)
    if holds.whole and value != value.to_integral_value():
        raise _Refused(f"cannot be {plain(value)}", "write a whole number", RANGE, value)
    return value


def _lab(holds: Lab, text: str, unit: str) -> Reading:
    word = LAB.get(re.sub(r"[\s-]+", "_", text.lower()))
    if word is not None:
        return Reading(State.GIVEN, None, (word,))
    number, behind = _quantity(text, unit)
    value = _in_unit(holds, number, behind)
    if not 0 <= value <= holds.high:
        raise _Refused(f"cannot be {plain(value)}", "check the figure and its unit", RANGE, value)
    return Reading(State.GIVEN, value)


def _words(holds: Words, text: str) -> Reading:
    parts = [part.strip().lower() for part in re.split(r"[,;]", text)] if holds.several else [text.lower()]
    known = ", ".join(sorted(set(holds.words.values())))
    for part in parts:
        if part and part not in holds.words:
            near = difflib.get_close_matches(part, holds.words, n=1)
            raise _Refused(
                "is a word that is not known here",
                f"did you mean {near[0]!r}?" if near else f"it takes {known}",
            )
    return Reading(State.GIVEN, None, tuple(dict.fromkeys(holds.words[part] for part in parts if part)))


def _in_unit(holds: Amount | Lab, number: Decimal, unit: str) -> Decimal:
    """Return the number in the item's unit. Raises _Refused: a unit is never guessed."""
    if not holds.units:
        if unit.strip():
            raise _Refused("has a unit, and takes none", "send the number alone", UNIT, number)
        return number
    factor = holds.units.get(_unit(unit))
    if factor is None:
        said = "has a unit that is not known here" if unit.strip() else "has no unit"
        raise _Refused(said, f"send it in {holds.unit}, with the unit", UNIT, number)
    return number * factor


def _unit(written: str) -> str:
    return re.sub(r"\s+", "", written.replace("µ", "u").replace("μ", "u")).lower()


def _total(instrument: AnyInstrument, written: list[str], problems: list[ScreenProblem]) -> Reading:
    if not written:
        return Reading()
    if instrument.highest is None:
        text = f"{instrument.name} has no total"
        problems.append(problem("unknown", _TOTAL, text, "leave it out"))
        return Reading()
    values = [_number(one.strip()) for one in written]
    sound = [v for v in values if v is not None and _can_be_total(instrument, v)]
    if len(sound) < len(values):
        text = f"the stated total is none of 0 to {instrument.highest}"
        problems.append(problem("impossible", _TOTAL, text, "send the items, or the right total"))
        return Reading(State.IMPOSSIBLE)
    if len(set(sound)) > 1:
        text = "two different totals are stated"
        problems.append(problem("contradiction", _TOTAL, text, "send the one that holds"))
        return Reading(State.TWICE, max(sound))
    return Reading(State.GIVEN, sound[0])


def _can_be_total(instrument: AnyInstrument, value: Decimal) -> bool:
    whole = not instrument.whole or value == value.to_integral_value()
    return whole and 0 <= value <= (instrument.highest or 0)


def _without_what_is_not_asked(
    instrument: AnyInstrument, sheet: Sheet, problems: list[ScreenProblem]
) -> Sheet:
    """Return the sheet with what the instrument's own rules leave out counted as its lowest answer."""
    left_out = instrument.not_asked(sheet)
    readings = dict(sheet.readings)
    for item in instrument.items:
        reading = sheet.at(item.id)
        if item.id not in left_out:
            continue
        if reading.state is State.MISSING:
            readings[item.id] = Reading(State.NOT_ASKED, Decimal(item.least), ("no",))
        elif reading.value or reading.state is State.IMPOSSIBLE or "refused" in reading.words:
            says = f"{item.says}: answered, although an earlier answer leaves it out"
            problems.append(problem("contradiction", item.id, says, "check the earlier answer and this one"))
    return Sheet(readings, sheet.total)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None
