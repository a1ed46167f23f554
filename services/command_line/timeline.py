"""The story of a run as lines of a timeline: what happened, in words. Pure.

Ids stand for people, and texts are those of Vigil itself; nothing sealed is opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from contracts import escalations, pages
from contracts.escalations import EscalationEvent
from contracts.pages import PageEvent
from contracts.signals import Signal
from contracts.values import Kind


@dataclass(frozen=True)
class Line:
    """One thing that happened; `page` is whose page it belongs to, empty for the run itself."""

    at: datetime
    who: str
    what: str


def of_run(events: Iterable[EscalationEvent]) -> list[Line]:
    """Return the lines of a run's own events; what was only remembered is left out."""
    return [Line(event.at, "", _run(event)) for event in events if not isinstance(event, escalations.Heard)]


def of_page(responder: str, events: Iterable[PageEvent]) -> list[Line]:
    """Return the lines of one page to that responder."""
    quiet = (pages.AnswerHeard, pages.LookedAgain)
    return [Line(event.at, responder, _page(event)) for event in events if not isinstance(event, quiet)]


def ordered(lines: Iterable[Line]) -> list[Line]:
    """Return all lines by time; of the same moment, the run's own come first."""
    return sorted(lines, key=lambda line: (line.at, line.who != ""))


def last_run(events: Iterable[EscalationEvent]) -> list[EscalationEvent]:
    """Return the events since the last opening."""
    every = list(events)
    opened = [n for n, event in enumerate(every) if isinstance(event, escalations.Opened)]
    return every[opened[-1] :] if opened else every


def page_subjects(events: Iterable[EscalationEvent]) -> list[tuple[str, str]]:
    """Return (responder, page) of every page, message and call the run asked for, in order."""
    found: dict[tuple[str, str], None] = {}
    for event in events:
        match event:
            case escalations.PageRequested():
                found[(event.responder, event.page)] = None
            case escalations.ResponderTold():
                found[(event.responder, event.message)] = None
            case escalations.BridgeRequested():
                found[(event.responder, event.bridge)] = None
            case _:
                continue
    return list(found)


def _run(event: EscalationEvent) -> str:
    match event:
        case escalations.Opened():
            signal, policy = event.signal, event.policy.id
            opened = (
                f"opened as {event.code}: {signal.kind.value}, {signal.urgency.value}, from {signal.source}"
            )
            return f"{opened}; policy {policy} (version {event.policy_version}){_note(signal)}"
        case escalations.SignalJoined():
            signal = event.signal
            return f"a further signal: {signal.kind.value}, {signal.urgency.value}{_note(signal)}"
        case escalations.UrgencyRaised():
            return f"now {event.urgency.value}: policy {event.policy.id} from its first step"
        case escalations.StepStarted():
            return f"round {event.round + 1}, step {event.step + 1} until {_clock(event.ends_at)}"
        case escalations.StepSkipped():
            return f"round {event.round + 1}, step {event.step + 1} skipped: {event.cause}"
        case escalations.PageRequested():
            return f"page {event.responder}"
        case escalations.PageWithdrawn():
            holder = f", {event.holder} has it" if event.holder else ""
            return f"page to {event.responder} withdrawn ({event.reason}{holder})"
        case escalations.ResponderTold():
            return f"tell {event.responder}: {_words(event.telling.value)}"
        case escalations.BridgeRequested():
            whom = f"contact {event.contact} of the patient" if event.contact else "the patient"
            return f"connect {event.responder} with {whom} by phone"
        case escalations.PageEnded():
            return f"page to {event.responder} ended: {_listed(event.outcome, event.codes)}"
        case escalations.Held():
            return f"{event.responder} TAKES IT; the patient must be reached by {_clock(event.contact_by)}"
        case escalations.GivenBack():
            return f"{event.responder} gives it back"
        case escalations.Reached():
            return (
                f"{event.responder} REACHED THE PATIENT; a disposition is due by {_clock(event.resolve_by)}"
            )
        case escalations.Resolved():
            second = f", signed by {event.second}" if event.second else ""
            return f"{event.responder} CLOSES IT: {_words(event.disposition.value)}{second}"
        case escalations.SignalNoted():
            return f"about {event.signal}: {_words(event.what)}"
        case escalations.Withdrawn():
            return f"ENDS BY ITSELF before anybody had it: {_words(event.what)}"
        case escalations.Merged():
            return f"goes on in {event.into}"
        case _other:
            return _plain(event)


def _page(event: PageEvent) -> str:
    match event:
        case pages.Asked():
            return f"asked for: {_words(event.what.type)}"
        case pages.AttemptWaiting():
            return f"attempt {event.attempt} by {event.channel.value} waits for its turn"
        case pages.AttemptIntended():
            return (
                f'attempt {event.attempt} goes out: "{event.text}"'
                if event.text
                else f"attempt {event.attempt} goes out"
            )
        case pages.AttemptAccepted():
            return f"attempt {event.attempt} accepted by the carrier"
        case pages.AttemptFailed():
            return f"attempt {event.attempt} FAILED ({event.code}); {_words(event.reaction)}"
        case pages.AttemptUnknown():
            return f"attempt {event.attempt}: the carrier's answer was lost ({event.why})"
        case pages.ReceiptCame():
            return f"attempt {event.attempt}: {event.status}{f' ({event.code})' if event.code else ''}"
        case pages.AttemptOverdue():
            return f"attempt {event.attempt}: {_words(event.why)} in time"
        case pages.PageAcknowledged():
            return f"takes it, by {event.channel.value}"
        case pages.PageDeclined():
            return f"passes, by {event.channel.value}"
        case pages.PageExhausted():
            return _listed("every method failed", event.codes)
        case pages.DispositionGiven():
            return f"says how it ended: {_words(event.disposition.value)}"
        case pages.PageClosed():
            return f"page over: {event.reason}"
        case _other:
            return _plain(event)


def _plain(event: BaseModel) -> str:
    """Say an event that has no sentence of its own: its type, and its few short fields."""
    skip = {"type", "at", "page", "run", "subject", "responder", "methods", "zone", "name", "phone_ref"}
    values = event.model_dump(mode="json", exclude=skip, exclude_none=True)
    details = ", ".join(
        f"{_words(name)} {value}"
        for name, value in values.items()
        if isinstance(value, str | int) and value != ""
    )
    who = getattr(event, "responder", "") if type(event).__module__ == escalations.__name__ else ""
    said = _words(str(getattr(event, "type", "")))
    return " ".join(
        part for part in (said, f"by {who}" if who else "", f"({details})" if details else "") if part
    )


def _note(signal: Signal) -> str:
    """What is wrong with Vigil and what to do; the notes of other signals may be about a patient."""
    return f". {signal.note}" if signal.kind is Kind.SYSTEM_FAULT and signal.note else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _listed(what: str, codes: Iterable[str]) -> str:
    return f"{what} ({', '.join(codes)})" if tuple(codes) else what


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"
