"""Rows of sessions, screens, follow-up, deliveries, and of who read what. Pure."""

from collections.abc import Iterator

from contracts.commits import Commit
from services.books.changes import Change, change
from services.ledger.core.reading import Said, fact_of, given, moment, number, part, reference, word, words


def attendances(subject: str, commit: Commit, brief: Said) -> Iterator[Change]:
    """Return what a commit of `attendances.<session>.<patient>` changes."""
    _, session, patient = subject.split(".", 2)
    key = {"session": session, "patient": patient}
    known = given(
        status=word(brief, "status"),
        starts_at=moment(brief, "starts_at"),
        group_id=word(brief, "group"),
        site=word(brief, "site"),
        zone=word(brief, "zone"),
    )
    yield change("attendances", key, last=known)
    for event in commit.events:
        at = moment(event, "at") or commit.at
        match word(event, "type"):
            case "attendance_expected":
                yield change("attendances", key, last=given(modality=word(event, "modality")))
            case "attendance_missed":
                missed = given(
                    urgency=word(event, "urgency"),
                    misses=number(event, "misses"),
                    row=number(event, "row"),
                    signal=reference(commit.state, "signal"),
                )
                yield change("attendances", key, last={**missed, "missed_at": at})
            case "attendance_told" if any("text" in one for one in words(event, "what")):
                yield change("attendances", key, first={"texted_at": at})
            case "attendance_confirmed":
                late = bool(event.get("late"))
                yield change("attendances", key, last={"confirmed_at": at, "late": late})
            case "attendance_taken_back":
                yield change("attendances", key, last={"confirmed_at": None, "late": None})
            case "attendance_excused":
                yield change("attendances", key, last={"excused_at": at, "late": bool(event.get("late"))})
            case "attendance_cancelled":
                yield change("attendances", key, last={"cancelled_at": at, "cancelled": word(event, "why")})
            case "attendance_held_back":
                yield change("attendances", key, first={"held_back_at": at})
            case _other:
                continue


def screens(subject: str, sequence: int, commit: Commit) -> Iterator[Change]:
    """Return what a commit of `triage.<patient>` changes: a row for each result; amendments are rows too."""
    for place, event in enumerate(commit.events):
        kind = word(event, "type")
        if kind not in ("assessed", "retracted"):
            continue
        cells = {
            "patient": subject.partition(".")[2],
            "what": kind,
            "instrument": word(event, "instrument"),
            "kind": word(event, "kind"),
            "urgency": word(event, "urgency"),
            "standing": word(event, "standing"),
            "source": word(event, "source"),
            "signal": reference(event, "signal"),
            "occurred_at": moment(event, "occurred_at"),
            "at": moment(event, "at") or commit.at,
            "problems": number(event, "problems"),
        }
        yield change("screens", {"sequence": sequence, "place": place}, last=cells)


def tasks(subject: str, commit: Commit) -> Iterator[Change]:
    """Return what a commit of `followups.<patient>` changes."""
    patient = subject.partition(".")[2]
    for event in commit.events:
        task, at = word(event, "task"), moment(event, "at") or commit.at
        if task is None:
            continue
        key = {"task": task}
        match word(event, "type"):
            case "task_added":
                cells = given(
                    kind=word(event, "kind"),
                    priority=word(event, "priority"),
                    owner=word(event, "owner"),
                    run=word(event, "run"),
                    why=word(event, "why"),
                    due=moment(event, "due"),
                )
                yield change("tasks", key, last={**cells, "patient": patient}, first={"added_at": at})
            case "task_assigned":
                yield change("tasks", key, last={"owner": word(event, "owner")})
            case "task_overdue":
                yield change("tasks", key, first={"first_overdue_at": at}, overdue=1)
            case "task_done":
                done = {"done_at": at, "done_by": word(event, "by"), "done_why": word(event, "why")}
                yield change("tasks", key, last=done)
            case _other:
                continue


def deliveries(subject: str, commit: Commit, brief: Said) -> Iterator[Change]:
    """Return what a commit of `deliveries.<recipient>.<delivery>` changes."""
    _, recipient, delivery = subject.split(".", 2)
    key = {"recipient": recipient, "delivery": delivery}
    known = given(
        patient=word(brief, "patient"),
        resource=word(brief, "resource"),
        status=word(brief, "status"),
        ground=word(brief, "ground"),
    )
    yield change("deliveries", key, last={**known, "why": word(brief, "why")})
    for event in commit.events:
        at = moment(event, "at") or commit.at
        match word(event, "type"):
            case "queued":
                yield change("deliveries", key, first={"queued_at": at})
            case "intended":
                flags = {name: bool(event.get(name)) for name in ("labelled", "identity", "reduced")}
                last = {**flags, **given(consent=word(event, "consent"))}
                yield change("deliveries", key, last=last, attempts=1)
            case "accepted":
                yield change("deliveries", key, last={"accepted_at": at})
            case "parked":
                yield change("deliveries", key, last={"parked_at": at})
            case _other:
                continue


_READINGS = frozenset(
    "patient_revealed patient_exported patient_disclosed patient_changed patient_held erasure_asked "
    "patient_erased keys_changed".split()
)
"""Facts about people who read, took out, changed or ended what identifies a patient."""


def readings(stream: str, subject: str, sequence: int, data: bytes) -> Iterator[Change]:
    """Return what a fact of `programme.<kind>.<patient>` changes: readings alone; why stays in the log."""
    _, kind, about = subject.split(".", 2)
    if kind not in _READINGS:
        return
    fact = fact_of(data)
    shown = ",".join(words(fact, "shown"))
    cells = {
        "at": moment(fact, "at"),
        "who": word(fact, "by"),
        "patient": None if kind == "keys_changed" else about,
        "what": f"{kind}:{shown}" if shown else kind,
        "ground": word(fact, "ground"),
        "amount": None,
    }
    yield change("readings", {"stream": stream, "sequence": sequence, "place": 0}, last=cells)


_WHO = ("by", "applied_by", "made_by", "confirmed_account", "account")


def edits(stream: str, subject: str, sequence: int, stored: Said) -> Iterator[Change]:
    """Return what a value of a bucket changes: that it was edited, by whom where the value says so."""
    _, bucket, key = subject.split(".", 2)
    value, headers = part(stored, "value"), part(stored, "headers")
    operation = str(headers.get("KV-Operation", "PUT")).lower()
    cells = {"bucket": bucket, "name": key, "who": word(value, *_WHO), "what": operation}
    last = {**cells, "at": moment(stored, "at")}
    yield change("edits", {"stream": stream, "sequence": sequence}, last=last)
