"""Parked messages: what could not be understood or handled, kept until somebody mends it."""

from typing import Literal

from pydantic import Field

from contracts.values import Id, Moment, Value


class Parked(Value):
    """The state of one parked message. `error` is a class name: it never quotes content."""

    durable: Id
    stream: str
    sequence: int
    subject: str
    data: str
    """The message's payload in base64 (identifying parts of it are sealed as they were)."""
    headers: dict[str, str] = Field(default_factory=dict)
    """The message's headers: without them a retry would not know what it holds."""
    error: str
    at: Moment
    tries: int = 0
    status: Literal["parked", "done"] = "parked"
