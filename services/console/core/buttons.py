"""Which buttons somebody sees: what the keys of a text would do for them at this moment. Pure.

What a button does is decided where a text would be: one that came too late is answered like a late text.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.escalations import EscalationBrief, EscalationStatus, Telling
from contracts.pages import PageBrief, PageStatus, Purpose
from contracts.replies import Key
from contracts.values import Urgency

_WITH_HOLDER = (EscalationStatus.HELD, EscalationStatus.REACHED, EscalationStatus.HANDED_OFF)
_CAN_WAIT = (Urgency.SOON, Urgency.ROUTINE)


class Tie(StrEnum):
    """What somebody has to do with an escalation; the first that fits."""

    HOLDS = "holds"
    PAGED = "paged"
    SIGNS = "signs"
    """They are asked to sign how somebody else says it ended."""
    BESIDE = "beside"
    """They help, or joined the conversation."""
    HELD = "held"
    """They closed it, and may take that back for a few minutes."""
    NONE = "none"


@dataclass(frozen=True)
class Button:
    """One thing to press. `asks`: which field stands with it."""

    key: Key
    label: str
    asks: str = ""
    """`disposition`, `person`, `minutes`, `name` or nothing."""
    main: bool = False
    """The one to press now."""
    step_up: bool = False
    """A one-time code must have been given shortly before."""
    hint: str = ""
    rare: bool = False
    """It stands behind the others, folded away."""


def tie(
    who: str | None,
    brief: EscalationBrief,
    pages: list[PageBrief],
    beside: tuple[str, ...],
    closed_by: str | None,
) -> Tie:
    """Return what `who` (None: no responder) has to do with it. `pages` are theirs of this run."""
    if who is None:
        return Tie.NONE
    if brief.status in _WITH_HOLDER and brief.holder == who:
        return Tie.HOLDS
    if brief.status is EscalationStatus.CLOSED:
        return Tie.HELD if closed_by == who else Tie.NONE
    if any(one.purpose is Purpose.PAGE and one.status is PageStatus.OUT for one in pages):
        return Tie.PAGED
    if pages and any(one.telling is Telling.SIGN_PLEASE for one in pages):
        return Tie.SIGNS
    return Tie.BESIDE if who in beside else Tie.NONE


def buttons(
    found: Tie, brief: EscalationBrief, *, is_fault: bool, undo_until: datetime | None, now: datetime
) -> list[Button]:
    """Return what they can press, the most likely first."""
    imminent = brief.urgency is Urgency.IMMINENT and not is_fault
    hint = "takes back the last report, within five minutes"
    undo = Button(Key.UNDO, "Undo", hint=hint)
    match found:
        case Tie.PAGED:
            return [
                Button(Key.TAKE, "Take it", main=True),
                Button(Key.PASS, "Pass", hint="the next are paged at once"),
            ]
        case Tie.HOLDS:
            return [*_of_holder(brief, is_fault, imminent), Button(Key.UNDO, "Undo", hint=hint, rare=True)]
        case Tie.SIGNS:
            return [Button(Key.SIGN, "Sign that it ended so", main=True, step_up=imminent)]
        case Tie.HELD if undo_until is not None and now < undo_until:
            return [undo]
        case Tie.BESIDE | Tie.HELD | Tie.NONE:
            return []


def _of_holder(brief: EscalationBrief, is_fault: bool, imminent: bool) -> list[Button]:
    reached = brief.status is not EscalationStatus.HELD
    found = []
    if not is_fault:
        found.append(
            Button(Key.CALL, "Call the patient", main=not reached, hint="Vigil rings you, then connects you")
        )
        if brief.status is EscalationStatus.HELD:
            found.append(Button(Key.REACHED, "I reached them", main=True))
        if brief.status is EscalationStatus.HANDED_OFF:
            found.append(
                Button(
                    Key.CONFIRM, "Confirm contact", "name", main=True, hint="who told you that they have them"
                )
            )
    found.append(Button(Key.DISPOSE, "Close it", "disposition", main=reached or is_fault, step_up=imminent))
    found.append(
        Button(Key.ASSIST, "Call for help", hint="the next step is paged as well; you keep it", rare=True)
    )
    found.append(Button(Key.GIVE, "Hand it over", "person", hint="you hold it until they take it", rare=True))
    if brief.urgency in _CAN_WAIT:
        found.append(Button(Key.SNOOZE, "Put it off", "minutes", rare=True))
    found.append(Button(Key.PASS, "Give it back", hint="the next are paged at once", rare=True))
    return found
