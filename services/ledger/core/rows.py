"""From a stored message to changes of the books: the one place that knows which stream means what. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from contracts.commits import BRIEF, DUE, Commit
from services.books.changes import Change, joined
from services.ledger.core import conversations, escalations, pages, programme
from services.ledger.core.events import event_of
from services.ledger.core.reading import commit_of, fact_of, word

LOGS = (
    "PROGRAMME",
    "SIGNALS",
    "ESCALATIONS",
    "PAGES",
    "CONVERSATIONS",
    "TRIAGE",
    "ATTENDANCES",
    "FOLLOWUPS",
    "DELIVERIES",
)
"""The streams the ledger follows."""
EDITED = (
    "policies",
    "people",
    "schedules",
    "calendars",
    "groups",
    "enrolments",
    "swaps",
    "leaves",
    "feeds",
    "reports",
    "roster_changes",
    "patients",
    "aliases",
    "recipients",
    "holds",
    "erasures",
    "accounts",
    "site_keys",
)
"""The buckets whose edits it follows: decisions of people. Patients' keys are not among them."""
STREAMS = (*LOGS, *(f"KV_{name}" for name in EDITED))


def rows_of(
    stream: str, subject: str, sequence: int, at: datetime, headers: Mapping[str, str], data: bytes
) -> tuple[Change, ...]:
    """Return what a message changes; () for what has no rows, or can't be read.

    `at` is when the server stored it. The same message gives the same changes, whenever it is read.
    """
    return joined(_changes(stream, subject, sequence, at, headers, data))


def _changes(
    stream: str, subject: str, sequence: int, at: datetime, headers: Mapping[str, str], data: bytes
) -> Iterator[Change]:
    if stream.startswith("KV_"):
        stored = {"value": fact_of(data), "headers": dict(headers), "at": at.isoformat()}
        yield from programme.edits(stream, subject, sequence, stored)
        return
    match stream:
        case "PROGRAMME":
            yield from programme.readings(stream, subject, sequence, data)
        case "SIGNALS":
            return
        case _commits:
            commit = commit_of(data)
            if commit is not None:
                yield from _of_commit(stream, subject, sequence, commit, headers)


def _of_commit(
    stream: str, subject: str, sequence: int, commit: Commit, headers: Mapping[str, str]
) -> Iterator[Change]:
    brief = fact_of(headers.get(BRIEF, "{}").encode())
    match stream:
        case "ESCALATIONS":
            yield from escalations.rows(subject, commit, brief, headers.get(DUE, ""))
        case "PAGES":
            yield from pages.rows(subject, commit, brief)
        case "CONVERSATIONS":
            yield from conversations.rows(stream, subject, sequence, commit)
        case "TRIAGE":
            yield from programme.screens(subject, sequence, commit)
        case "ATTENDANCES":
            yield from programme.attendances(subject, commit, brief)
        case "FOLLOWUPS":
            yield from programme.tasks(subject, commit)
        case _deliveries:
            yield from programme.deliveries(subject, commit, brief)
    # Most events say nothing of their run or page: the commit's brief does.
    known = {name: brief[name] for name in _OF_BRIEF.get(stream, ()) if brief.get(name)}
    patient = word(brief, "patient") if stream == "DELIVERIES" else _patient(subject)
    for place, event in enumerate(commit.events):
        yield event_of(stream, subject, sequence, place, {**known, **event}, patient)


_OF_BRIEF = {
    "ESCALATIONS": ("run",),
    "PAGES": ("run", "page", "responder", "urgency", "kind"),
    "CONVERSATIONS": ("run",),
}


def _patient(subject: str) -> str | None:
    first, *_, last = subject.split(".")
    return None if first in ("faults", "pages") else last
