"""What people do when they are paged or told something, and how escalation hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from contracts.escalations import PageRequested, ResponderTold
from contracts.pages import (
    CallAsked,
    ContactConfirmed,
    DispositionGiven,
    GiveAsked,
    HelpAsked,
    PageAcknowledged,
    PageDeclined,
    PageExhausted,
    PatientReached,
    ResponderActive,
    SignatureGiven,
    SnoozeAsked,
    ToEscalation,
    UndoAsked,
)
from contracts.values import Channel, Disposition, Sealed


@dataclass(frozen=True, slots=True)
class Take:
    """They take it (`1`)."""

    channel: Channel = Channel.SMS


@dataclass(frozen=True, slots=True)
class Pass:
    """They pass, or as the holder give it back (`2`)."""

    channel: Channel = Channel.SMS


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No contact method of theirs got through; `codes` as the carrier gave them."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """They reached the patient (`3`)."""


@dataclass(frozen=True, slots=True)
class Dispose:
    """They say how it ended (`4 ...`)."""

    disposition: Disposition
    pin: Literal["right", "wrong", "missing"] = "right"


@dataclass(frozen=True, slots=True)
class Sign:
    """They sign what another person ended."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """They confirm contact after a hand-off."""


@dataclass(frozen=True, slots=True)
class Undo:
    """They take back their last `3` or `4`."""


@dataclass(frozen=True, slots=True)
class Call:
    """They ask to be connected with the patient."""


@dataclass(frozen=True, slots=True)
class Act:
    """They do something else about it, such as asking for more."""


@dataclass(frozen=True, slots=True)
class Help:
    """They call for help."""


@dataclass(frozen=True, slots=True)
class Give:
    """They ask `to` to take it over."""

    to: str | None


@dataclass(frozen=True, slots=True)
class Snooze:
    """They put it off."""

    minutes: int


What = Take | Pass | Exhausted | Reached | Dispose | Sign | Confirm | Undo | Call | Act | Help | Give | Snooze
"""Everything people, or their phones, can do about a page."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Something that happens so long after the page or message was asked for."""

    after: timedelta
    what: What


class Behaviour(Protocol):
    """What a person does because of a page: any number of things, each after some time."""

    def react(self, page: PageRequested, now: datetime) -> Sequence[Reaction]:
        """Return the reactions to a page asked for at `now`, UTC."""
        ...


class Listening(Protocol):
    """What a person does because of a message that is not a page, such as signing."""

    def __call__(self, message: ResponderTold, now: datetime) -> Sequence[Reaction]:
        """Return the reactions to a message asked for at `now`, UTC."""
        ...


def event(what: What, page: PageRequested | ResponderTold, told: int, now: datetime) -> ToEscalation:
    """Return what paging would tell escalation. `told`: the signals that this person knows of."""
    about = {
        "at": now,
        "page": page.page if isinstance(page, PageRequested) else page.message,
        "responder": page.responder,
        "run": page.run,
        "subject": page.subject,
    }
    match what:
        case Take(channel):
            return PageAcknowledged.model_validate(
                about | {"urgency": page.urgency, "evidence": told, "channel": channel}
            )
        case Pass(channel):
            return PageDeclined.model_validate(about | {"channel": channel})
        case Exhausted(codes):
            return PageExhausted.model_validate(about | {"codes": codes})
        case Reached():
            return PatientReached.model_validate(about | {"evidence": told})
        case Dispose(disposition, pin):
            return DispositionGiven.model_validate(
                about | {"disposition": disposition, "evidence": told, "pin": pin}
            )
        case Sign():
            return SignatureGiven.model_validate(about)
        case Confirm():
            return ContactConfirmed.model_validate(about | {"name": _SOMEBODY})
        case Undo():
            return UndoAsked.model_validate(about)
        case Call():
            return CallAsked.model_validate(about)
        case Act():
            return ResponderActive.model_validate(about)
        case Help():
            return HelpAsked.model_validate(about)
        case Give(to):
            return GiveAsked.model_validate(about | {"asked": to})
        case Snooze(minutes):
            return SnoozeAsked.model_validate(about | {"minutes": minutes})


_SOMEBODY = Sealed(key="rehearsal", box="")
