"""Changes of the roster: who made each, when and why, and what it changed."""

from pydantic import Field

from contracts.values import Moment, Value


class RosterChange(Value):
    """One change of the roster by a command, as it was decided; it is never changed afterwards.

    It is written before the change itself, so that nothing is in force of which nobody knows who did it.
    """

    number: int = Field(ge=1)
    """The first is 1, and none is left out; it is the key in the bucket."""
    at: Moment
    by: str
    """The account at the machine where the command was given."""
    what: str = ""
    """The command and what it was about, such as `apply deploy/demo`."""
    reason: str = ""
    overridden: bool = False
    """Whether it was made although a page would reach nobody within 24 hours; then `reason` says why."""
    summary: tuple[str, ...] = ()
    """What it changes, a line each: ids, fields and spans, no names and no digits of phones."""
    left_out: int = Field(default=0, ge=0)
    """How many lines more there were than are kept."""
