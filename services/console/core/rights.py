"""Who may do what: one table, role by action. Pure.

A right says that a role may; whether this person may with this escalation (only who was paged takes
it, only who holds it closes it) the rules of paging, escalation and crisis line say as for a text.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from contracts.console import Role


class Action(StrEnum):
    """What can be done here."""

    SEE_BOARD = "see_board"
    """Everything open, without anything identifying; coverage; what is parked."""
    SEE_ESCALATION = "see_escalation"
    """One escalation's course: who was paged, what was answered. Nothing identifying."""
    READ_OWN = "read_own"
    """The patient of what they hold, were paged about, or help with."""
    READ_ANY = "read_any"
    """Any other patient with something open, for a reason that is recorded."""
    PRESS = "press"
    """What the keys of a texted answer do."""
    CLOSE_IMMINENT = "close_imminent"
    """Saying how an imminent escalation ended, and signing that somebody else did."""
    TALK = "talk"
    """Writing to a patient."""
    RETRY_PARKED = "retry_parked"
    """Having parked messages tried again."""


class Grant(StrEnum):
    """What the table says."""

    NO = "no"
    YES = "yes"
    STEP_UP = "step_up"
    """Once a one-time code was given shortly before."""


_C, _S, _O, _U, _A = Role.CLINICIAN, Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR
_NO, _YES, _UP = Grant.NO, Grant.YES, Grant.STEP_UP

TABLE: dict[Action, dict[Role, Grant]] = {
    Action.SEE_BOARD: {_C: _YES, _S: _YES, _O: _YES, _U: _YES, _A: _YES},
    Action.SEE_ESCALATION: {_C: _YES, _S: _YES, _O: _YES, _U: _YES, _A: _NO},
    Action.READ_OWN: {_C: _UP, _S: _UP, _O: _NO, _U: _NO, _A: _NO},
    Action.READ_ANY: {_C: _NO, _S: _UP, _O: _NO, _U: _NO, _A: _NO},
    Action.PRESS: {_C: _YES, _S: _YES, _O: _YES, _U: _NO, _A: _NO},
    Action.CLOSE_IMMINENT: {_C: _UP, _S: _UP, _O: _UP, _U: _NO, _A: _NO},
    Action.TALK: {_C: _YES, _S: _YES, _O: _NO, _U: _NO, _A: _NO},
    Action.RETRY_PARKED: {_C: _NO, _S: _NO, _O: _YES, _U: _NO, _A: _YES},
}
"""Action -> role -> right. Ops hold faults of Vigil, which have no patient."""

FRESH: dict[Action, timedelta] = {
    Action.READ_OWN: timedelta(minutes=60),
    Action.READ_ANY: timedelta(minutes=10),
    Action.CLOSE_IMMINENT: timedelta(minutes=10),
}
"""How long a one-time code counts for it; the one of the sign-in counts too. Ours.

Longer for one's own patients: nobody looks for a second code in the middle of a conversation.
"""
_SHORTEST = timedelta(minutes=10)


def grant(role: Role, action: Action, stepped_up_at: datetime, now: datetime) -> Grant:
    """Return NO, YES, or STEP_UP when a one-time code must be given first."""
    stands = TABLE[action][role]
    if stands is Grant.STEP_UP and stepped_up(action, stepped_up_at, now):
        return Grant.YES
    return stands


def stepped_up(action: Action, stepped_up_at: datetime, now: datetime) -> bool:
    """Return whether the last one-time code still counts for it."""
    return now - stepped_up_at < FRESH.get(action, _SHORTEST)


def home(role: Role) -> str:
    """Return the page that a role begins with."""
    return "/mine" if role in (Role.CLINICIAN, Role.SUPERVISOR) else "/board"
