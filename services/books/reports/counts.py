"""Reports that count: screens, opt-outs, drills, what the carrier is paid for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from contracts.values import Urgency
from services.books.reports.shape import (
    Cell,
    Column,
    Period,
    Report,
    grouped,
    median,
    percentile,
    share,
    total,
)

_URGENCIES = tuple(str(one) for one in sorted(Urgency, key=lambda one: -one.rank))
ScreensBy = Literal["instrument", "kind", "day", "month"]
OptOutsBy = Literal["month", "day", "why"]
CostsBy = Literal["month", "day", "purpose", "channel"]
DrillsBy = Literal["schedule", "responder", "month"]
SCREENS: tuple[ScreensBy, ...] = ("instrument", "kind", "day", "month")
OPT_OUTS: tuple[OptOutsBy, ...] = ("month", "day", "why")
COSTS: tuple[CostsBy, ...] = ("month", "day", "purpose", "channel")
DRILLS: tuple[DrillsBy, ...] = ("schedule", "responder", "month")


@dataclass(frozen=True)
class Screen:
    """A result, as it was scored; an amended one is there again."""

    instrument: str
    kind: str
    urgency: str | None
    at: datetime
    retracted: bool = False
    problems: int = 0


def screens(found: Iterable[Screen], period: Period, by: ScreensBy) -> Report:
    """Return how many results came, and to what they came."""

    def name(one: Screen) -> str:
        match by:
            case "instrument":
                return one.instrument
            case "kind":
                return one.kind
            case "day":
                return period.day(one.at)
            case _month:
                return period.month(one.at)

    def row(group: str, members: list[Screen]) -> tuple[Cell, ...]:
        scored = [one for one in members if not one.retracted]
        positive = sum(one.urgency is not None for one in scored)
        return (
            group,
            len(scored),
            *(sum(one.urgency == urgency for one in scored) for urgency in _URGENCIES),
            len(scored) - positive,
            share(positive, len(scored)),
            sum(one.retracted for one in members),
            sum(one.problems > 0 for one in scored),
        )

    chosen = [one for one in found if period.holds(one.at)]
    return Report(
        "screens",
        f"Screens, specimens and doses by {by}",
        "Each result as it was scored when it came; a corrected one counts again. No signal is no all-clear.",
        period,
        (
            Column("group", by.capitalize()),
            Column("results", "Results", "number"),
            *(Column(one, one.capitalize(), "number") for one in _URGENCIES),
            Column("no_signal", "No signal", "number"),
            Column("positive", "With a signal", "share"),
            Column("retracted", "Entered in error", "number"),
            Column("problems", "Not scored as it stood", "number"),
        ),
        tuple(row(*one) for one in grouped(chosen, name)),
    )


@dataclass(frozen=True)
class OptOut:
    """A patient ended texts, or allowed them again (`out` false)."""

    patient: str
    at: datetime
    out: bool
    why: str
    """`word`: STOP; `refused`: the carrier said so; `asked`: in a sentence, which the holder honoured."""


def opt_outs(found: Iterable[OptOut], period: Period, by: OptOutsBy) -> Report:
    """Return how many patients ended texts, and how many of them came back since."""
    all_of_them = sorted(found, key=lambda one: one.at)
    last = {one.patient: one.out for one in all_of_them}

    def name(one: OptOut) -> str:
        match by:
            case "month":
                return period.month(one.at)
            case "day":
                return period.day(one.at)
            case _why:
                return one.why if one.out else "allowed again"

    def row(group: str, members: list[OptOut]) -> tuple[Cell, ...]:
        out = {one.patient for one in members if one.out}
        return (
            group,
            sum(one.out for one in members),
            len(out),
            sum(not one.out for one in members),
            sum(last[one] for one in out),
        )

    return Report(
        "opt_outs",
        f"Opt-outs by {by}",
        "STOP, a refusal by the carrier, or a wish that the holder honoured. Each pages somebody while an "
        "escalation is open; from then on people call.",
        period,
        (
            Column("group", by.capitalize()),
            Column("opt_outs", "Opt-outs", "number"),
            Column("patients", "Patients", "number"),
            Column("allowed_again", "Allowed again", "number"),
            Column("still_out", "Still out", "number"),
        ),
        tuple(row(*one) for one in grouped((one for one in all_of_them if period.holds(one.at)), name)),
    )


@dataclass(frozen=True)
class Sent:
    """A text or a call that the carrier took, or a text that came in."""

    at: datetime
    channel: Literal["sms", "voice", "sms in"]
    purpose: str
    segments: int | None = None
    """None: sealed, so that nobody can count it; it has one at least."""
    talked: timedelta | None = None
    """Of a call: from its answer to its end; None: not answered, or not known."""


def costs(found: Iterable[Sent], period: Period, by: CostsBy) -> Report:
    """Return what the carrier is paid for: segments and begun minutes."""

    def name(one: Sent) -> str:
        match by:
            case "month":
                return period.month(one.at)
            case "day":
                return period.day(one.at)
            case "purpose":
                return one.purpose
            case _channel:
                return one.channel

    def row(group: str, members: list[Sent]) -> tuple[Cell, ...]:
        texts = [one for one in members if one.channel == "sms"]
        calls = [one for one in members if one.channel == "voice"]
        return (
            group,
            len(texts),
            total(one.segments for one in texts),
            sum(one.segments is None for one in texts),
            sum(one.channel == "sms in" for one in members),
            len(calls),
            sum(one.talked is not None for one in calls),
            total(_minutes(one.talked) for one in calls),
        )

    return Report(
        "costs",
        f"Texts and calls by {by}",
        "What the carrier took from us, and texts that it brought. Calls are counted in begun minutes from "
        "their answer to their end.",
        period,
        (
            Column("group", by.capitalize()),
            Column("texts", "Texts", "number"),
            Column("segments", "Segments", "number"),
            Column("uncounted", "Texts of unknown length", "number"),
            Column("received", "Texts received", "number"),
            Column("calls", "Calls", "number"),
            Column("answered", "Answered", "number"),
            Column("minutes", "Call minutes", "number"),
        ),
        tuple(row(*one) for one in grouped((one for one in found if period.holds(one.at)), name)),
        (
            "A person's words to a patient, or relayed to a responder, are sealed: their segments can't be "
            "counted, and each has one at least. The second leg of a bridged call is not counted.",
        ),
    )


def _minutes(talked: timedelta | None) -> int:
    return 0 if talked is None else -(-int(talked.total_seconds()) // 60)


@dataclass(frozen=True)
class Drill:
    """A drill, and how it ended."""

    schedule: str
    why: str
    responder: str
    seconds: int
    at: datetime


def drills(found: Iterable[Drill], period: Period, by: DrillsBy) -> Report:
    """Return how many drills there were, how many were answered, and how fast."""

    def name(one: Drill) -> str:
        match by:
            case "schedule":
                return one.schedule
            case "responder":
                return one.responder or "nobody"
            case _month:
                return period.month(one.at)

    def row(group: str, members: list[Drill]) -> tuple[Cell, ...]:
        answered = [timedelta(seconds=one.seconds) for one in members if one.why == "answered"]
        failed = sum(one.why in ("unanswered", "nobody") for one in members)
        return (
            group,
            len(members),
            len(answered),
            failed,
            sum(one.why in ("busy", "interrupted") for one in members),
            share(len(answered), len(answered) + failed),
            median(answered),
            percentile(answered, 90),
        )

    return Report(
        "drills",
        f"Drills by {by}",
        "Drills of whoever is on call. One that gave way to something real counts neither as answered nor as "
        "failed.",
        period,
        (
            Column("group", by.capitalize()),
            Column("drills", "Drills", "number"),
            Column("answered", "Answered", "number"),
            Column("failed", "Nobody answered", "number"),
            Column("gave_way", "Gave way", "number"),
            Column("share", "Answered", "share"),
            Column("median", "Median", "span"),
            Column("p90", "90 % within", "span"),
        ),
        tuple(row(*one) for one in grouped((one for one in found if period.holds(one.at)), name)),
    )
