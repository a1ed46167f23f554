"""Which of two versions of a source's resource is the newer, and how to call it.

A source may say when it last changed a resource, number its versions, name them by codes without an
order, or say nothing. Nothing that differs from what was heard may be taken for a repetition of it, and
what is older must not correct what is newer. Triage orders versions by the numbers in them.
"""

import re
from datetime import datetime

from contracts.values import Value
from services.triage.core.decide import version_key

_SUFFIX = re.compile(r"(?<=\+)\d+$")


class Former(Value):
    """What was said of a resource before, and must be taken back: of whom, and what."""

    patient: str
    type: str
    instrument: str = ""
    session: str = ""


class Known(Value):
    """What was last heard of a resource."""

    stated: str = ""
    """The version by the source's own word: a moment, a number, or nothing."""
    version: str
    """As facts call it."""
    content: str
    """Keyed hash of what it said."""
    patient: str
    type: str
    instrument: str = ""
    session: str = ""
    """The session it is about, by its id here."""
    gone: bool = False
    """It was deleted, or entered in error: what it said counts no more."""
    former: Former | None = None
    """What this version takes back; kept, so that a repetition after a crash takes it back too."""

    def as_former(self) -> Former:
        """Return what it said, as something to be taken back."""
        return Former(patient=self.patient, type=self.type, instrument=self.instrument, session=self.session)


def replaced(known: Known | None, version_now: str, patient: str, kind: str) -> Former | None:
    """Return what a version takes back: what was said of somebody else, or that somebody had come."""
    if known is None or known.gone:
        return None
    if version_now == known.version:
        return known.former
    undone = known.type == "checked_in" and kind in ("session_planned", "absence_excused")
    return known.as_former() if known.patient != patient or undone else None


def stated(updated: datetime | None, number: str) -> str:
    """Return the source's own word, as far as it has an order: when it was changed, else its number."""
    if updated is not None:
        return f"{updated:%Y-%m-%dT%H:%M:%S.%fZ}"
    return number.lstrip("0") or "0" if number.isascii() and number.isdigit() and len(number) < 20 else ""


def version(known: Known | None, said: str, content: str) -> str | None:
    """Return what to call what was heard now; None if something newer was heard already.

    A repetition gets the version it had.
    """
    if known is None:
        return said or "1"
    if _is_older(said, known.stated):
        return None
    if content == known.content and said == known.stated:
        return known.version
    if _is_older(known.stated, said) and version_key(said) > version_key(known.version):
        return said
    # Changed without a word of it, or by another kind of word: what comes later is newer.
    return _next(known.version)


def _is_older(one: str, other: str) -> bool:
    """Whether both are of one kind, and the first is the smaller."""
    if one.isdigit() and other.isdigit():
        return int(one) < int(other)
    return bool(one and other) and "T" in one and "T" in other and one < other


def _next(name: str) -> str:
    found = _SUFFIX.search(name)
    return f"{name[: found.start()]}{int(found[0]) + 1}" if found else f"{name}+1"
