"""What came of a week: each signal, who was paged when, what was missed, and whether every law held. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts import escalations as said
from contracts.attendance import AttendanceStatus
from contracts.values import Kind, Urgency
from services.demo_week.cast import ZONE
from services.demo_week.laws import Evidence, Law
from services.demo_week.record import Recorded
from services.demo_week.script import Fate
from services.demo_week.stories import Miss, Paged, Story, misses

SHORTEST_ANSWER = timedelta(seconds=2)
"""Real time from asking for a page to a hold that an answer made: some 0.2 s on two cores, and ten times that
on a busy machine."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True)


class PageRow(_Plain):
    """One page: to whom, when it was asked for, and in how many programme minutes the carrier had it."""

    responder: str
    asked_at: AwareDatetime
    minutes_to_carrier: float | None
    channels: tuple[str, ...]
    outcome: str


class RunRow(_Plain):
    """One run. Minutes are programme minutes from when paging was to begin."""

    code: str
    subject: str
    kind: Kind
    urgency: Urgency
    policy: str
    signals: tuple[str, ...]
    opened_at: AwareDatetime
    waited_for_morning: bool
    pages: tuple[PageRow, ...]
    minutes_to_first_page: float | None
    taken_by: tuple[str, ...]
    minutes_to_taken: float | None
    reached_at: AwareDatetime | None
    minutes_to_reached: float | None
    closed_at: AwareDatetime | None
    closed_by: str
    second: str
    disposition: str
    withdrawn: str
    stands: Literal["closed", "withdrawn", "merged", "worklist", "held", "reached", "paging"]


class MissRow(_Plain):
    """Something that came too late, or not at all. `minutes_late`: None where it has not come."""

    what: str
    code: str
    urgency: Urgency
    kind: Kind
    minutes_late: float | None


class Span(_Plain):
    """How long something took over all runs of an urgency, in programme minutes."""

    count: int
    p50: float
    longest: float


class UrgencyRow(_Plain):
    """The times of one urgency."""

    urgency: Urgency
    runs: int
    first_page: Span | None
    taken: Span | None
    reached: Span | None
    closed: Span | None


class CountRow(_Plain):
    """How many runs of one kind and urgency, and where they stand."""

    kind: Kind
    urgency: Urgency
    signals: int
    runs: int
    taken: int
    closed: int
    withdrawn: int
    open: int


class InputRow(_Plain):
    """How many inputs of one kind were made and answered."""

    kind: str
    made: int
    acknowledged: int
    sent_again: int


class Rules(_Plain):
    """What the site's rules did by themselves."""

    withdrawn: Mapping[str, int]
    """What came later -> how many runs it ended."""
    shown: Mapping[str, int]
    """What came later -> how often it was shown to whoever had the run."""
    skipped: int
    """Signals that what withdraws them had come before."""
    held_back: tuple[str, ...]
    """Sessions at which nobody at all was checked in: one fault to ops, and nobody missed at first."""
    until_morning: int
    """Runs that waited for the end of the quiet hours."""
    joined: int
    """Signals that joined an open run instead of paging anew."""
    faults: Mapping[str, int]
    """Area -> runs about Vigil and its set-up: a dead phone, a gap."""


class Distortion(_Plain):
    """What the speed does to the figures."""

    speed: float
    slow: float
    """How many times as fast while anything is under way."""
    slow_share: float
    """The share of real time that passed so."""
    carrier_p50_seconds: float | None
    """Programme seconds from asking for a page to the carrier having it."""
    carrier_longest_seconds: float | None
    steps_too_short: tuple[str, ...]
    """Policies with a step that is over before an answer can be in: its next people are paged too."""
    late_lists: int
    """Patients who were there, and whose list was acknowledged only after the grace."""
    asked_again: int
    """Times the watchdog asked an owner to look again."""


class Report(_Plain):
    """The report of a week."""

    seed: int
    days: float
    complete: bool
    """Whether the week came to its end."""
    started_at: AwareDatetime
    ended_at: AwareDatetime
    real_seconds: float
    inputs: tuple[InputRow, ...]
    refused: tuple[str, ...]
    """Inputs that were never acknowledged, with the last answer."""
    counts: tuple[CountRow, ...]
    times: tuple[UrgencyRow, ...]
    runs: tuple[RunRow, ...]
    missed: tuple[MissRow, ...]
    rules: Rules
    distortion: Distortion
    coverage: tuple[str, ...]
    """Holes that `vigil verify` finds in roster and policies at the start."""
    restarts: int
    laws: tuple[tuple[str, int, tuple[str, ...]], ...]
    """Name, cases it was held against, and what broke it."""
    held: bool
    """Whether every law held."""


def report(
    evidence: Evidence,
    laws: Sequence[Law],
    *,
    seed: int,
    days: float,
    speed: float,
    slow: float,
    slow_share: float,
    real_seconds: float,
    complete: bool,
    coverage: Iterable[str] = (),
    restarts: int = 0,
) -> Report:
    """Return the report.

    `speed`, `slow`: how many times as fast while nothing, or anything, was under way. `real_seconds`:
    how long it took, `slow_share` of it slowly. `complete`: False when it was broken off.
    """
    found, recorded = evidence.stories, evidence.recorded
    missed = [(story, one) for story in found for one in misses(story, evidence.now)]
    return Report(
        seed=seed,
        days=days,
        complete=complete,
        started_at=evidence.week.start,
        ended_at=evidence.now,
        real_seconds=round(real_seconds, 1),
        inputs=tuple(_inputs(recorded)),
        refused=tuple(
            f"{one.name}, {one.kind}: {one.answer}" for one in recorded.inputs if one.acknowledged_at is None
        ),
        counts=tuple(_counts(found)),
        times=tuple(_times(found)),
        runs=tuple(_run(story) for story in found),
        missed=tuple(_missed(story, one) for story, one in missed),
        rules=_rules(evidence),
        distortion=_distortion(evidence, speed, slow, slow_share),
        coverage=tuple(coverage),
        restarts=restarts,
        laws=tuple((law.name, law.checked, law.broken) for law in laws),
        held=all(law.held for law in laws),
    )


def _inputs(recorded: Recorded) -> Iterator[InputRow]:
    for kind in sorted({one.kind for one in recorded.inputs}):
        some = [one for one in recorded.inputs if one.kind == kind]
        taken = sum(one.acknowledged_at is not None for one in some)
        yield InputRow(
            kind=kind, made=len(some), acknowledged=taken, sent_again=sum(one.tries > 1 for one in some)
        )


def _counts(found: Sequence[Story]) -> Iterator[CountRow]:
    kinds = sorted({(story.kind, story.urgency) for story in found}, key=lambda k: (-k[1].rank, k[0].value))
    for kind, urgency in kinds:
        some = [story for story in found if (story.kind, story.urgency) == (kind, urgency)]
        yield CountRow(
            kind=kind,
            urgency=urgency,
            signals=sum(len(story.signals) for story in some),
            runs=len(some),
            taken=sum(bool(story.held) for story in some),
            closed=sum(story.closed_at is not None for story in some),
            withdrawn=sum(bool(story.withdrawn) for story in some),
            open=sum(not story.ended for story in some),
        )


def _times(found: Sequence[Story]) -> Iterator[UrgencyRow]:
    for urgency in sorted(Urgency, key=lambda one: -one.rank):
        some = [story for story in found if story.urgency is urgency and story.policy.steps]
        if some:
            yield UrgencyRow(
                urgency=urgency,
                runs=len(some),
                first_page=_span(_since(story, story.first_page_at) for story in some),
                taken=_span(_since(story, story.taken_at) for story in some),
                reached=_span(_since(story, story.reached_at) for story in some),
                closed=_span(_since(story, story.closed_at) for story in some),
            )


def _span(minutes: Iterable[float | None]) -> Span | None:
    known = [one for one in minutes if one is not None]
    return Span(count=len(known), p50=round(median(known), 1), longest=max(known)) if known else None


def _since(story: Story, at: datetime | None) -> float | None:
    return _minutes(at - story.paging_from) if at is not None else None


def _minutes(span: timedelta) -> float:
    return round(max(0.0, span.total_seconds()) / 60, 1)


def _run(story: Story) -> RunRow:
    return RunRow(
        code=story.code,
        subject=story.subject,
        kind=story.kind,
        urgency=story.urgency,
        policy=story.policy.id,
        signals=tuple(signal.id for signal in story.signals),
        opened_at=story.opened_at,
        waited_for_morning=story.waited,
        pages=tuple(_page(one) for one in story.pages),
        minutes_to_first_page=_since(story, story.first_page_at),
        taken_by=tuple(dict.fromkeys(who for _, who in story.held)),
        minutes_to_taken=_since(story, story.taken_at),
        reached_at=story.reached_at,
        minutes_to_reached=_since(story, story.reached_at),
        closed_at=story.closed_at,
        closed_by=story.closed_by,
        second=story.second,
        disposition=story.disposition,
        withdrawn=story.withdrawn,
        stands=_stands(story),
    )


def _page(one: Paged) -> PageRow:
    return PageRow(
        responder=one.responder,
        asked_at=one.asked_at,
        minutes_to_carrier=_minutes(one.first_at - one.asked_at) if one.first_at is not None else None,
        channels=one.channels,
        outcome=one.outcome,
    )


def _stands(
    story: Story,
) -> Literal["closed", "withdrawn", "merged", "worklist", "held", "reached", "paging"]:
    if story.closed_at is not None:
        return "closed"
    if story.withdrawn:
        return "withdrawn"
    if story.merged:
        return "merged"
    if not story.policy.steps:
        return "worklist"
    if story.reached_at is not None:
        return "reached"
    return "held" if story.held else "paging"


def _missed(story: Story, one: Miss) -> MissRow:
    late = round(one.by.total_seconds() / 60, 1) if one.by is not None else None
    return MissRow(what=one.what, code=one.code, urgency=story.urgency, kind=story.kind, minutes_late=late)


def _rules(evidence: Evidence) -> Rules:
    found, recorded = evidence.stories, evidence.recorded
    events = [event for some in recorded.escalations.values() for event in some]
    return Rules(
        withdrawn=_tally(story.withdrawn for story in found if story.withdrawn),
        shown=_tally(note for story in found for note in story.notes),
        skipped=sum(isinstance(event, said.SignalSkipped) for event in events),
        held_back=tuple(sorted(recorded.held_back)),
        until_morning=sum(story.waited for story in found),
        joined=sum(len(story.signals) - 1 for story in found),
        faults=_tally(
            story.subject.removeprefix("faults.") for story in found if story.kind is Kind.SYSTEM_FAULT
        ),
    )


def _tally(words: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def _distortion(evidence: Evidence, speed: float, slow: float, slow_share: float) -> Distortion:
    taken = [
        (one.first_at - one.asked_at).total_seconds()
        for story in evidence.stories
        for one in story.pages
        if one.first_at is not None
    ]
    short = {
        story.policy.id
        for story in evidence.stories
        for step in story.policy.steps
        if step.wait / slow < SHORTEST_ANSWER
    }
    ids = {one.outside: one.draft.id for one in evidence.week.cast.patients}
    late = [
        key
        for (session, outside), fate in evidence.week.fates.items()
        if fate is Fate.CAME
        and (key := evidence.recorded.attendances.get((session, ids[outside]))) is not None
        and key.status is AttendanceStatus.LATE
    ]
    return Distortion(
        speed=speed,
        slow=slow,
        slow_share=round(slow_share, 2),
        carrier_p50_seconds=round(median(taken), 3) if taken else None,
        carrier_longest_seconds=round(max(taken), 3) if taken else None,
        steps_too_short=tuple(sorted(short)),
        late_lists=len(late),
        asked_again=sum(evidence.recorded.overdue.values()),
    )


def clock(at: datetime) -> str:
    """Return a moment on the programme's wall clock: `Mon 09:18`."""
    return f"{at.astimezone(ZONE):%a %H:%M}"
