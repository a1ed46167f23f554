"""Judges counts: days, doses, hours. A count that nobody knows counts as the loudest it could be."""

from decimal import Decimal

from contracts.screens import ScreenFinding
from services.triage.instruments.scoring import summing
from services.triage.instruments.scoring.limits import Rung
from services.triage.instruments.scoring.reading import plain


def counted(
    code: str, what: str, count: Decimal, rungs: tuple[Rung, ...], item: str
) -> tuple[ScreenFinding, ...]:
    """Return the finding that the count gives; none below the first rung. `what` is its unit in words."""
    number = summing.rung_of(count, rungs)
    if not number:
        return ()
    rung = rungs[number - 1]
    says = f"{plain(count)} {what}; this counts from {plain(rung.start)} on"
    return (_found(f"{code}_from_{plain(rung.start)}", says, rung, item),)


def unknown(code: str, what: str, rungs: tuple[Rung, ...], item: str) -> tuple[ScreenFinding, ...]:
    """Return the loudest finding there is, for a count that nobody knows."""
    if not rungs:
        return ()
    return (
        _found(f"{code}_open", f"{what} is not known, and counts as the most until it is", rungs[-1], item),
    )


def _found(code: str, says: str, rung: Rung, item: str) -> ScreenFinding:
    return ScreenFinding(code=code, says=says, urgency=rung.urgency, source=rung.source, items=(item,))
