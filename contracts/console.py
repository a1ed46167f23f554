"""The web console: who may sign in, what is remembered of their sessions, and what they pressed."""

from enum import StrEnum

from contracts.replies import Key
from contracts.values import Disposition, Id, Moment, Sealed, Value


class Role(StrEnum):
    """What somebody does here; which rights that gives is the console's table."""

    CLINICIAN = "clinician"
    """Is paged, and acts on what they hold."""
    SUPERVISOR = "supervisor"
    """The same, and may read of patients whom somebody else holds, with a reason."""
    OPS = "ops"
    """Keeps Vigil running: the board, faults, parked messages. Reads nothing of patients."""
    AUDITOR = "auditor"
    """Looks at what happened and who read what. Acts on nothing, reads nothing of patients."""
    ADMINISTRATOR = "administrator"
    """Accounts. Reads nothing of patients."""


class Account(Value):
    """Somebody who may sign in, in the bucket `accounts` under `id`, the name they type."""

    id: Id
    person: Id | None = None
    """The responder they are; None: they are never paged."""
    role: Role
    sites: tuple[Id, ...] = ()
    """Of which sites they see; none named: of all."""
    password: str
    """argon2id hash of the password, in PHC form."""
    totp: Sealed
    """The secret of their one-time codes (RFC 6238, base32), under the site's key."""
    made_at: Moment
    made_by: str
    """The account on the machine at which it was made or last reset."""
    disabled_at: Moment | None = None
    """Since when they can't sign in; their phone works as before."""
    disabled_by: str = ""
    epoch: int = 0
    """Raised by every reset: sessions of an earlier one are over."""


class Session(Value):
    """One sign-in, in the bucket `sessions` under the hash of its secret, which only the browser has."""

    account: Id
    epoch: int
    """Of the account when it began."""
    made_at: Moment
    seen_at: Moment
    """When it was last used, to a minute."""
    stepped_up_at: Moment
    """When a one-time code was last given in it: at the sign-in, or since."""
    csrf: str
    """What every form of this session carries."""
    ended_at: Moment | None = None


class WrongSignIn(Value):
    """A sign-in that was refused, or is just being looked at."""

    at: Moment
    source: str
    """A hash of where it came from."""


class SignIns(Value):
    """What must be remembered of sign-ins of one name, in the bucket `sign_ins`, there or not."""

    account: Id
    wrong: tuple[WrongSignIn, ...] = ()
    last_step: int = 0
    """The time step of the last one-time code that was taken: none is taken twice (RFC 6238, 5.2)."""


class Pressed(Value):
    """A responder pressed a button, or wrote to a patient, in the console.

    On `console.pressed.page.<responder>` it is about a page or what they hold, and paging hears it; on
    `console.pressed.talk.<responder>` about a conversation, and the crisis line does.
    """

    id: Id
    """Minted when the form was shown: the same form sent twice is one answer."""
    at: Moment
    responder: Id
    account: Id
    subject: str
    """`escalations.<patient>` or `faults.<area>`."""
    run: Id
    code: str
    key: Key
    told: int = 0
    """How many signals of the run the page showed: an answer covers only what its giver was told."""
    disposition: Disposition | None = None
    stepped_up: bool = False
    """Whether a one-time code was given shortly before; it stands for the PIN of a texted answer."""
    asked: Id | None = None
    """Of `give` and `talk_join`: who is to take it over, or to join."""
    minutes: int = 0
    """Of `snooze`."""
    number: str = ""
    """Of a support contact to call, of texts to show, of a step of a hand-off."""
    name: str = ""
    """Of a prepared reply; the language of `join es`. Never of a person."""
    words: Sealed | None = None
    """Words for the patient, a note, who confirmed contact: under the patient's key."""
