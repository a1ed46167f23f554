"""Screens, specimens and doses: the answers as they were given, and what they come to.

Both are clinical content: whoever stores or sends one seals it. Only instrument, urgency, kind and the
codes of findings are fit for a subject, a tag or a log line.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator

from contracts.values import Kind, Moment, Urgency, Value


def _as_written(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return str(value)
        case _:
            return value


Written = Annotated[str, BeforeValidator(_as_written)]
"""An answer as text: numbers as digits, true and false as yes and no; empty is no answer."""


class ScreenAnswer(Value):
    """One answer: the item by id, LOINC code or linkId, the answer as written, and its unit if it has one.

    The value is a number, a word (`yes`, `positive`), or a code of an answer list (`LA6568-5`).
    """

    item: str
    value: Written = ""
    unit: str = ""


def _answers(given: object) -> object:
    if not isinstance(given, Mapping):
        return given
    return tuple(
        {"item": str(item), **value} if isinstance(value, Mapping) else {"item": str(item), "value": value}
        for item, value in given.items()
    )


class ScreenAnswers(Value):
    """One filled-in instrument, as it came; read from a list of answers, or from `{item: value}`."""

    answers: Annotated[tuple[ScreenAnswer, ...], BeforeValidator(_answers)] = ()
    total: Written = ""
    """The total that came with it, if one did; never taken for the sum of the items."""
    at: Moment | None = None
    """When it was answered or measured."""
    by: str = ""
    """Who answered or measured: an opaque id, or a word such as `self`."""


ProblemKind = Literal["missing", "impossible", "contradiction", "unknown"]


class ScreenProblem(Value):
    """What keeps an instrument from being scored as it stands: where, what, and how to mend it."""

    what: ProblemKind
    item: str
    """The item's id, `total`, or the name nobody knows."""
    says: str
    mend: str


class ScreenFinding(Value):
    """One thing the answers show: a code for policies, a sentence for people."""

    code: str
    """`<instrument>_<what>` in small letters; fit for a tag of a signal."""
    says: str
    urgency: Urgency | None = None
    """None: told, and no reason to act by itself."""
    source: str = ""
    """Where figure and urgency come from."""
    items: tuple[str, ...] = ()


class ScreenResult(Value):
    """What the answers come to. No result ever lowers or closes anything: `urgency` None is no all-clear."""

    instrument: str
    version: int
    """Of the way it is scored; changes when the same answers would come to something else."""
    thresholds: str = ""
    """Which thresholds were used: the first characters of the SHA-256 of their content."""
    kind: Kind = Kind.SCREEN_POSITIVE
    """The kind of signal it makes, if `urgency` is set."""
    score: float | None = None
    """None if it has no score, or if problems leave it open."""
    least: float | None = None
    most: float | None = None
    """Between what the score lies: as far as the answers say, a contradicting total included."""
    band: str = ""
    urgency: Urgency | None = None
    """None: no signal."""
    findings: tuple[ScreenFinding, ...] = ()
    drove: tuple[str, ...] = ()
    """The items that gave the urgency."""
    problems: tuple[ScreenProblem, ...] = ()
    loinc: str = ""
    """LOINC code of the score or level; empty where none is confirmed."""
