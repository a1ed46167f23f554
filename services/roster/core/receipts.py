"""What pages teach about phones: receipts and answers to `failing`, `works` and `verified`.

1. Two failures in a row, by the carrier's own word, and a phone counts as failing; anything that
   arrives, or an answer, ends that. Our own time-outs prove nothing: a phone may be slow.
2. Refusals that are our own fault (the account, the sender) say nothing about the phone.
3. An answer verifies the phone it was given about: the person had it in their hand. With several
   phones tried, a key tells by its call which one that was; a text does only if all others failed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.pages import (
    AnswerHeard,
    Asked,
    AttemptAccepted,
    AttemptFailed,
    AttemptWaiting,
    NoticeAnswered,
    PageAcknowledged,
    PageDeclined,
    PageEvent,
    ReceiptCame,
)
from contracts.people import ContactMethod, Person
from contracts.values import Channel

FAILURES = 2
"""So many in a row make a phone failing: one may be a tunnel, or the carrier's own trouble."""
_ARRIVED = {
    Channel.SMS: frozenset({"delivered", "read"}),
    Channel.VOICE: frozenset({"in-progress", "answered", "completed"}),
}
_CALL_FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failed:
    """The carrier says that an attempt on this phone failed."""

    channel: Channel
    phone_ref: str
    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The carrier says that something arrived on this phone."""

    channel: Channel
    phone_ref: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A person answered about what was sent to this phone."""

    channel: Channel
    phone_ref: str
    at: datetime


Lesson = Failed | Arrived | Answered


def lessons(events: Iterable[PageEvent], story: Iterable[PageEvent]) -> tuple[Lesson, ...]:
    """Return what these events of a page teach; `story` is all that happened to the page so far."""
    tried = _tried(story)
    events = tuple(events)
    # A key pressed in a call is remembered with the call; a text is not.
    call = next((event.sid for event in events if isinstance(event, AnswerHeard) and event.sid), "")
    found = (_lesson(event, tried, call) for event in events)
    return tuple(lesson for lesson in found if lesson is not None)


@dataclass(slots=True)
class _Tried:
    """What was tried of one page: attempt -> phone, which of them failed, and the calls by their ids."""

    attempts: dict[int, ContactMethod]
    failed: set[int]
    calls: dict[str, int]


def _tried(story: Iterable[PageEvent]) -> _Tried:
    methods: dict[str, ContactMethod] = {}
    tried = _Tried({}, set(), {})
    for event in story:
        match event:
            case Asked(what=what):
                methods = {method.id: method for method in what.methods}
            case AttemptWaiting(attempt=attempt, method=method) if method in methods:
                tried.attempts[attempt] = methods[method]
            case AttemptFailed(attempt=attempt):
                tried.failed.add(attempt)
            case AttemptAccepted(attempt=attempt, sid=sid) | ReceiptCame(attempt=attempt, sid=sid):
                tried.calls[sid] = attempt
            case _:
                pass
    return tried


def _lesson(event: PageEvent, tried: _Tried, call: str) -> Lesson | None:
    attempts = tried.attempts
    match event:
        case AttemptFailed(attempt=attempt, at=at, code=code, reaction=reaction) if attempt in attempts:
            method = attempts[attempt]
            failed = reaction in ("other_method", "method_dead") and (
                code.isdecimal() or (method.channel is Channel.VOICE and code == _CALL_FAILED)
            )
            return Failed(method.channel, method.phone_ref, at, code) if failed else None
        case ReceiptCame(attempt=attempt, status=status) if attempt in attempts:
            method = attempts[attempt]
            arrived = status in _ARRIVED[method.channel]
            return Arrived(method.channel, method.phone_ref) if arrived else None
        case PageAcknowledged(desk=True) | PageDeclined(desk=True):
            return None
        case PageAcknowledged(channel=channel, at=at) | PageDeclined(channel=channel, at=at):
            return _answered(channel, at, tried, call)
        case NoticeAnswered(at=at):
            return _answered(Channel.VOICE if call else Channel.SMS, at, tried, call)
        case _:
            return None


def _answered(channel: Channel, at: datetime, tried: _Tried, call: str) -> Answered | None:
    """Return what an answer proves: nothing, if more than one phone may have been in their hand."""
    attempt = tried.calls.get(call) if channel is Channel.VOICE else None
    if attempt is not None and attempt in tried.attempts:
        return Answered(channel, tried.attempts[attempt].phone_ref, at)
    phones = {
        method.phone_ref: number not in tried.failed
        for number, method in sorted(tried.attempts.items())
        if method.channel is channel
    }
    meant = list(phones) if len(phones) == 1 else [phone for phone, sound in phones.items() if sound]
    return Answered(channel, meant[0], at) if len(meant) == 1 else None


def learnt(person: Person, taught: Iterable[Lesson]) -> Person:
    """Return the person with what was learnt of their phones; the same one if it was nothing new."""
    methods = person.methods
    for lesson in taught:
        methods = tuple(
            _changed(method, lesson)
            if (method.channel, method.phone_ref) == (lesson.channel, lesson.phone_ref)
            else method
            for method in methods
        )
    return person if methods == person.methods else person.model_copy(update={"methods": methods})


def is_sound(person: Person) -> bool:
    """Return whether nothing good could be learnt of their phones: all are verified, and none fails."""
    return all(
        m.verified_at is not None and not m.failures and m.failing_since is None for m in person.methods
    )


def _changed(method: ContactMethod, lesson: Lesson) -> ContactMethod:
    match lesson:
        case Failed(at=at, code=code):
            failures = min(method.failures + 1, FAILURES)
            failing = failures >= FAILURES
            return method.model_copy(
                update={
                    "failures": failures,
                    "failing_since": (method.failing_since or at) if failing else None,
                    "failing_code": code if failing else "",
                }
            )
        case Arrived():
            return method.model_copy(update=_WORKS)
        case Answered(at=at):
            return method.model_copy(update=_WORKS | {"verified_at": method.verified_at or at})


_WORKS: dict[str, object] = {"failures": 0, "failing_since": None, "failing_code": ""}
