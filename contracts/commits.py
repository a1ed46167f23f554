"""A commit: the one message an aggregate appends, holding events and the state after them."""

from typing import Any

from contracts.values import Moment, Value

DUE = "Vigil-Due"
"""Header: when the aggregate acts again (ISO 8601, UTC); absent when it never does."""
VERSION = "Vigil-State-Version"
"""Header: the version of the stored state."""
KINDS = "Vigil-Kinds"
"""Header: the types of the commit's events, separated by commas."""
APPEND = "Vigil-Append"
"""Header: which append of which copy this is: so a copy whose acknowledgement was lost knows its own."""
BRIEF = "Vigil-Brief"
"""Header: what others may know at a glance, as JSON (EscalationBrief, PageBrief)."""


class Commit(Value):
    """Events that happened together because of `cause`, and the state after them.

    `start` is the stream sequence of the commit that opened the present run (0: this one), from
    which a newer reader folds again. Events are read through the union of their own contract.
    """

    at: Moment
    cause: str
    version: int
    start: int = 0
    events: tuple[dict[str, Any], ...]
    state: dict[str, Any]
