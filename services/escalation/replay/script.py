"""A recorded run read as a script: which signals came, and who did what how long after which page.

What people did is kept relative to the page they did it after, so that it can be done again when
the same person is paged at another moment. Answers stand in the log as `heard` events, whose
cause names the page, the answer and the moment; what they said stands in the events beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.escalations import (
    DispositionNoted,
    EscalationEvent,
    GiveStarted,
    HandOffStarted,
    Heard,
    Held,
    Opened,
    PageEnded,
    PageRequested,
    PageWithdrawn,
    Reached,
    Resolved,
    ResponderTold,
    SignalJoined,
    SignatureAsked,
    Snoozed,
)
from contracts.signals import Signal
from contracts.values import Disposition
from services.escalation.rehearsal import reactions
from services.escalation.rehearsal.reactions import Reaction, What
from services.escalation.replay.recorded import RecordedRun

_ANSWERS = (reactions.Take, reactions.Pass, reactions.Exhausted)


@dataclass
class PageScript:
    """What became of one recorded page: what its responder did, and until when it was out."""

    responder: str
    at: datetime
    done: list[Reaction] = field(default_factory=list)
    """Everything they did from this page until the next one to them, relative to it."""
    answered: Reaction | None = None
    """The first of those that answers a page: taken, passed, or no method got through."""
    out_for: timedelta | None = None
    """How long it was out without an answer, when it was taken back; None: it was never taken back."""


@dataclass
class Script:
    """A run as a script."""

    signals: tuple[tuple[datetime, Signal], ...]
    pages: dict[str, list[PageScript]]
    """Responder -> their pages, in order."""
    messages: dict[str, list[list[Reaction]]]
    """Responder -> what they did, who had no page of it, after each message to them (such as to sign)."""
    contact_after: timedelta | None
    """From somebody's taking it to contact with the patient; None: nobody reported contact."""
    disposition: Disposition | None
    disposed_after: timedelta | None
    """From contact, or else from the taking, to the disposition that was given last."""
    signed_after: timedelta | None
    """From that disposition to the second signature, if there was one."""

    def page(self, responder: str, number: int) -> PageScript | None:
        """Return what became of their n-th page (from 0), if there was one."""
        theirs = self.pages.get(responder, [])
        return theirs[number] if number < len(theirs) else None


def read(run: RecordedRun) -> Script:
    """Return the script of a run."""
    reader = _Reader()
    for commit in _commits(run.events):
        reader.commit(commit)
    signals = tuple(
        (event.at, event.signal) for event in run.events if isinstance(event, Opened | SignalJoined)
    )
    return Script(signals, reader.pages, reader.messages, *_ending(run.events))


def _commits(events: Sequence[EscalationEvent]) -> Iterator[tuple[EscalationEvent, ...]]:
    """Events that happened together: each input begins a new group, and so does each moment."""
    group: list[EscalationEvent] = []
    for event in events:
        if group and (event.at != group[0].at or isinstance(event, Heard)):
            yield tuple(group)
            group = []
        group.append(event)
    if group:
        yield tuple(group)


class _Reader:
    def __init__(self) -> None:
        self.pages: dict[str, list[PageScript]] = {}
        self.messages: dict[str, list[list[Reaction]]] = {}
        self._told_at: dict[str, datetime] = {}
        self._of: dict[str, PageScript] = {}
        self._whose: dict[str, str] = {}

    def commit(self, events: tuple[EscalationEvent, ...]) -> None:
        first = events[0]
        if isinstance(first, Heard):
            self._heard(first, events)
        for event in events:
            match event:
                case PageRequested(page=page, responder=who, at=at):
                    self._of[page] = PageScript(who, at)
                    self._whose[page] = who
                    self.pages.setdefault(who, []).append(self._of[page])
                case ResponderTold(message=message, responder=who, at=at):
                    self._whose[message] = who
                    self._told_at[who] = at
                    self.messages.setdefault(who, []).append([])
                case PageWithdrawn(page=page, at=at) if page in self._of:
                    script = self._of[page]
                    if script.answered is None:
                        script.out_for = at - script.at
                case _:
                    pass

    def _heard(self, heard: Heard, events: tuple[EscalationEvent, ...]) -> None:
        name, _, rest = heard.cause.partition(":")
        kind = rest.partition(":")[0]
        who = self._whose.get(name)
        what = _what(kind, events)
        if who is None or what is None:
            return
        if not self.pages.get(who):
            self.messages[who][-1].append(Reaction(heard.at - self._told_at[who], what))
            return
        answers = isinstance(what, _ANSWERS)
        script = self._of[name] if isinstance(what, reactions.Exhausted) and name in self._of else None
        script = script or self.pages[who][-1]
        reaction = Reaction(heard.at - script.at, what)
        script.done.append(reaction)
        if answers and script.answered is None and script.out_for is None:
            script.answered = reaction


def _what(kind: str, events: tuple[EscalationEvent, ...]) -> What | None:
    match kind:
        case "page_acknowledged":
            return reactions.Take()
        case "page_declined":
            return reactions.Pass()
        case "page_exhausted":
            ended = (event.codes for event in events if isinstance(event, PageEnded))
            return reactions.Exhausted(next(ended, ()))
        case "patient_reached":
            return reactions.Reached()
        case "disposition_given":
            return _disposed(events)
        case "signature_given":
            return reactions.Sign()
        case "contact_confirmed":
            return reactions.Confirm()
        case "undo_asked":
            return reactions.Undo()
        case "call_asked":
            return reactions.Call()
        case "responder_active":
            return reactions.Act()
        case "help_asked":
            return reactions.Help()
        case "give_asked":
            return reactions.Give(next((e.asked for e in events if isinstance(e, GiveStarted)), None))
        case "snooze_asked":
            spans = (event.until - event.at for event in events if isinstance(event, Snoozed))
            return reactions.Snooze(int(next(spans, timedelta(hours=1)).total_seconds() // 60))
        case _messages_that_failed_and_what_is_unknown:
            return None


def _disposed(events: tuple[EscalationEvent, ...]) -> What | None:
    for event in events:
        match event:
            case Resolved() | HandOffStarted() | SignatureAsked():
                return reactions.Dispose(event.disposition)
            case DispositionNoted():
                return reactions.Dispose(event.disposition, "missing" if event.why == "pin" else "right")
            case _:
                pass
    return None


def _ending(
    events: Sequence[EscalationEvent],
) -> tuple[timedelta | None, Disposition | None, timedelta | None, timedelta | None]:
    held: datetime | None = None
    contact: timedelta | None = None
    since: datetime | None = None
    given: tuple[datetime, Disposition] | None = None
    disposed: timedelta | None = None
    signed: timedelta | None = None
    for event in events:
        match event:
            case Held(at=at):
                held = since = at
            case Reached(at=at) if held is not None:
                contact, since = at - held, at
            case SignatureAsked(at=at, disposition=disposition):
                given = given if given and given[1] is disposition else (at, disposition)
                disposed = given[0] - since if since is not None else None
            case Resolved(at=at, disposition=disposition, second=second):
                if second is not None and given is not None:
                    signed = at - given[0]
                else:
                    given = (at, disposition)
                    disposed = at - since if since is not None else None
            case _:
                pass
    return contact, given[1] if given else None, disposed, signed
