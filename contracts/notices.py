"""Notices: what the roster tells a responder by SMS (or a call), through paging's one dispatcher."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.people import ContactMethod
from contracts.values import Id, Moment, Urgency, Value


class NoticeKind(StrEnum):
    """What a notice tells, with the names of its `args`. Moments in args are ISO 8601, UTC."""

    SHIFT_TOMORROW = "shift_tomorrow"
    """`schedule`, `title`, `start`, `end`: the evening before; `6` confirms."""
    SHIFT_SOON = "shift_soon"
    """`schedule`, `title`, `start`, `end`: shortly ahead; `6` confirms."""
    SHIFT_CONFIRMED = "shift_confirmed"
    """`schedule`, `title`, `start`, `end`: thanks."""
    STILL_ON = "still_on"
    """`schedule`, `title`, `incoming` (responder id): they have not confirmed, so you stay on as well."""
    RELIEVED = "relieved"
    """`schedule`, `title`, `incoming`: they have confirmed; your shift is over."""
    OPEN_NOW = "open_now"
    """`schedule`, `title`, `open` (`K7 NOW 40 min; M3 TODAY 3 h`): what the incoming one should know."""
    STILL_HOLDING = "still_holding"
    """`open` (as above), `incoming`: your shift ended and you still hold these; `give K7 <name>`."""
    SWAP_OFFERED = "swap_offered"
    """`number`, `giver`, `schedule`, `title`, `start`, `end`, `return_start`, `return_end`."""
    SWAP_ACCEPTED = "swap_accepted"
    """`giver`, `taker`, `schedule`, `title`, `start`, `end`."""
    SWAP_REFUSED = "swap_refused"
    """`giver`, `taker`, `schedule`, `title`, `start`, `end`."""
    SWAP_OVER = "swap_over"
    """`number`: the offer is no longer open. With `undone`, `giver`, `taker`, `schedule`, `title`, `start`
    and `end`: it had been accepted, and shifts went back; the giver gets no number, for it was not theirs."""
    VERIFY = "verify"
    """`code`, `method`: a code to be texted back; sent or spoken on that method alone."""
    VERIFIED = "verified"
    """`method`."""
    CODE_WRONG = "code_wrong"
    """`left`: how many tries remain; 0: a new code is needed."""
    MEDIA_MISSING = "media_missing"
    """`code`, `count`: so many files that a patient texted could not be had from the carrier so far."""
    DIGEST = "digest"
    """`open`, `today`, `overdue` (how many), `tasks` (the ids of the first): each morning, to its owner."""
    GAP = "gap"
    """`schedule`, `title`, `start`, `end`, `why`: your shift counts as a gap, and why."""


class NoticeSent(Value):
    """To paging: tell this responder. `message` is stable, so that a repetition is one text."""

    type: Literal["notice_sent"] = "notice_sent"
    at: Moment
    message: Id
    responder: Id
    notice: NoticeKind
    args: dict[str, str] = Field(default_factory=dict)
    methods: tuple[ContactMethod, ...]
    """The methods to try, in order."""
    zone: str
    urgency: Urgency = Urgency.ROUTINE
    by_voice: bool = False
    """Whether a call may say it when no text gets through (or the only method is voice)."""
    not_after: Moment | None = None
    """A notice not sent by then is no longer worth sending."""
    run: Id = "none"
    subject: str = ""
