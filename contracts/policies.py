"""Escalation policies: who must be told, in which order, and how long each may take."""

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from contracts.values import Id, Kind, Moment, Urgency, Value

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
        if found is None:
            raise ValueError(f"{value!r} is no duration; write a number and s, m, h or d: 90s, 3m")
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    return value


def _written(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_written, return_type=str),
    Field(json_schema_extra={"examples": ["90s", "3m", "24h"]}),
]
"""A span written as `90s`, `3m`, `4h` or `2d`."""


class Strict(Value):
    """A value that people write by hand.

    Whoever reads their files refuses unknown fields (`model_validate(..., extra="forbid")`); a
    stored one is read leniently, since a newer version may have written it.
    """


class Target(Strict):
    """Whom a step pages: exactly one of a schedule, a person, the patient's own therapist, or everybody."""

    schedule: Id | None = None
    person: Id | None = None
    therapist: bool = False
    everyone: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if value == "therapist":
            return {"therapist": True}
        if value == "everyone":
            return {"everyone": True}
        return value

    @model_validator(mode="after")
    def _one(self) -> "Target":
        chosen = [self.schedule, self.person, self.therapist or None, self.everyone or None]
        if sum(one is not None for one in chosen) != 1:
            raise ValueError(
                "a target names exactly one of `schedule: <id>`, `person: <id>`, `therapist`, `everyone`"
            )
        return self

    @property
    def label(self) -> str:
        """A short name for logs and tables."""
        if self.schedule:
            return f"schedule {self.schedule}"
        if self.person:
            return f"person {self.person}"
        return "the patient's therapist" if self.therapist else "everyone"


class Step(Strict):
    """Page these at once; after `wait` without an acknowledgement the next step begins."""

    page: tuple[Target, ...] = Field(min_length=1)
    wait: Duration
    wait_at_night: Duration | None = None
    """A longer wait between 22:00 and 07:00 on the policy's clock, where clinicians allow it."""


class Round(Strict):
    """What one more round through the steps adds to each of them."""

    add: tuple[Target, ...] = ()


class Applies(Strict):
    """Which signals a policy is for; an empty field means any."""

    kinds: tuple[Kind, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    tags: tuple[str, ...] = ()


class Hours(Strict):
    """A night in which nothing new is paged; what comes waits until `until`.

    Never for imminent or urgent signals: the loader refuses such a policy.
    """

    quiet_from: time
    until: time


class Policy(Strict):
    """One escalation policy. The first that applies wins; `order` sorts them."""

    id: Id
    title: str = ""
    order: int = 100
    applies: Applies = Applies()
    zone: str = "America/New_York"
    steps: tuple[Step, ...] = ()
    """No steps: a worklist entry that pages nobody (routine only)."""
    repeat: tuple[Round, ...] = ()
    """Rounds after the first; the last of them is repeated for ever."""
    reach_within: Duration = timedelta(minutes=60)
    """From the acknowledgement to contact with the patient."""
    resolve_within: Duration = timedelta(hours=24)
    """From contact to a disposition."""
    hours: Hours | None = None
    second_signature: bool | None = None
    """Whether a second person signs the disposition; by default only for imminent ones."""

    @model_validator(mode="after")
    def _no_delay_for_urgent(self) -> "Policy":
        loud = {Urgency.IMMINENT, Urgency.URGENT}
        could_be_loud = not self.applies.urgencies or loud & set(self.applies.urgencies)
        if self.hours and could_be_loud:
            raise ValueError(
                "`hours` would make imminent or urgent signals wait for the morning; "
                "limit `applies: urgencies` to soon or routine, or remove `hours`"
            )
        if not self.steps and set(self.applies.urgencies) != {Urgency.ROUTINE}:
            raise ValueError(
                "`steps` is empty, so nobody would be paged; "
                "only a policy with `applies: {urgencies: [routine]}` may page nobody"
            )
        return self

    def matches(self, kind: Kind, urgency: Urgency, tags: tuple[str, ...]) -> bool:
        """Return whether a signal of that kind, urgency and tags falls under this policy."""
        applies = self.applies
        return (
            (not applies.kinds or kind in applies.kinds)
            and (not applies.urgencies or urgency in applies.urgencies)
            and (not applies.tags or bool(set(applies.tags) & set(tags)))
        )


class PolicySet(Value):
    """All policies in force, as one version: they are applied together or not at all."""

    version: int
    policies: tuple[Policy, ...]
    applied_by: str
    applied_at: Moment
    reason: str = ""

    def match(self, kind: Kind, urgency: Urgency, tags: tuple[str, ...]) -> Policy | None:
        """Return the first policy that applies, by `order` then id."""
        ordered = sorted(self.policies, key=lambda policy: (policy.order, policy.id))
        return next((p for p in ordered if p.matches(kind, urgency, tags)), None)
