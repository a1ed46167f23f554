"""The live board: what is open by urgency and age, who waits on the crisis line, what is parked. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.conversations import ConversationBrief
from contracts.escalations import EscalationBrief, EscalationStatus
from contracts.parked import Parked
from contracts.schedules import Schedule, Shifts
from contracts.streams import durable
from contracts.values import Urgency
from services.console.core import words
from services.console.core.words import When


@dataclass(frozen=True)
class Open:
    """What is stored of one escalation or fault: the headers of its last commit."""

    subject: str
    sequence: int
    brief: EscalationBrief
    due: datetime | None

    @property
    def is_fault(self) -> bool:
        """Whether it is about Vigil itself."""
        return self.subject.startswith("faults.")

    @property
    def nobody(self) -> bool:
        """Whether no person has it."""
        return self.brief.status in (EscalationStatus.PAGING, EscalationStatus.WAITING)


def ordered(found: Iterable[Open]) -> list[Open]:
    """Return them as they should be looked at: the most urgent first, then the oldest."""
    return sorted(found, key=lambda one: (-one.brief.urgency.rank, one.brief.opened_at, one.subject))


@dataclass(frozen=True)
class Row:
    """One line of the board."""

    key: str
    code: str
    urgency: str
    """Its value, for the looks."""
    word: str
    """How soon to act, as people read it."""
    what: str
    about: str
    stands: str
    holder: str
    next: str
    due: When | None
    contact_by: When | None
    opened: When | None
    nobody: bool


def row(one: Open, name: Callable[[str], str], zone: ZoneInfo, now: datetime) -> Row:
    """Return the line of one escalation; `name` gives what colleagues call a responder."""
    brief = one.brief
    holder = name(brief.holder) if brief.holder else ""
    reach = brief.status is EscalationStatus.HELD
    return Row(
        key=one.subject,
        code=brief.code,
        urgency=brief.urgency.value,
        word=brief.urgency.word,
        what=words.kind(one.subject, brief.kind),
        about=one.subject.removeprefix("faults.") if one.is_fault else "",
        stands=words.stands(brief, holder, tuple(map(name, brief.paged))),
        holder=holder,
        next=words.next_thing(brief),
        due=words.when(one.due, zone, now),
        contact_by=words.when(brief.contact_by, zone, now) if reach else None,
        opened=words.when(brief.opened_at, zone, now),
        nobody=one.nobody,
    )


@dataclass(frozen=True)
class Waiting:
    """A patient who waits for an answer of a person."""

    key: str
    code: str
    urgency: str
    word: str
    since: When | None
    holder: str


def waiting(
    talks: Mapping[str, ConversationBrief],
    runs: Mapping[str, EscalationBrief],
    name: Callable[[str], str],
    zone: ZoneInfo,
    now: datetime,
) -> list[Waiting]:
    """Return who waits on the crisis line: the most urgent first, then who has waited longest."""
    found = []
    for patient, talk in talks.items():
        if talk.desk or talk.waiting_since is None:
            continue
        run = runs.get(f"escalations.{patient}")
        is_open = run is not None and run.status is not EscalationStatus.CLOSED
        urgencies = [talk.urgency or Urgency.URGENT, *([run.urgency] if run is not None and is_open else [])]
        urgency = max(urgencies, key=lambda one: one.rank)
        holder = name(run.holder) if run is not None and is_open and run.holder else ""
        found.append(
            (
                (-urgency.rank, talk.waiting_since),
                Waiting(
                    key=patient,
                    code=run.code if run is not None and is_open else talk.code,
                    urgency=urgency.value,
                    word=urgency.word,
                    since=words.when(talk.waiting_since, zone, now),
                    holder=holder,
                ),
            )
        )
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Cover:
    """Who is on call for one schedule at this moment."""

    key: str
    title: str
    people: tuple[str, ...]
    until: When | None
    """When the next of them goes; None: nobody is on, or it is not known."""


def coverage(
    schedules: Mapping[str, Schedule],
    shifts: Mapping[str, Shifts],
    name: Callable[[str], str],
    zone: ZoneInfo,
    now: datetime,
) -> list[Cover]:
    """Return who is on call, by schedule."""
    found = []
    for key, schedule in sorted(schedules.items()):
        compiled = shifts.get(key)
        here = [one for one in compiled.shifts if one.start <= now < one.end] if compiled else []
        people = tuple(dict.fromkeys(name(one.person) for one in here))
        until = min((one.end for one in here), default=None)
        found.append(Cover(key, schedule.title or key, people, words.when(until, zone, now)))
    return found


@dataclass(frozen=True)
class Stuck:
    """Parked messages of one service and one kind of error."""

    key: str
    service: str
    durable: str
    error: str
    count: int
    since: When | None


def stuck(found: Iterable[Parked], zone: ZoneInfo, now: datetime) -> list[Stuck]:
    """Return what is parked, by who could not handle it and why; the oldest first."""
    groups: dict[tuple[str, str], list[Parked]] = {}
    for one in found:
        if one.status == "parked":
            groups.setdefault((one.durable, one.error), []).append(one)
    made = []
    for (heard_by, error), several in groups.items():
        first = min(one.at for one in several)
        made.append((first, heard_by, error, len(several)))
    return [
        Stuck(f"{heard_by}-{error}", _service(heard_by), heard_by, error, count, words.when(first, zone, now))
        for first, heard_by, error, count in sorted(made)
    ]


def _service(name: str) -> str:
    try:
        return durable(name)[1].service
    except StopIteration:
        return name  # of an earlier version
