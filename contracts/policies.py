"""Escalation policies: who must be told, in which order, and how long each may take."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from contracts.schedules import Weekday, Window
from contracts.values import Id, Kind, Moment, Urgency, Value

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
        if found is None:
            raise ValueError(f"{value!r} is no duration; write a number and s, m, h or d: 90s, 3m")
        if len(found[1]) > 9:
            raise ValueError("is longer than any life; write a number of at most nine digits")
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
    therapist_on_shift: bool = False
    """The patient's own therapist, but only while they are on any shift; nobody is missed otherwise."""
    everyone: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if value == "therapist":
            return {"therapist": True}
        if value == "therapist_on_shift":
            return {"therapist_on_shift": True}
        if value == "everyone":
            return {"everyone": True}
        return value

    @model_validator(mode="after")
    def _one(self) -> "Target":
        flags = [self.therapist, self.therapist_on_shift, self.everyone]
        chosen = [self.schedule, self.person, *(flag or None for flag in flags)]
        if sum(one is not None for one in chosen) != 1:
            raise ValueError(
                "a target names exactly one of `schedule: <id>`, `person: <id>`, `therapist`, "
                "`therapist_on_shift`, `everyone`"
            )
        return self

    @property
    def label(self) -> str:
        """A short name for logs and tables."""
        if self.schedule:
            return f"schedule {self.schedule}"
        if self.person:
            return f"person {self.person}"
        if self.therapist_on_shift:
            return "the patient's therapist when on shift"
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
    """Any of them, of the signal or of the patient."""
    all_tags: tuple[str, ...] = ()
    """All of them."""
    without_tags: tuple[str, ...] = ()
    """None of them."""
    during: tuple[Window, ...] = ()
    """Within one of these spans of the policy's wall clock; empty = at any hour."""


class Hours(Strict):
    """A night in which nobody is paged or asked; what falls into it waits until `until`.

    For the whole of a run: an opening, a step whose wait ends in it, whoever comes next after a pass
    or a failed page, contact that is overdue. A call for help and a hand-off (911, mobile crisis) know
    no night. Never for imminent or urgent signals: the loader refuses such a policy.
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

    def matches(self, kind: Kind, urgency: Urgency, tags: Collection[str], at: Moment | None = None) -> bool:
        """Return whether a signal of that kind, urgency and tags, at that moment, falls under it.

        `tags` are the signal's and the patient's. Without a moment `during` is not asked.
        """
        return not self.why_not(kind, urgency, tags, at)

    def why_not(self, kind: Kind, urgency: Urgency, tags: Collection[str], at: Moment | None = None) -> str:
        """Return the first reason for which it does not apply, as half a sentence; "" when it does."""
        applies, given = self.applies, set(tags)
        if applies.kinds and kind not in applies.kinds:
            return f"is for {_or(applies.kinds)}, not for {kind.value}"
        if applies.urgencies and urgency not in applies.urgencies:
            return f"is for {_or(applies.urgencies)}, not for {urgency.value}"
        if applies.tags and not set(applies.tags) & given:
            return f"asks for the tag {_or(applies.tags)}"
        if missing := [tag for tag in applies.all_tags if tag not in given]:
            return f"asks for the tag {_or(missing)}"
        if unwanted := [tag for tag in applies.without_tags if tag in given]:
            return f"is not for the tag {_or(unwanted)}"
        if applies.during and at is not None and not self._during(at):
            return "is for other hours"
        return ""

    def _during(self, at: Moment) -> bool:
        try:
            local = at.astimezone(ZoneInfo(self.zone))
        except (ZoneInfoNotFoundError, ValueError):
            # An unknown zone has no hours: better a policy that applies than none.
            return True
        return any(_within(window, local) for window in self.applies.during)


class PolicySet(Value):
    """All policies in force, as one version: they are applied together or not at all."""

    version: int
    policies: tuple[Policy, ...]
    applied_by: str
    applied_at: Moment
    reason: str = ""
    sources: dict[str, str] = Field(default_factory=dict)
    """Policy id -> the file it was written in, comments and all."""
    files: dict[str, str] = Field(default_factory=dict)
    """Policy id -> the name of that file, where it is not `<id>.yaml`."""
    overridden: str = ""
    """Why it was applied although lint or verify found something broken; empty = they did not."""
    diff: str = ""
    """What it changed against the version before."""
    rolled_back_to: int | None = None
    """The version whose policies it brought back."""

    @property
    def ordered(self) -> tuple[Policy, ...]:
        """The policies in the order in which they are tried."""
        return tuple(sorted(self.policies, key=lambda policy: (policy.order, policy.id)))

    def match(
        self, kind: Kind, urgency: Urgency, tags: Collection[str], at: Moment | None = None
    ) -> Policy | None:
        """Return the first policy that applies, by `order` then id."""
        return next((p for p in self.ordered if p.matches(kind, urgency, tags, at)), None)


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)


def _within(window: Window, local: datetime) -> bool:
    days, clock = list(Weekday), local.time()
    today, before = days[local.weekday()], days[local.weekday() - 1]
    whole = window.start == window.end
    overnight = window.end < window.start
    starts_today = not window.days or today in window.days
    started_before = not window.days or before in window.days
    if whole:
        return starts_today
    if overnight:
        return (starts_today and clock >= window.start) or (started_before and clock < window.end)
    return starts_today and window.start <= clock < window.end
