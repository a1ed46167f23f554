"""From causes of trouble to texts: told at once, repeated at most every ten minutes, recovery once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.watchdog.core import wording
from services.watchdog.core.limits import Limits


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong now: how it is told, and in a few words what is well when it is over."""

    since: datetime
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause that was seen, until it has been absent for long enough."""

    since: datetime
    what: str
    next_text: datetime
    told: bool = False
    well_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """A text to every ops phone."""

    cause: str
    text: str
    recovery: bool = False


Troubles = Mapping[str, Trouble]


def present(
    known: Troubles, causes: Mapping[str, Cause], now: datetime, limits: Limits
) -> tuple[dict[str, Trouble], tuple[Tell, ...]]:
    """Return the troubles with these causes noted, and what to tell of them now."""
    troubles, texts = dict(known), []
    for name, cause in causes.items():
        trouble = troubles.get(name) or Trouble(cause.since, cause.what, next_text=now)
        trouble = replace(trouble, well_since=None)
        if now >= trouble.next_text:
            texts.append(Tell(name, cause.text))
            trouble = replace(trouble, next_text=now + limits.repeat, told=True)
        troubles[name] = trouble
    return troubles, tuple(texts)


def absent(
    known: Troubles, causes: Mapping[str, Cause], now: datetime, limits: Limits, zone: str
) -> tuple[dict[str, Trouble], tuple[Tell, ...]]:
    """Return the troubles without those that have been over long enough, and tell that they are."""
    troubles, texts = dict(known), []
    for name, trouble in known.items():
        if name in causes:
            continue
        well_since = trouble.well_since or now
        if now - well_since < limits.settled:
            troubles[name] = replace(trouble, well_since=well_since)
            continue
        del troubles[name]
        if trouble.told:
            since, at = wording.at(trouble.since, zone), wording.at(well_since, zone)
            texts.append(Tell(name, wording.recovered(trouble.what, since, at), recovery=True))
    return troubles, tuple(texts)


def untold(known: Troubles, cause: str, now: datetime, limits: Limits) -> dict[str, Trouble]:
    """Return the troubles after no phone could be texted about that cause: it is tried again soon."""
    troubles = dict(known)
    if (trouble := troubles.get(cause)) is not None:
        troubles[cause] = replace(trouble, next_text=now + limits.text_again)
    return troubles
