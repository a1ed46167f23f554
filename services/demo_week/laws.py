"""The laws, judged from outside: what went in, what the streams hold, what the phones saw. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts import escalations as said
from contracts.attendance import AttendanceStatus
from contracts.replies import Key, parse
from contracts.values import Urgency
from services.demo_week.cast import Cast
from services.demo_week.record import Input, Recorded
from services.demo_week.script import Fate, Texted, Week
from services.demo_week.stories import Story

MOST_TOLD = 10
"""So many breaches of one law are told; the others are counted."""
CLINICAL = re.compile(
    r"suicid|phq|c-?ssrs|gad-7|alcohol|urine|substance|withdrawal|methadone|bupreno|\bdose|diagnos|depress",
    re.I,
)
"""Words that say something about health: none may stand in a text of Vigil's own to staff."""


@dataclass(frozen=True)
class Law:
    """One law: how many cases it was held against, and which broke it."""

    name: str
    checked: int
    broken: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether nothing broke it."""
        return not self.broken


@dataclass(frozen=True)
class Evidence:
    """Everything that is judged."""

    week: Week
    recorded: Recorded
    stories: Sequence[Story]
    now: datetime
    """Programme time at which the record ends."""
    slack: timedelta
    """How much programme time a machine's own moment is at this speed: nothing is overdue within it."""


def judge(evidence: Evidence, logs: Iterable[str] = ()) -> tuple[Law, ...]:
    """Return every law. `logs`: all lines that the processes wrote."""
    recorded = evidence.recorded
    return (
        _law("every acknowledged input is in the log", *_inputs(recorded)),
        _law("every result that came was scored", *_scored(recorded)),
        _law("everybody who did not come was signalled, and nobody who came", *_attended(evidence)),
        _law("every signal is in an escalation", *_signals(recorded)),
        _law("every open escalation has a moment at which it acts again", *_due(evidence)),
        _law("nothing is overdue", *_overdue(evidence)),
        _law("every run that pages has reached a carrier", *_paged(evidence)),
        _law("only a person's answer takes", *_taken(evidence)),
        _law("only a person closes, or what came later a run that nobody held", *_closed(evidence)),
        _law("urgency only rises", *_rising(evidence)),
        _law("nothing identifying in texts to staff, subjects or log lines", *_private(evidence, logs)),
        _law("nothing was parked or unreadable", *_parked(recorded)),
        _law("the watchdog had nothing to tell ops", *_ops(recorded)),
    )


Judged = tuple[int, list[str]]


def _law(name: str, checked: int, broken: list[str]) -> Law:
    rest = len(broken) - MOST_TOLD
    told = (*broken[:MOST_TOLD], *([f"and {rest} more"] if rest > 0 else []))
    return Law(name, checked, told)


def _inputs(recorded: Recorded) -> Judged:
    taken = [one for one in recorded.inputs if one.acknowledged_at is not None]
    return len(taken), [
        f"{one.name}, {one.kind}: acknowledged, and not in the log"
        for one in taken
        if not _accounted(one, recorded)
    ]


def _accounted(one: Input, recorded: Recorded) -> bool:
    if one.signal:
        return one.signal in recorded.signals
    if one.sid:
        return one.sid in recorded.conversed
    if one.facts:
        return all(fact in recorded.facts for fact in one.facts)
    # A bundle's answer names no fact: it is known by whose it is, and when it was filled in.
    return any(
        patient == one.patient and fact == ("screen_answered", one.meant_at)
        for (patient, _), fact in recorded.facts.items()
    )


def _scored(recorded: Recorded) -> Judged:
    kinds = ("screen_answered", "specimen_tested", "dose_reported")
    results = [key for key, (kind, _) in recorded.facts.items() if kind in kinds]
    broken = [f"{patient}: a result was not scored" for patient, document in results
              if (patient, document) not in recorded.assessed]  # fmt: skip
    return len(results), broken


def _attended(evidence: Evidence) -> Judged:
    ids = {one.outside: one.draft.id for one in evidence.week.cast.patients}
    signalled = {tuple(signal.id.split("/")[1:3]) for signal in evidence.recorded.signals.values()}
    checked, broken = 0, []
    for (session, outside), fate in evidence.week.settled(evidence.now).items():
        brief = evidence.recorded.attendances.get((session, ids[outside]))
        status = brief.status if brief is not None else AttendanceStatus.UNKNOWN
        checked += 1
        if status not in _ALLOWED[fate]:
            broken.append(f"{session}, {ids[outside]}: {fate.value}, but counted as {status.value}")
        elif status is AttendanceStatus.MISSED and (session, ids[outside]) not in signalled:
            broken.append(f"{session}, {ids[outside]}: missed, and no signal")
    return checked, broken


_S = AttendanceStatus
_ALLOWED: Mapping[Fate, tuple[AttendanceStatus, ...]] = {
    # Late: the list was acknowledged when the grace had ended already, which the report counts.
    Fate.CAME: (_S.CHECKED_IN, _S.LATE),
    # Checked in: the grace had ended, but at this speed nobody had got round to it.
    Fate.LATE: (_S.LATE, _S.CHECKED_IN),
    Fate.LISTED_LATE: (_S.CHECKED_IN, _S.LATE),
    Fate.EXCUSED: (_S.EXCUSED,),
    Fate.MISSED: (_S.MISSED,),
}


def _signals(recorded: Recorded) -> Judged:
    known = set()
    for events in recorded.escalations.values():
        for event in events:
            match event:
                case said.Opened() | said.SignalJoined():
                    known.add(event.signal.id)
                case said.SignalSkipped():
                    known.add(event.signal)
                case _:
                    continue
    return len(recorded.signals), [
        f"signal {name} is in none" for name in recorded.signals if name not in known
    ]


def _due(evidence: Evidence) -> Judged:
    last = {story.subject: story for story in evidence.stories}
    open_ = [story for story in last.values() if not story.ended]
    return len(open_), [
        f"{story.code} is open, and due never"
        for story in open_
        if evidence.recorded.dues.get(("ESCALATIONS", story.subject)) is None
    ]


def _overdue(evidence: Evidence) -> Judged:
    limit = evidence.now - evidence.slack
    due = {key: at for key, at in evidence.recorded.dues.items() if at is not None}
    return len(due), [
        f"{subject}: due {_minutes(evidence.now - at)} min ago"
        for (_, subject), at in due.items()
        if at < limit
    ]


def _paged(evidence: Evidence) -> Judged:
    limit = evidence.now - evidence.slack
    paging = [
        story
        for story in evidence.stories
        if story.policy.steps and (story.first_page_at is not None or story.paging_from < limit)
    ]
    return len(paging), [
        f"{story.code}: nobody was paged"
        for story in paging
        if story.first_page_at is None and not story.ended
    ]


def _taken(evidence: Evidence) -> Judged:
    phones = {one.person.id: one.phone for one in evidence.week.cast.members}
    takes = [(one.at, one.phone) for one in evidence.recorded.texts
             if one.from_phone and parse(one.words).key is Key.TAKE]  # fmt: skip
    takes += [(one.at, one.phone) for one in evidence.recorded.keys if one.digits.startswith("1")]
    held = [(story, at, who) for story in evidence.stories for at, who in story.held]
    return len(held), [
        f"{story.code}: {who} holds it and never answered"
        for story, at, who in held
        if not any(phone == phones.get(who) and asked <= at for asked, phone in takes)
    ]


def _closed(evidence: Evidence) -> Judged:
    phones = {one.person.id: one.phone for one in evidence.week.cast.members}
    said_so = {(one.phone, parse(one.words).code) for one in evidence.recorded.texts
               if one.from_phone and parse(one.words).key is Key.DISPOSE}  # fmt: skip
    ended = [story for story in evidence.stories if story.ended and not story.merged]
    return len(ended), list(_wrongly_closed(ended, phones, said_so))


def _wrongly_closed(
    ended: Iterable[Story], phones: Mapping[str, str], said_so: set[tuple[str, str]]
) -> Iterator[str]:
    for story in ended:
        if story.withdrawn:
            if story.held or story.urgency.rank > Urgency.SOON.rank:
                yield f"{story.code}: ended by itself, though it was {story.urgency.value} or held"
        elif not {(phones.get(story.closed_by), code) for code in (story.code, "")} & said_so:
            yield f"{story.code}: closed, and {story.closed_by} gave no disposition"
        elif story.policy.second_signature and story.urgency is Urgency.IMMINENT and not story.second:
            yield f"{story.code}: closed without a second person"


def _rising(evidence: Evidence) -> Judged:
    broken = [
        f"{story.code}: {', '.join(one.value for one in story.urgencies)}"
        for story in evidence.stories
        if [one.rank for one in story.urgencies] != sorted(one.rank for one in story.urgencies)
    ]
    return len(evidence.stories), broken


def _private(evidence: Evidence, logs: Iterable[str]) -> Judged:
    cast = evidence.week.cast
    staff = {one.phone for one in cast.members}
    identifying = identifiers(cast)
    words = [one.what.words for one in evidence.week.happenings if isinstance(one.what, Texted)]
    secret = re.compile("|".join(map(re.escape, dict.fromkeys(words))), re.I) if words else None
    checked, broken = 0, []
    for text in evidence.recorded.texts:
        if text.phone in staff and not text.from_phone:
            checked += 1
            if identifying.search(text.words) or (
                text.words.startswith("VIGIL") and CLINICAL.search(text.words)
            ):
                broken.append(f"a text to staff, {text.sid}")
    for subject in evidence.recorded.subjects:
        checked += 1
        if identifying.search(subject):
            broken.append("a subject")
    for line in logs:
        checked += 1
        if identifying.search(line) or (secret is not None and secret.search(line)):
            broken.append("a log line")
    return checked, broken


def identifiers(cast: Cast) -> re.Pattern[str]:
    """Return what finds a patient's name, phone or address, or their id in another system."""
    found: dict[str, None] = {}
    for one in cast.patients:
        for part in (*one.draft.name.split(), one.draft.phone or "", one.draft.address, one.outside):
            found[part.lstrip("+")] = None
    return re.compile("|".join(rf"(?<![\w-]){re.escape(part)}(?![\w-])" for part in found if part))


def _parked(recorded: Recorded) -> Judged:
    broken = [f"parked: {subject}" for subject in sorted(recorded.parked)]
    if recorded.unreadable:
        broken.append(f"{recorded.unreadable} stored messages that can't be read")
    return len(recorded.subjects), broken


def _ops(recorded: Recorded) -> Judged:
    told = [one for one in recorded.texts if not one.from_phone and one.words.startswith("VIGIL OPS")]
    return len(recorded.texts), [f"{one.at:%a %H:%M}: {one.words}" for one in told]


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
