"""What a screen, a specimen or a dose comes to: a result, a signal, and signals without a reason left.

A repeated or older version changes nothing. No result lowers or closes anything: a signal that loses
its reason is only followed by word of it (contracts/programme.SignalFollowed), and escalation decides.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from contracts.facts import DoseReported, ScreenAnswered, SpecimenTested, Standing
from contracts.screens import ScreenAnswer, ScreenAnswers, ScreenResult
from contracts.triages import Assessed, DoseCounted, Retracted, SignalLeft, TriageEvent
from contracts.values import Sealed
from services.triage.core.evolve import counted, evolve, in_a_row
from services.triage.core.state import Document, Results
from services.triage.core.together import Both, judged
from services.triage.instruments import find

Reported = ScreenAnswered | SpecimenTested | DoseReported
"""What triage hears."""
TAGS_KEPT = 12
DAYS_ITEMS = ("days_missed", "doses_missed")
"""Items of dose instruments that say how many were missed in a row."""

Score = Callable[[str, ScreenAnswers], ScreenResult]
"""Scores answers of the instrument of that id."""


def assess(
    state: Results,
    fact: Reported,
    answers: ScreenAnswers,
    evidence: int,
    score: Score,
    seal: Callable[[str], Sealed],
    now: datetime,
    both: Both | None = None,
) -> tuple[TriageEvent, ...]:
    """Return what the fact comes to; () if it, or a newer version of it, was heard before.

    `both`: how two screens that are near to each other count together; None: each is judged alone.
    """
    known = state.known(fact.source, fact.document)
    if known is not None and version_key(fact.version) <= version_key(known.version):
        return ()
    if fact.standing is Standing.ENTERED_IN_ERROR:
        return _with_signals_left(state, known, (_retracted(fact, now),), "entered_in_error")
    events: tuple[TriageEvent, ...] = ()
    if isinstance(fact, DoseReported) and fact.taken is not None and fact.day is not None:
        events = (DoseCounted(at=now, instrument=fact.instrument, day=fact.day, taken=fact.taken),)
        answers = _counted(state, fact, answers)
    result = score(fact.instrument, answers)
    if both is not None:
        result = judged(result, fact.at, (one for one in state.documents if one is not known), both)
    events = (*events, _assessed(fact, result, evidence, seal, now))
    if isinstance(fact, DoseReported) and fact.taken:
        return _after_a_dose(state, fact, events, now)
    return _with_signals_left(state, known, events, "amended")


def version_key(version: str) -> tuple[tuple[int, int | str], ...]:
    """Return what versions are ordered by: numbers in them as numbers; no version is the oldest."""
    parts = re.findall(r"\d+|\D+", version)
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in parts)


def signal_id(fact: Reported, result: ScreenResult) -> str:
    """Return the id of the signal: the same screening, reported in two resources, is one signal."""
    if result.urgency is None:
        return ""
    day = f"{fact.at:%Y%m%dT%H%M}"
    return f"triage/{fact.patient}/{fact.instrument}/{day}/{result.urgency.value}"


def _counted(state: Results, fact: DoseReported, answers: ScreenAnswers) -> ScreenAnswers:
    """Say how many days in a row were missed, as far as single reports tell."""
    if fact.day is None or any(one.item in DAYS_ITEMS and one.value for one in answers.answers):
        return answers
    doses = counted(state.doses_of(fact.instrument), fact.day, bool(fact.taken))
    count = 0 if fact.taken else in_a_row(doses, fact.day)
    known = {item.id for item in find(fact.instrument).items}
    said = tuple(ScreenAnswer(item=item, value=str(count)) for item in DAYS_ITEMS if item in known)
    return answers.model_copy(update={"answers": (*answers.answers, *said)})


def _assessed(
    fact: Reported, result: ScreenResult, evidence: int, seal: Callable[[str], Sealed], now: datetime
) -> Assessed:
    tags = dict.fromkeys((fact.instrument, *(one.code for one in result.findings if one.urgency)))
    return Assessed(
        at=now,
        source=fact.source,
        document=fact.document,
        version=fact.version,
        instrument=fact.instrument,
        occurred_at=fact.at,
        standing=fact.standing,
        evidence=evidence,
        result=seal(result.model_dump_json()),
        kind=result.kind,
        urgency=result.urgency,
        tags=tuple(tags)[:TAGS_KEPT],
        problems=len(result.problems),
        signal=signal_id(fact, result),
    )


def _retracted(fact: Reported, now: datetime) -> Retracted:
    return Retracted(
        at=now,
        source=fact.source,
        document=fact.document,
        version=fact.version,
        instrument=fact.instrument,
        occurred_at=fact.at,
    )


def _with_signals_left(
    state: Results,
    known: Document | None,
    events: tuple[TriageEvent, ...],
    what: Literal["amended", "entered_in_error"],
) -> tuple[TriageEvent, ...]:
    """Add word of the signal that the resource was the last reason for, if it is one no more."""
    if known is None or not known.signal:
        return events
    after = state
    for event in events:
        after = evolve(after, event)
    if any(one.signal == known.signal for one in after.documents):
        return events
    fresh = after.known(known.source, known.document)
    version = fresh.version if fresh is not None else known.version
    at = events[-1].at
    left = SignalLeft(at=at, document=known.document, version=version, signal=known.signal, what=what)
    return (*events, left)


def _after_a_dose(
    state: Results, fact: DoseReported, events: tuple[TriageEvent, ...], now: datetime
) -> tuple[TriageEvent, ...]:
    """A dose was taken: word of it goes to the last signal about doses missed before it."""
    before = [
        one
        for one in state.documents
        if one.instrument == fact.instrument and one.signal and one.occurred_at <= fact.at
    ]
    if not before or any(each.signal == before[-1].signal for each in state.left):
        return events
    left = SignalLeft(
        at=now,
        document=fact.document,
        version=fact.version,
        signal=before[-1].signal,
        what="dose_given",
    )
    return (*events, left)
