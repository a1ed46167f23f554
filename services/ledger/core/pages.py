"""Rows of pages: one for each page, message or bridged call, and one for each attempt on a phone. Pure."""

from collections.abc import Iterator
from datetime import datetime

from contracts.commits import Commit
from services.books.changes import Cell, Change, change
from services.ledger.core.reading import Said, given, moment, number, part, word


def rows(subject: str, commit: Commit, brief: Said) -> Iterator[Change]:
    """Return what a commit of `pages.<responder>.<page>` changes."""
    _, responder, page = subject.split(".", 2)
    yield change(
        "pages",
        {"page": page},
        last=given(
            status=word(brief, "status"), urgency=word(brief, "urgency"), telling=word(brief, "telling")
        ),
        first=given(
            responder=responder,
            run=word(brief, "run"),
            subject=word(brief, "subject"),
            code=word(brief, "code"),
            purpose=word(brief, "purpose"),
            kind=word(brief, "kind"),
            notice=word(brief, "notice"),
            asked_at=moment(brief, "asked_at"),
            drill=bool(brief.get("drill")),
            test=bool(brief.get("test")),
        ),
    )
    for event in commit.events:
        at = moment(event, "at") or commit.at
        match word(event, "type"):
            case "page_acknowledged" | "page_declined":
                yield change("pages", {"page": page}, first={"answered_at": at})
            case "page_closed":
                yield change("pages", {"page": page}, first={"closed_at": at})
            case "asked":
                said = part(event, "what")
                yield change("pages", {"page": page}, first=given(run=word(said, "run")))
            case _attempt:
                yield from _attempt_of(page, responder, event, brief, commit)


def _attempt_of(page: str, responder: str, event: Said, brief: Said, commit: Commit) -> Iterator[Change]:
    attempt, at = number(event, "attempt"), moment(event, "at") or commit.at
    if attempt is None:
        return
    key: dict[str, Cell] = {"page": page, "attempt": attempt}
    match word(event, "type"):
        case "attempt_waiting":
            known = given(
                responder=responder,
                run=word(brief, "run"),
                purpose=word(brief, "purpose"),
                urgency=word(brief, "urgency"),
                channel=word(event, "channel"),
            )
            yield change("attempts", key, last={"status": "waiting"}, first={**known, "waiting_at": at})
        case "attempt_intended":
            sent = given(intended_at=at, segments=number(event, "segments"))
            yield change("attempts", key, last={"status": "intended"}, first=sent)
        case "attempt_accepted":
            yield change("attempts", key, last={"status": "accepted"}, first={"accepted_at": at})
        case "attempt_failed":
            failed = {"status": "failed", "code": word(event, "code")}
            yield change("attempts", key, last=failed, first={"failed_at": at})
        case "attempt_unknown":
            yield change("attempts", key, last={"status": "unknown"}, unknown=1)
        case "receipt_came":
            yield change("attempts", key, last={"status": word(event, "status")}, first=_received(event, at))
        case _nothing_counted:
            return


def _received(event: Said, at: datetime) -> dict[str, Cell]:
    match word(event, "status"):
        case "delivered":
            return {"delivered_at": at}
        case "in-progress" | "answered":
            return {"answered_at": at}
        case "completed":
            return {"ended_at": at}
        case _on_its_way:
            return {}
