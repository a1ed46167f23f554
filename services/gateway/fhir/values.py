"""What an answer or a result says, as the instruments read it: one text, and its unit.

Official examples write one and the same total as valueInteger, valueDecimal, valueQuantity and
valueString, and answers as codes (clinical.md 1c, 5d). Of a coded answer the first name that the item
can hold counts: its code, its wording, the points the sender gives it; none fits: the first, and the
instrument then says that it can't be read.
"""

from collections.abc import Iterator
from decimal import Decimal

from services.gateway.fhir.elements import Choice, Coding, Concept, Quantity
from services.gateway.fhir.resources import Component
from services.triage.instruments.scoring.items import (
    NO,
    REFUSED,
    YES,
    Amount,
    Holds,
    Item,
    Points,
    Words,
    YesNo,
)
from services.triage.instruments.scoring.reading import LAB

_PLAIN_UNITS = frozenset({"", "1", "{score}", "{count}", "{#}", "score"})
"""Units that say no more than that it is a number (UCUM annotations)."""
_DECLINED = frozenset({"asked-declined", "LA30122-8", "443390004"})
_INTERPRETED = {
    "POS": "positive",
    "DET": "positive",
    "A": "positive",
    "AA": "positive",
    "H": "positive",
    "HH": "positive",
    "NEG": "negative",
    "ND": "negative",
    "N": "negative",
}
"""HL7's observation interpretation -> a laboratory's word."""


def said(choice: Choice, item: Item | None = None) -> tuple[str, str] | None:
    """Return the value as text and its unit; None if there is no value."""
    holds = item.holds if item is not None else None
    match choice:
        case Choice(value_boolean=bool(yes)):
            return ("yes" if yes else "no", "")
        case Choice(value_integer=Decimal() as number) | Choice(value_decimal=Decimal() as number):
            return (_plain(number), "")
        case Choice(value_quantity=Quantity() as amount):
            return _amount(amount)
        case Choice(value_coding=Coding() as coding):
            return _first(_named(coding), holds)
        case Choice(value_codeable_concept=Concept() as concept):
            return _first(_names(concept), holds)
        case Choice(value_string=str(text)) if text.strip():
            return (text.strip(), "")
        case _:
            return None


def result(component: Component, item: Item | None = None) -> tuple[str, str] | None:
    """Return what a result says: its value, or that the answer was refused, or how it was interpreted."""
    found = said(component, item)
    below = found is not None and found[0].startswith("<")
    if found is not None and not below:
        return (found[0].lstrip(">="), found[1])
    if found is not None and item is not None and isinstance(item.holds, Amount):
        return (found[0].lstrip("<="), found[1])  # at most so much: counted as so much
    absent = component.data_absent_reason
    if found is None and absent is not None and absent.codes() & _DECLINED:
        return ("refused", "")
    words = [
        _INTERPRETED[code] for one in component.interpretation for code in one.codes() & _INTERPRETED.keys()
    ]
    if words:
        return ("positive" if "positive" in words else words[0], "")
    return found


def _amount(amount: Quantity) -> tuple[str, str] | None:
    if amount.value is None:
        return None
    unit = amount.code or amount.unit
    number = f"{amount.comparator}{_plain(amount.value)}"
    return (number, "" if unit in _PLAIN_UNITS else unit)


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _named(coding: Coding) -> Iterator[str]:
    yield from (name for name in (coding.code, coding.display) if name.strip())
    if coding.ordinal is not None:
        yield _plain(coding.ordinal)


def _names(concept: Concept) -> Iterator[str]:
    yield from (one.code for one in concept.coding if one.code.strip())
    yield from (one.display for one in concept.coding if one.display.strip())
    yield from (_plain(one.ordinal) for one in concept.coding if one.ordinal is not None)
    if concept.text.strip():
        yield concept.text


def _first(names: Iterator[str], holds: Holds | None) -> tuple[str, str] | None:
    every = [name.strip() for name in names]
    for name in every:
        if holds is not None and _fits(name.lower(), holds):
            return (name, "")
    return (every[0], "") if every else None


def _fits(name: str, holds: Holds) -> bool:
    match holds:
        case Points():
            return name in holds.words or name in map(str, holds.allowed)
        case YesNo():
            return name in YES | NO or (holds.may_refuse and name in REFUSED)
        case Words():
            return name in holds.words
        case _:
            return name.replace(" ", "_") in LAB
